#!/bin/bash
# Makes one backup of the database and the files, encrypted. Ends with 0 only if it is whole.
# usage: parley-backup SETTINGS [--prepare]      --prepare makes the repository if there is none, and no backup
set -euo pipefail
umask 077
set -a
# shellcheck source=/dev/null
source "${1:?usage: parley-backup SETTINGS [--prepare]}"
set +a

fail() {
  echo "parley-backup: $*" >&2
  exit 1
}

# Tells a repository that is not there from one that does not open: a wrong password must never make a new one.
repository() {
  local answer
  if answer=$(restic cat config 2>&1); then
    echo open
  elif grep -qE 'Is there a repository|repository does not exist' <<<"$answer"; then
    echo none
  else
    fail "the repository $RESTIC_REPOSITORY does not open: $(grep -v '^$' <<<"$answer" | tail -n 1)"
  fi
}

forget_incomplete() {
  local ids
  ids=$(restic snapshots --json --tag incomplete | grep -o '"short_id":"[^"]*"' | cut -d '"' -f 4 || true)
  # shellcheck disable=SC2086 # several names
  [ -z "$ids" ] || restic forget --quiet $ids
}

found=$(repository)
if [ "${2:-}" = --prepare ]; then
  if [ "$found" = none ]; then
    restic init --quiet
    echo "made the repository $RESTIC_REPOSITORY"
  fi
  exit 0
fi
[ "$found" = open ] || fail "there is no repository at $RESTIC_REPOSITORY: is its disk mounted? backup.yml makes a new one"

exec 9<"$1"
flock --nonblock 9 || fail 'another backup is under way'

# Left by a host that went off in the middle.
restic unlock --quiet
forget_incomplete

name=$(date -u +%Y%m%dT%H%M%SZ)
# Only what says `complete` counts: a dump cut short, or one whose files are missing, must never be restored.
trap '[ $? = 0 ] || { echo "parley-backup: backup $name failed and does not count" >&2; forget_incomplete || true; }' EXIT

# The database first: every file a message names was stored before the message, so the files that follow hold it.
# shellcheck disable=SC2086 # a command of several words
$DATABASE_CLIENT mysqldump --defaults-extra-file=/etc/database-client.cnf \
  --single-transaction --quick --hex-blob --routines --triggers --no-tablespaces --loose-set-gtid-purged=OFF \
  "$DATABASE_NAME" |
  restic backup --quiet --host parley --tag "incomplete,$name,database" --stdin --stdin-filename database.sql
restic backup --quiet --host parley --tag "incomplete,$name,files" "$FILES_DIR" "$SECRETS_DIR"
restic check --quiet
restic tag --quiet --tag "incomplete,$name" --add complete --remove incomplete
# shellcheck disable=SC2086 # several options
restic forget --quiet --prune --host parley --group-by host,paths --tag complete $KEEP
echo "backup $name is complete in $RESTIC_REPOSITORY"
