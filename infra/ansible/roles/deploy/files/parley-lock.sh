#!/bin/sh
# One deploy or restore at a time. The lock is a lease: each step says how long it may take, so that one left behind by
# somebody who is gone is free again when that time is over, and nobody has to come and remove it.
# usage: parley-lock.sh FILE take WHO SECONDS | extend WHO SECONDS | release WHO
set -eu
file=$1
act=$2
who=$3
exec 9>>"$file.guard"
flock 9

now=$(date +%s)
holder=
until=0
if [ -s "$file" ]; then
  { read -r holder && read -r until && read -r since; } <"$file"
fi

if [ "$holder" != "$who" ] && [ "$until" -gt "$now" ]; then
  echo "$holder has been at it since $since." \
    "If nobody is any more, the next one may start in $((until - now)) s, or at once after: rm $file" >&2
  exit 1
fi
case $act in
  take)
    [ -z "$holder" ] || echo "took over from $holder, who has been silent since before $(date -u -d "@$until" +%FT%TZ)"
    printf '%s\n%s\n%s\n' "$who" "$((now + $4))" "$(date -u +%FT%TZ)" >"$file"
    ;;
  extend)
    # Taken over in the meantime: two at once must not go on.
    [ "$holder" = "$who" ] || { echo "the lock was taken over from $who" >&2; exit 1; }
    printf '%s\n%s\n%s\n' "$who" "$((now + $4))" "$since" >"$file"
    ;;
  release)
    rm -f "$file"
    ;;
esac
