# The service as an image: docker build -t scenario-orchestrator .
#
# NODE_IMAGE         builds: any image with Node.js 20.20 or later (22 recommended), npm and a shell, on glibc.
# RUNTIME_IMAGE      runs: Node.js on glibc with node on the PATH; it needs no shell and no package manager.
# VERSION, REVISION  what the labels say: the version of package.json, the commit.
# secret npmrc       npm's settings where the packages come from a registry of one's own; they are there for that one step and in
#                    no layer: docker build --secret id=npmrc,src=$HOME/.npmrc .
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=${NODE_IMAGE}

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# What changes seldom first, so that a change of the sources does not install everything again.
COPY package.json package-lock.json .npmrc ./
COPY clients/typescript/package.json clients/typescript/package.json
RUN --mount=type=secret,id=npmrc npm ci --userconfig /run/secrets/npmrc
COPY tsconfig.base.json tsconfig.gen.json ./
COPY scripts scripts
COPY config config
COPY examples examples
COPY gen gen
COPY clients clients
COPY src src
# /state becomes the empty data folder: the image that runs need have no shell to make one.
RUN npm run build && npm run --silent sbom > sbom.cdx.json && npm prune --omit=dev && mkdir /state

FROM ${RUNTIME_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="scenario-orchestrator" \
  org.opencontainers.image.description="gRPC service that decides, turn by turn, which conversation scenarios start, move, pause and end." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production
# glibc gives freed memory back to the system from 128 KiB on, and does not raise that bound after large requests (mallopt(3)).
ENV MALLOC_TRIM_THRESHOLD_=131072
# In a container loopback reaches nobody. The service still asks for ORCHESTRATOR__SERVER__ALLOW_INSECURE=true, set by whoever
# knows that strangers are kept out.
ENV ORCHESTRATOR__SERVER__HOST=0.0.0.0
# Used where no ORCHESTRATOR__REDIS__URL is given. Everything else of the file system may be read-only.
ENV ORCHESTRATOR__EMBEDDED__PATH=/data
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY LICENSE ./
COPY --from=build /app/scripts/health.mjs scripts/health.mjs
COPY --from=build /app/dist dist
# node_modules links to the client, which the command line uses.
COPY --from=build /app/clients/typescript/package.json clients/typescript/package.json
COPY --from=build /app/clients/typescript/dist clients/typescript/dist
COPY --from=build --chown=10001:10001 /state /data
VOLUME /data
# A number, so that it means the same on every base image and Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 50051
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 CMD ["node", "scripts/health.mjs"]
# The preload starts telemetry where the OTEL_ variables ask for it. SIGTERM drains, a second one ends at once.
CMD ["node", "--require", "./dist/src/server/telemetry/preload.js", "dist/src/server/main.js"]
