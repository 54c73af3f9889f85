#!/bin/bash
# Puts a certificate in place if it is right, and has the gateway take it up; else says what is wrong, and the old one stays.
# usage: parley-install-certificate DOMAIN CERTIFICATE KEY FOLDER RELOAD
set -euo pipefail
umask 077
domain=${1:?usage: parley-install-certificate DOMAIN CERTIFICATE KEY FOLDER RELOAD}
certificate=$2
key=$3
folder=$4
reload=$5

refuse() {
  echo "parley-install-certificate: $*; the certificate in use stays" >&2
  exit 1
}

names=$(openssl x509 -in "$certificate" -noout -subject -ext subjectAltName 2>/dev/null | tail -n 1) ||
  refuse "$certificate is not a certificate in PEM"
key_public=$(openssl pkey -in "$key" -pubout 2>/dev/null) || refuse "$key is not a private key without passphrase in PEM"
[ "$(openssl x509 -in "$certificate" -noout -pubkey)" = "$key_public" ] || refuse 'the key belongs to another certificate'
openssl x509 -in "$certificate" -noout -checkhost "$domain" | grep -q 'does match' ||
  refuse "the certificate is not for $domain but for ${names## }"
ends=$(openssl x509 -in "$certificate" -noout -enddate | cut -d = -f 2)
openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null || refuse "the certificate expired on $ends"
begins=$(openssl x509 -in "$certificate" -noout -startdate | cut -d = -f 2)
[ "$(date -d "$begins" +%s)" -le "$(date +%s)" ] || refuse "the certificate is valid only from $begins"

if cmp -s "$certificate" "$folder/certificate.pem" && cmp -s "$key" "$folder/key.pem"; then
  echo "the certificate for $domain is in place, valid until $ends"
  exit 0
fi

keep=$(mktemp -d "$folder/.before.XXXXXX")
trap 'rm -rf "$keep"' EXIT
for name in certificate.pem key.pem; do [ ! -e "$folder/$name" ] || cp -p "$folder/$name" "$keep"; done
put() {
  cp "$1" "$folder/.$2.new"
  chown --reference="$folder" "$folder/.$2.new"
  mv "$folder/.$2.new" "$folder/$2"
}
put "$certificate" certificate.pem
put "$key" key.pem
if ! said=$("$reload" 2>&1); then
  for name in certificate.pem key.pem; do [ ! -e "$keep/$name" ] || mv "$keep/$name" "$folder/$name"; done
  refuse "the gateway does not take it: $said"
fi
echo "installed the certificate for $domain, valid until $ends"
