#!/usr/bin/env bash
# What nginx' images ask themselves: ends with 0 if the port answers HTTP with something below 400. There is no curl in them.
set -euo pipefail
port=${1:?usage: healthy.sh PORT PATH}
path=${2:?usage: healthy.sh PORT PATH}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
read -r -t 4 _ status _ <&3
echo "$path answered $status"
[ "$status" -lt 400 ]
