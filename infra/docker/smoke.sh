#!/usr/bin/env bash
# Builds both images, runs everything with throwaway secrets and a certificate of its own, walks through it by the gateway, and
# takes it all down again, whatever happened. Ends with 0 if all was in order, 1 with the reason, 3 without an engine.
# Wants Node 24 and the installed dependencies for the walk. PARLEY_API_IMAGE and PARLEY_WEB_IMAGE name images to try instead of building them.
set -euo pipefail
cd "$(dirname "$0")/../.."

engine=$(docker version --format '{{.Server.Version}}' 2>/dev/null) || {
  echo 'smoke: no Docker engine answers here, so nothing was built and nothing was tried' >&2
  exit 3
}
docker compose version --short >/dev/null 2>&1 || {
  echo 'smoke: docker has no compose plugin (Debian: docker-compose-plugin of download.docker.com)' >&2
  exit 3
}

echo "smoke: engine $engine, $(docker compose version --short)"

work=$(mktemp -d)
export PARLEY_ETC=$work/etc PARLEY_DATA=$work/data PARLEY_DOMAIN=localhost COMPOSE_PROFILES=database
export PARLEY_HTTP_PORT=${PARLEY_HTTP_PORT:-18080} PARLEY_HTTPS_PORT=${PARLEY_HTTPS_PORT:-18443}
mkdir -p "$PARLEY_ETC/nginx" "$PARLEY_ETC/tls"
mkdir -p "$PARLEY_DATA/acme" "$PARLEY_DATA/alertmanager" "$PARLEY_DATA/files" "$PARLEY_DATA/mysql" "$PARLEY_DATA/prometheus"
printf 'LOG_LEVEL=warn\n' >"$PARLEY_ETC/parley.env"
# Beside an installation that runs on this machine there would be no room for its network.
compose() {
  docker compose --project-name parley-smoke --file infra/docker/compose.yml --file infra/docker/compose.observability.yml "$@"
}

finish() {
  status=$?
  if [ "$status" != 0 ]; then
    compose ps --all || true
    compose logs --tail 40 || true
    echo "smoke: failed with $status; the reason is above" >&2
  fi
  compose --profile '*' down --volumes --timeout 5 >/dev/null 2>&1 || true
  # What containers wrote belongs to their user.
  docker run --rm --user 0 --volume "$work:/scratch" --entrypoint rm "${PARLEY_WEB_IMAGE:-parley-web:local}" -rf /scratch/data /scratch/etc || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

if [ -z "${PARLEY_API_IMAGE:-}" ]; then compose build api-1 web; fi
api=${PARLEY_API_IMAGE:-parley-api:local}
web=${PARLEY_WEB_IMAGE:-parley-web:local}

# What an image may weigh, in MB of its files: engines differ in what they count as the size of an image.
light() {
  megabytes=$(docker run --rm --user 0 --entrypoint du "$1" --summarize --one-file-system --block-size=MB / | cut -d M -f 1)
  echo "$1: $megabytes MB, at most $2"
  if [ "$megabytes" -gt "$2" ]; then
    echo "smoke: $1 became too large" >&2
    exit 1
  fi
}
light "$api" 420
light "$web" 180

cp infra/docker/nginx/host/*.conf "$PARLEY_ETC/nginx/"
infra/docker/make-secrets.sh "$PARLEY_ETC/secrets"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$PARLEY_ETC/tls/key.pem" -out "$PARLEY_ETC/tls/certificate.pem" 2>/dev/null
cp "$PARLEY_ETC/tls/certificate.pem" "$work/certificate.pem"
docker run --rm --user 0 --volume "$work:/scratch" --entrypoint chown "$web" -R 10001:10001 /scratch/etc /scratch/data

compose run --rm tools node src/migrate.ts
services=(mysql redis api-1 api-2 web nginx)
# These take ports of the host that something else may have: elsewhere than on a machine of its own they are left out.
if [ "${CI:-}" = true ]; then
  services+=(coturn prometheus alertmanager grafana jaeger)
else
  echo 'smoke: coturn, and what watches it all, are not tried; with CI=true they are'
fi
compose up --detach --wait --wait-timeout 240 "${services[@]}"

for service in "${services[@]}"; do
  id=$(compose ps --quiet "$service")
  [ "$(docker inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}' "$id")" = '10001:10001 true' ] || {
    echo "smoke: $service runs as root or may write to its file system" >&2
    exit 1
  }
done
if compose exec -T api-1 sh -c 'touch /parley/written' 2>/dev/null; then
  echo 'smoke: the API may write to its own code' >&2
  exit 1
fi

NODE_EXTRA_CA_CERTS=$work/certificate.pem node infra/docker/smoke-walk.ts "https://localhost:$PARLEY_HTTPS_PORT" \
  docker compose --project-name parley-smoke --file infra/docker/compose.yml stop api-1

# Ended as asked, not killed.
ended=$(docker inspect --format '{{.State.ExitCode}}' "$(compose ps --all --quiet api-1)")
[ "$ended" = 0 ] || {
  echo "smoke: api-1 ended with $ended when it was stopped" >&2
  exit 1
}
compose up --detach --wait --wait-timeout 60 api-1
compose exec -T nginx sh /parley/infra/docker/nginx.sh reload

if [ "${CI:-}" = true ]; then
  # Which takes the token, as the user of the container.
  for _ in $(seq 30); do
    up=$(compose exec -T prometheus promtool query instant http://127.0.0.1:9090 'sum(up{job="parley"})')
    case "$up" in *'=> 2 '*) break ;; esac
    sleep 2
  done
  case "$up" in
    *'=> 2 '*) ;;
    *)
      echo "smoke: Prometheus does not reach both nodes: $up" >&2
      exit 1
      ;;
  esac
fi
echo 'smoke: all in order'
