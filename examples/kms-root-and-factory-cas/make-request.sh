#!/usr/bin/env bash
# What a device does in its factory: it makes a key, which stays with it, and a request for a certificate.
#   ./make-request.sh suzhou sensor-s001 [folder of the requests] [folder of the keys]
set -euo pipefail
factory=$1 device=$2 requests=${3:-requests} keys=${4:-keys}

mkdir -p "$requests/$factory" "$keys"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$keys/$device.key" -out "$requests/$factory/$device.csr" \
  -subj "/O=Acme/OU=$factory/CN=$device" -addext "subjectAltName=DNS:$device.$factory.acme.example"
