# The web app, and nginx that serves it or stands as the gateway before everything (command: web or gateway).
# From the root of the repository: docker build -f infra/docker/web.Dockerfile -t parley-web:local .

FROM node:24.21.0-bookworm-slim AS build
RUN npm install --global pnpm@10.34.8
WORKDIR /parley
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/client/package.json packages/client/
COPY apps/web/package.json apps/web/
RUN pnpm install --frozen-lockfile --filter @parley/web...
COPY tsconfig.base.json ./
COPY packages/protocol/src packages/protocol/src
COPY packages/client/src packages/client/src
COPY apps/web apps/web
WORKDIR /parley/apps/web
# Not by `pnpm run`, which would install the whole workspace first.
RUN node_modules/.bin/vite build

FROM debian:12.12-slim
ARG VERSION=local
LABEL org.opencontainers.image.title="Parley web" \
  org.opencontainers.image.description="The web app of Parley, and the gateway before it and the API." \
  org.opencontainers.image.licenses="AGPL-3.0-only" \
  org.opencontainers.image.version="$VERSION"
RUN apt-get update \
  && apt-get install --yes --no-install-recommends nginx-light libnginx-mod-http-brotli-filter libnginx-mod-http-brotli-static \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /parley/apps/web/dist /parley/web
COPY infra/nginx /parley/nginx
COPY infra/docker/nginx/installation.conf /parley/nginx/installation.conf
COPY infra/docker/nginx/http.conf infra/docker/nginx/https.conf infra/docker/nginx/web.conf /parley/nginx/place/
COPY infra/docker/healthy.sh infra/docker/nginx.sh /parley/infra/docker/
# What an installation changes while nginx runs is the host's, what it is told when it starts is written then.
RUN ln -s /etc/parley/nginx/upstreams.conf /etc/parley/nginx/admin-allow.conf /tmp/server-name.conf /parley/nginx/place/ \
  && install -d -o 10001 -g 10001 /var/lib/parley-gateway /var/lib/parley-gateway/acme
USER 10001:10001
EXPOSE 8080 8443
# nginx lets requests under way finish.
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --retries=6 CMD ["bash", "/parley/infra/docker/healthy.sh", "/"]
ENTRYPOINT ["sh", "/parley/infra/docker/nginx.sh"]
CMD ["web"]
