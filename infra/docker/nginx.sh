#!/bin/sh
# nginx in its two places: `web` serves the app, `gateway` stands before everything. `reload` makes a running gateway take up
# a new certificate or new files of the host, unless something is wrong with them: then it says what, and nothing changes.
set -eu
gateway() { nginx -e stderr -p /var/lib/parley-gateway -c /parley/nginx/nginx.conf "$@"; }
case ${1:?usage: nginx.sh web|gateway|reload} in
  web)
    exec nginx -e stderr -p /tmp -c /parley/nginx/web.conf
    ;;
  gateway)
    printf 'server_name %s;\n' "${PARLEY_DOMAIN:?the name people reach this installation by}" >/tmp/server-name.conf
    # It could not start where the kernel has no IPv6.
    : >/tmp/http-ipv6.conf
    : >/tmp/https-ipv6.conf
    if [ -e /proc/net/if_inet6 ]; then
      echo 'listen [::]:8080;' >/tmp/http-ipv6.conf
      echo 'listen [::]:8443 ssl http2;' >/tmp/https-ipv6.conf
    fi
    exec nginx -e stderr -p /var/lib/parley-gateway -c /parley/nginx/nginx.conf
    ;;
  reload)
    # It opens its access log, stdout, by name, which not every stdout of an `exec` allows.
    gateway -t -q >/dev/null
    gateway -s reload >/dev/null
    ;;
esac
