#!/usr/bin/env bash
# The story of a roll-over, deployment by deployment, on this machine: `npm run demo:roll-over`. After each step, OpenSSL checks that every
# device connects: to a broker that trusts what it is given that day, and to one that has only ever known the old root.
#   examples/roll-over/roll-over.sh demo-out/roll-over      (from the root of the repository, after the steps were synthesized)
set -euo pipefail
out=${1:?usage: examples/roll-over/roll-over.sh demo-out/roll-over}
cli=(node assets/cli/private-iot-ca.js)
old=$out/old-broker

say() { printf '\n=== %s\n\n' "$*"; }

deploy() { "${cli[@]}" local --app "$out/steps/$1" --out "$out" >"$out/said" 2>&1; }

# Exports what is deployed now, shows it, and has OpenSSL check each device.
look() {
  rm -f "$out"/*.pem
  "${cli[@]}" export --outputs "$out/outputs.json" --out "$out" >/dev/null
  [ ! -f "$out/ca.pem" ] || cp "$out/ca.pem" "$old/root.pem"
  [ ! -f "$out/cross.pem" ] || cp "$out/cross.pem" "$old/cross.pem"
  "${cli[@]}" list --local "$out"
  local between=()
  [ ! -f "$old/cross.pem" ] || between=(-untrusted "$old/cross.pem")
  for device in sensor001 sensor002 sensor003; do
    openssl verify -x509_strict -purpose sslclient -CAfile "$out/trusted-cas.pem" "$out/$device.pem" >"$out/said" || { cat "$out/said"; return 1; }
    openssl verify -x509_strict -purpose sslclient -CAfile "$old/root.pem" "${between[@]}" "$out/$device.pem" >"$out/said" || { cat "$out/said"; return 1; }
    echo "$device is accepted by today's bundle, and by a verifier that knows only the old root"
  done
}

mkdir -p "$old"
step() { say "$2"; deploy "$1" || { cat "$out/said"; return 1; }; look; }

step today '1. Today: a CA and three devices'
step successor '2. The successor beside it, certified by the old CA too; brokers get both roots'
step first-moved '3. The first device has a certificate of the new CA'

say '4. Too early: the other devices move and the old CA is retired in one deployment, before their old certificates have left'
if deploy too-early; then echo 'the CA was retired while two devices depend on it'; exit 1; fi
grep -o 'retirement must wait.*' "$out/said"
printf '\nNothing has changed. What keeps the CA:\n\n'
"${cli[@]}" list --local "$out" --living --ca Plant/Ca

step all-moved '5. All devices have certificates of the new CA'
step retired '6. The old CA is retired: it issues nothing any more'
step removed '7. The old CA has left the stack, and brokers trust only the new one; its key and its ledger are kept'
