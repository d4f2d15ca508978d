#!/usr/bin/env bash
# Makes a CA as it has always been made by hand, into the folder of this name: its certificate, its encrypted key, and the
# passphrase of the key. A CA that is there already stays.
set -euo pipefail
mkdir -p "${1:?name the folder}"
cd "$1"
[ ! -e myIoTCARoot.crt ] || exit 0

umask 077
openssl rand -hex 16 > passphrase.txt
# -subj and -passout answer what openssl would ask.
openssl req -new -x509 -days 3650 -keyout myIoTCARoot.key -out myIoTCARoot.crt \
  -subj '/C=CN/O=Acme/CN=Acme IoT Root CA' -passout file:passphrase.txt
