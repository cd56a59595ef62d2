# syntax=docker/dockerfile:1

# deploy/README.md tells how two builds come out the same, and how to pin these by digest.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE ./
COPY src src
COPY web/page.css web/page.js web/
# Who may read what follows from whoever checked the project out; here it is the same for all.
RUN npm run build && chmod -R u=rwX,go=rX package.json LICENSE web

FROM ${BUILD_IMAGE} AS packages
WORKDIR /packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${RUN_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="stream-lag-exporter" \
	org.opencontainers.image.description="Consumer lag of Kafka, Redis Streams and NATS JetStream for Prometheus" \
	org.opencontainers.image.version="0.1.0" \
	org.opencontainers.image.revision="$REVISION" \
	org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production STREAM_LAG_REVISION=$REVISION
WORKDIR /app
COPY --from=packages /packages/node_modules node_modules
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/dist dist
COPY --from=build /build/web web
# By number: Kubernetes can tell that it is not root. It is the base image's nonroot.
USER 65532:65532
EXPOSE 10977
HEALTHCHECK --interval=15s --timeout=6s --start-period=10s \
	CMD ["/nodejs/bin/node", "/app/dist/main.js", "health"]
# One thread beside the main one for what V8 does in parallel; with four, each keeps memory of its own.
ENTRYPOINT ["/nodejs/bin/node", "--v8-pool-size=1", "/app/dist/main.js"]
