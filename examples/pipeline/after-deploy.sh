#!/usr/bin/env bash
# What a pipeline does after `cdk deploy --outputs-file outputs.json`, wherever it runs. It needs jq, and no AWS credentials:
# certificates and ARNs are all that it sees, and no private key.
set -euo pipefail

PRIVATE_IOT_CA=${PRIVATE_IOT_CA:-npx private-iot-ca}
DAYS=${DAYS:-30}

# Files for each output, and certificates/manifest.json, whose form schema/manifest-v1.schema.json of the package describes.
$PRIVATE_IOT_CA export --outputs outputs.json --out certificates

# Errors end the pipeline here; warnings do not.
$PRIVATE_IOT_CA lint outputs.json

# What ends soon ends the pipeline, before it ends a device. A verification certificate has done its work by then.
jq -r --argjson days "$DAYS" '
  .certificates[] | select(.role != "verification" and (.notAfter | fromdateiso8601) < now + $days * 86400)
  | "\(.stack).\(.output) ends on \(.notAfter): raise its generation"' certificates/manifest.json > certificates/ending.txt
if [ -s certificates/ending.txt ]; then
  cat certificates/ending.txt >&2
  exit 1
fi

# What registers the devices reads this: one a line, with what the platforms know it by, and where its key is.
jq -r '
  .certificates[] | select(.role == "device") | .platforms as $ids
  | [.subject, $ids["aws-iot-core"].certificateId, $ids["alibaba-cloud-iot"].sn, $ids["azure-iot-hub"].thumbprint, .file, .privateKeyArn // ""]
  | @tsv' certificates/manifest.json > certificates/devices.tsv
cat certificates/devices.tsv
