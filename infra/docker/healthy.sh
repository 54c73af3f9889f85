#!/usr/bin/env bash
# What the image with nginx asks itself, which has no curl: ends with 0 if it answers. The gateway knows /healthz alone by any
# name, the server of the web app has its page.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/8080
printf 'GET /healthz HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
echo "answered $status"
[ "$status" -lt 400 ]
