#!/bin/bash
# The steps of restore.yml that handle data. Run restore.yml, which stops and starts what must not run meanwhile.
# usage: parley-restore SETTINGS tables | fetch NAME | replace
set -euo pipefail
umask 077
set -a
# shellcheck source=/dev/null
source "${1:?usage: parley-restore SETTINGS tables | fetch NAME | replace}"
set +a
staging=$FILES_DIR.restoring

fail() {
  echo "parley-restore: $*" >&2
  exit 1
}

database() {
  # shellcheck disable=SC2086 # a command of several words
  $DATABASE_CLIENT mysql --defaults-extra-file=/etc/database-client.cnf --skip-column-names --batch "$@"
}

count_tables() {
  database --execute "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$DATABASE_NAME'"
}

# Everything is read, and so checked, before anything that runs is touched.
fetch() {
  local name=$1 answer
  answer=$(restic snapshots --json --tag complete 2>&1) ||
    fail "the repository $RESTIC_REPOSITORY does not open: $(grep -v '^$' <<<"$answer" | tail -n 1)"
  if [ "$name" = latest ]; then
    name=$(grep -oE '"[0-9]{8}T[0-9]{6}Z"' <<<"$answer" | tr -d '"' | sort | tail -n 1 || true)
  fi
  [ -n "$name" ] && grep -q "\"$name\"" <<<"$answer" || fail "there is no complete backup $1 in $RESTIC_REPOSITORY"
  rm -rf "$staging"
  mkdir -p "$staging"
  answer=$(restic dump --tag "complete,$name,database" latest database.sql 2>&1 >"$staging/database.sql") &&
    answer=$(restic restore --tag "complete,$name,files" latest --target "$staging/tree" 2>&1) ||
    fail "backup $name cannot be read, and nothing was touched: $(grep -v '^$' <<<"$answer" | tail -n 1)"
  tail -c 200 "$staging/database.sql" | grep -q 'Dump completed' ||
    fail "the database of backup $name is cut short, and nothing was touched"
  echo "backup $name, $(wc -c <"$staging/database.sql") bytes of database"
}

replace() {
  [ -s "$staging/database.sql" ] || fail 'there is nothing fetched to restore'
  # Dropped and made again as it was: tables of a newer version must not stay behind.
  database --execute "SELECT CONCAT('DROP DATABASE \`$DATABASE_NAME\`; CREATE DATABASE \`$DATABASE_NAME\` CHARACTER SET ',
    default_character_set_name, ' COLLATE ', default_collation_name)
    FROM information_schema.schemata WHERE schema_name = '$DATABASE_NAME'" | database
  database "$DATABASE_NAME" <"$staging/database.sql"
  # The key belongs to the data: without it what the database keeps encrypted could not be read.
  install -m 0600 "$staging/tree$SECRETS_DIR/encryption-key" "$SECRETS_DIR/encryption-key"
  chown --reference="$SECRETS_DIR" "$SECRETS_DIR/encryption-key"
  rm -rf "$FILES_DIR.replaced"
  [ ! -e "$FILES_DIR" ] || mv "$FILES_DIR" "$FILES_DIR.replaced"
  mv "$staging/tree$FILES_DIR" "$FILES_DIR"
  rm -rf "$FILES_DIR.replaced" "$staging"
}

case ${2:-} in
  tables) count_tables ;;
  fetch) fetch "${3:?which backup}" ;;
  replace) replace ;;
  *) fail 'usage: parley-restore SETTINGS tables | fetch NAME | replace' ;;
esac
