#!/usr/bin/env bash
# What the image with nginx asks itself, which has no curl: ends with 0 if it answers.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/8080
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\n\r\n' "${1:?usage: healthy.sh PATH}" >&3
read -r -t 4 _ status _ <&3
echo "$1 answered $status"
[ "$status" -lt 400 ]
