#!/usr/bin/env bash
# Looks at what `npm run demo:factories` has made, with OpenSSL: what must be accepted is, and what must be refused is. Nothing
# of it is changed.
#   examples/kms-root-and-factory-cas/check.sh demo-out/factories      (from the root of the repository)
set -euo pipefail
out=$1
here=examples/kms-root-and-factory-cas
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Succeeds where the command fails and says this.
refused() {
  local says=$1
  shift
  if "$@" >"$scratch/said" 2>&1; then echo "not refused: $*"; return 1; fi
  grep -m1 -- "$says" "$scratch/said" || { cat "$scratch/said"; return 1; }
}

echo '* the chains of the devices'
for chain in "$out"/Factory-*/*-chain.pem; do
  openssl verify -x509_strict -purpose sslclient -CAfile "$out/Headquarters/root.pem" -untrusted "$chain" "${chain%-chain.pem}.pem"
done

echo '* a device of Suzhou that asks the CA of Brno is refused by the library'
cp -r "$here/requests" "$scratch/requests"
cp "$scratch/requests/suzhou/sensor-s001.csr" "$scratch/requests/brno/"
refused 'name constraints permit "brno.acme.example"' \
  env CDK_CONTEXT_JSON="{\"requests\":\"$scratch/requests\"}" CDK_OUTDIR="$scratch/cdk.out" npx tsx --tsconfig examples/tsconfig.json "$here/app.ts"

echo '* with the key of Brno stolen, certificates with names of Suzhou are refused by whoever verifies them'
stolen=$(echo "$out"/keys/Headquarters-brnoca*/*.pem)
sign() { openssl x509 -req -in "$1" -CA "$2" -CAkey "$3" -days 30 -extfile "$4" -out "$5" 2>/dev/null; }
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=DNS:sensor-s001.suzhou.acme.example\n' >"$scratch/device.cnf"
sign "$here/requests/suzhou/sensor-s001.csr" "$out/Headquarters/brno-ca.pem" "$stolen" "$scratch/device.cnf" "$scratch/forged.pem"
refused 'permitted subtree violation' \
  openssl verify -CAfile "$out/Headquarters/root.pem" -untrusted "$out/Headquarters/brno-ca.pem" "$scratch/forged.pem"

echo '* and so is a CA below it'
"$here/make-request.sh" brno below "$scratch/requests" "$scratch" 2>/dev/null
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' >"$scratch/ca.cnf"
sign "$scratch/requests/brno/below.csr" "$out/Headquarters/brno-ca.pem" "$stolen" "$scratch/ca.cnf" "$scratch/below.pem"
sign "$here/requests/brno/sensor-b001.csr" "$scratch/below.pem" "$scratch/below.key" "$scratch/device.cnf" "$scratch/forged.pem"
cat "$out/Headquarters/brno-ca.pem" "$scratch/below.pem" >"$scratch/chain.pem"
refused 'path length constraint exceeded' openssl verify -CAfile "$out/Headquarters/root.pem" -untrusted "$scratch/chain.pem" "$scratch/forged.pem"
