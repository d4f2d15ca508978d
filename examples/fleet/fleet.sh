#!/usr/bin/env bash
# The story of a fleet, on this machine: `npm run demo:fleet`. It issues for all devices, runs again, and connects ten of them, chosen at random, to a broker.
#   examples/fleet/fleet.sh demo-out/fleet      (from the root of the repository, after the app was synthesized)
set -euo pipefail
out=${1:?usage: examples/fleet/fleet.sh demo-out/fleet}
cli=(node assets/cli/private-iot-ca.js)
port=${PORT:-18884}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '\n=== %s\n\n' "$*"; }

say 'The CA and the certificate of the broker'
"${cli[@]}" local --app "$out/cdk.out" --out "$out"
"${cli[@]}" export --outputs "$out/outputs.json" --out "$out" --platform mosquitto --private-keys --broker-folder "$PWD/$out/mosquitto"

say 'A certificate for each device of the manifest'
"${cli[@]}" fleet run --local "$out" --manifest "$out/devices.csv" --out "$out/run"

say 'Once more: nothing is left to do'
"${cli[@]}" fleet run --local "$out" --manifest "$out/devices.csv" --out "$out/again"

say 'Ten devices, chosen at random'
# The members of a line are texts without quotation marks, so a pattern finds them.
member() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" <<<"$2"; }
shuf -n 10 "$out/run/results.jsonl" >"$scratch/chosen"
while read -r line; do
  id=$(member deviceId "$line")
  printf '%b' "$(member certificatePem "$line")" >"$scratch/$id.pem"
  openssl cms -decrypt -inform DER -in "$out/$(member keyArchive "$line")" -inkey "$out/recipient.key.pem" >"$scratch/keys"
  printf '%b' "$(member privateKeyPem "$(grep -F "\"$(member serialNumber "$line")\"" "$scratch/keys")")" >"$scratch/$id.key.pem"
  openssl verify -x509_strict -purpose sslclient -CAfile "$out/ca.pem" "$scratch/$id.pem" >"$scratch/said" || { cat "$scratch/said"; exit 1; }
  echo "$id is accepted by OpenSSL, and its key was in $(member keyArchive "$line")"
done <"$scratch/chosen"

mosquitto=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v mosquitto) || { echo 'Mosquitto is not installed'; exit 0; }
say 'The same ten, connected to Mosquitto'
[ "$(id -u)" -ne 0 ] || echo 'user root' >"$scratch/mosquitto.conf"
sed "s/^listener 8883$/listener $port 127.0.0.1/" "$out/mosquitto/mosquitto.conf" >>"$scratch/mosquitto.conf"
"$mosquitto" -v -c "$scratch/mosquitto.conf" >"$scratch/log" 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null || true; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do grep -q ' running$' "$scratch/log" && break; sleep 0.1; done
while read -r line; do
  id=$(member deviceId "$line")
  # In TLS 1.2, the client learns within the handshake whether it is refused.
  openssl s_client -connect "localhost:$port" -tls1_2 -CAfile "$out/ca.pem" -cert "$scratch/$id.pem" -key "$scratch/$id.key.pem" </dev/null >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
  grep -q 'Verify return code: 0 (ok)' "$scratch/said"
  echo "$id is connected"
done <"$scratch/chosen"
