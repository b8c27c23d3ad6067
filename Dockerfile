# The service as an image: docker build -t scenario-orchestrator .
# Without a registry at hand: --build-arg NODE_IMAGE=<any image with Node.js 22 or later and npm, on glibc>.
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# What changes seldom first, so that a change of the sources does not install everything again.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY config config
COPY examples examples
COPY gen gen
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
# In a container loopback reaches nobody. The service still asks for ORCHESTRATOR__SERVER__ALLOW_INSECURE=true, set by whoever
# knows that strangers are kept out.
ENV ORCHESTRATOR__SERVER__HOST=0.0.0.0
# Used where no ORCHESTRATOR__REDIS__URL is given. Everything else of the file system may be read-only.
ENV ORCHESTRATOR__EMBEDDED__PATH=/data
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json package.json
COPY --from=build /app/scripts/health.mjs scripts/health.mjs
COPY --from=build /app/dist dist
RUN mkdir /data && chown 10001:10001 /data
VOLUME /data
# A number, so that it means the same on every base image and Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 50051
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["node", "scripts/health.mjs"]
# The preload starts telemetry where the OTEL_ variables ask for it. SIGTERM drains, a second one ends at once.
CMD ["node", "--require", "./dist/src/adapters/otel/preload.js", "dist/src/main.js"]
