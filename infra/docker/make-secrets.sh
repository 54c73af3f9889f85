#!/bin/sh
# Makes the secrets of an installation, one file each, and never touches one that is there.
# usage: make-secrets.sh [FOLDER]      default: /etc/parley/secrets
set -eu
folder=${1:-/etc/parley/secrets}
# The user of every container.
owner=10001

umask 077
mkdir -p "$folder"
is_root() { [ "$(id -u)" = 0 ]; }
if is_root; then chown "$owner:$owner" "$folder"; fi

# Reads the value from standard input; the file appears whole or not at all.
make() {
  if [ -e "$folder/$1" ]; then
    cat >/dev/null
    return
  fi
  cat >"$folder/.$1.new"
  chmod 0600 "$folder/.$1.new"
  if is_root; then chown "$owner:$owner" "$folder/.$1.new"; fi
  mv "$folder/.$1.new" "$folder/$1"
  echo "made $folder/$1"
}
random() { openssl rand -hex 32; }

for name in jwt-secret encryption-key admin-key metrics-token turn-secret backup-password mysql-root-password mysql-password; do
  random | make "$name"
done
random | sed 's|.*|redis://:&@redis:6379|' | make redis-url
# Of the database in compose.yml; for a managed one write its own URL here.
sed 's|.*|mysql://parley:&@mysql:3306/parley|' "$folder/mysql-password" | make database-url
# Of services outside; empty means that there is none.
for name in smtp-url s3-secret-access-key; do
  make "$name" </dev/null
done
