# The API. From the root of the repository: docker build -f infra/docker/api.Dockerfile -t parley-api:local .
# Node runs its TypeScript as it stands, outside of node_modules only: the workspace stays as it is, nothing is bundled.

FROM node:24.21.0-bookworm-slim AS install
RUN npm install --global pnpm@10.34.8
WORKDIR /parley
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/test-upstream/package.json packages/test-upstream/
COPY apps/api/package.json apps/api/
RUN pnpm install --prod --frozen-lockfile --filter @parley/api... \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM debian:12.12-slim
ARG VERSION=local
LABEL org.opencontainers.image.title="Parley API" \
  org.opencontainers.image.description="Self-hosted team space: rooms and direct messages that never lose a message." \
  org.opencontainers.image.licenses="AGPL-3.0-only" \
  org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  PORT=8000 \
  LOG_DIR=off \
  DATA_DIR=/var/lib/parley/files
COPY --from=install /usr/local/bin/node /usr/local/bin/node
COPY --from=install /parley /parley
COPY packages/protocol/src /parley/packages/protocol/src
COPY packages/test-upstream/src /parley/packages/test-upstream/src
COPY apps/api/migrations /parley/apps/api/migrations
COPY apps/api/src /parley/apps/api/src
WORKDIR /parley/apps/api
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Alive, not ready: an engine that restarts what is unhealthy must not do so because the database is away.
HEALTHCHECK --interval=10s --timeout=5s --retries=6 CMD ["node", "-e", "fetch('http://127.0.0.1:8000/healthz').then((answer) => process.exit(answer.ok ? 0 : 1))"]
# Young objects of a request die young; with a larger nursery they are not copied on before they do.
CMD ["node", "--max-semi-space-size=64", "src/main.ts"]
