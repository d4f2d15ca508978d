#!/usr/bin/env bash
# Looks at what `npm run demo:revocation` has made: the revoked device must be refused, and the other one accepted, by OpenSSL and, if it
# is installed, by Mosquitto.
#   examples/revocation/check.sh demo-out/revocation      (from the root of the repository)
set -euo pipefail
out=${1:?usage: examples/revocation/check.sh demo-out/revocation}
kit=$out/mosquitto
port=${PORT:-18883}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Succeeds where the command fails and says this.
refused() {
  local says=$1
  shift
  if "$@" >"$scratch/said" 2>&1; then echo "not refused: $*"; return 1; fi
  if grep -q -- "$says" "$scratch/said"; then echo "sensor-001 is refused, as it should be: $says"; else cat "$scratch/said"; return 1; fi
}

echo '* OpenSSL'
verify=(openssl verify -x509_strict -crl_check -CAfile "$out/ca.pem" -CRLfile "$kit/revoked.pem")
refused 'certificate revoked' "${verify[@]}" "$out/sensor001.pem"
"${verify[@]}" "$out/sensor002.pem" >"$scratch/said" || { cat "$scratch/said"; exit 1; }
echo 'sensor-002 is accepted'

mosquitto=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v mosquitto) || { echo 'Mosquitto is not installed'; exit 0; }
echo '* Mosquitto'
[ "$(id -u)" -ne 0 ] || echo 'user root' >"$scratch/mosquitto.conf"
sed "s/^listener 8883$/listener $port 127.0.0.1/" "$kit/mosquitto.conf" >>"$scratch/mosquitto.conf"
"$mosquitto" -v -c "$scratch/mosquitto.conf" >"$scratch/log" 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null || true; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do grep -q ' running$' "$scratch/log" && break; sleep 0.1; done

# In TLS 1.2, the client learns within the handshake that it is refused.
connect() { openssl s_client -connect "localhost:$port" -tls1_2 -CAfile "$out/ca.pem" -cert "$out/$1.pem" -key "$out/$1.key.pem" </dev/null; }
refused 'alert certificate revoked' connect sensor001
connect sensor002 2>&1 | grep -q 'Verify return code: 0 (ok)'
echo 'sensor-002 is accepted'
