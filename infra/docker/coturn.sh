#!/bin/sh
# coturn with the secret of /run/secrets/turn-secret, which no command line and no environment shows.
set -eu
umask 077
cat /etc/parley/turnserver.conf >/tmp/turnserver.conf
{
  printf 'static-auth-secret=%s\n' "$(cat /run/secrets/turn-secret)"
  printf 'realm=%s\n' "${TURN_REALM:?the name people reach this machine by}"
  # Behind a cloud's address translation: PUBLIC, or PUBLIC/PRIVATE where the machine has several addresses.
  if [ -n "${TURN_EXTERNAL_IP:-}" ]; then printf 'external-ip=%s\n' "$TURN_EXTERNAL_IP"; fi
} >>/tmp/turnserver.conf
exec turnserver -c /tmp/turnserver.conf
