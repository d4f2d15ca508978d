#!/usr/bin/env bash
# Makes a manifest of 10,000 devices, and the key for which the private keys of these devices are encrypted.
#   examples/fleet/make-fleet.sh demo-out/fleet      (from the root of the repository)
set -euo pipefail
out=${1:?usage: examples/fleet/make-fleet.sh demo-out/fleet [devices]}
mkdir -p "$out"
[ -f "$out/devices.csv" ] || { echo 'deviceId,serialNumber'; seq -f 'sensor-%06g' "${2:-10000}" | awk '{ print $0 ",SN" NR }'; } >"$out/devices.csv"
[ -f "$out/recipient.key.pem" ] || (umask 077; openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$out/recipient.key.pem")
openssl pkey -in "$out/recipient.key.pem" -pubout -out "$out/recipient.pem"
