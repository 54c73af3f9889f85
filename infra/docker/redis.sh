#!/bin/sh
# Redis with the password of /run/secrets/redis-url, which no command line and no environment shows.
set -eu
password=$(sed -n 's|^redis://:\([^@]*\)@.*|\1|p' /run/secrets/redis-url)
[ -n "$password" ] || {
  echo 'the secret redis-url must read redis://:PASSWORD@redis:6379' >&2
  exit 1
}
case ${1:?usage: redis.sh start|healthy} in
  start)
    umask 077
    # Nothing is kept on disk: what it holds joins nodes and is gone with them. Streams must never be evicted half.
    cat >/tmp/redis.conf <<CONF
requirepass $password
save ""
appendonly no
maxmemory 256mb
maxmemory-policy volatile-lru
dir /tmp
CONF
    exec redis-server /tmp/redis.conf
    ;;
  healthy)
    REDISCLI_AUTH=$password redis-cli ping | grep -q PONG
    ;;
esac
