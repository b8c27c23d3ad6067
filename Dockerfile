# The image of the service: docker build -t scenario-orchestrator .
#
# NODE_IMAGE         base of the build stage: Node.js 20.20 or later (24 recommended, docs/performance.md), npm and a shell, on glibc. The default is pinned to
#                    the digest of the index of all platforms. Change tag and digest together.
# RUNTIME_IMAGE      base of the image: node on the PATH, on glibc. It needs no shell and no package manager.
# VERSION, REVISION  labels: the version of package.json and the commit.
# secret npmrc       npm settings for a private registry. They are used in one step and are not stored in a layer:
#                    docker build --secret id=npmrc,src=$HOME/.npmrc .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553
ARG RUNTIME_IMAGE=${NODE_IMAGE}

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# Copied first, so that a change of the sources does not repeat the installation.
COPY package.json package-lock.json .npmrc ./
COPY clients/typescript/package.json clients/typescript/package.json
RUN --mount=type=secret,id=npmrc npm ci --userconfig /run/secrets/npmrc
COPY tsconfig.base.json tsconfig.gen.json ./
COPY scripts scripts
COPY config config
COPY examples examples
COPY gen gen
COPY schemas schemas
COPY clients clients
COPY src src
# /state becomes the empty data folder, because the runtime image may have no shell to create it.
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
# glibc returns freed memory above 128 KiB to the system, and does not raise this threshold after large requests (mallopt(3)).
ENV MALLOC_TRIM_THRESHOLD_=131072
# Clients cannot connect to the loopback interface of a container. Without TLS, the service requires
# ORCHESTRATOR__SERVER__ALLOW_INSECURE=true on this address: set it only in a trusted network.
ENV ORCHESTRATOR__SERVER__HOST=0.0.0.0
# The embedded store is used if ORCHESTRATOR__REDIS__URL is not set. The rest of the file system may be read-only.
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
# A numeric id is valid on every base image, and Kubernetes can verify that it is not root.
USER 10001:10001
EXPOSE 50051
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 CMD ["node", "scripts/health.mjs"]
# The preload makes lines of the log of what is written while modules are loaded. On SIGTERM the server drains; on a second SIGTERM it exits immediately.
CMD ["node", "--require", "./dist/src/server/telemetry/preload.js", "dist/src/server/main.js"]
