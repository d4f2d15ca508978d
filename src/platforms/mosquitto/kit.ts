import { BROKER_FILE, brokerFiles } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, kitText, shellWord } from '../../cli/export/kits/kit';

/** https://mosquitto.org/man/mosquitto-conf-5.html, "Certificate based SSL/TLS Support". */
export const MOSQUITTO: Kit = {
  platform: 'mosquitto',
  folder: '/etc/mosquitto/certs',
  servesTls: true,
  files: input => [...brokerFiles(input), kitText('mosquitto.conf', `# ${KIT_MARK}
# The key must be readable only by the user that the broker runs as:
#   chown mosquitto ${shellWord(`${input.folder}/${BROKER_FILE.serverKey}`)}

listener 8883
cafile ${input.folder}/${BROKER_FILE.caBundle}
certfile ${input.folder}/${BROKER_FILE.server}
keyfile ${input.folder}/${BROKER_FILE.serverKey}

# A device must present a certificate of these CAs. Its common name becomes its user name, as in
# "pattern readwrite devices/%u/#" of an acl_file; a user name that it sends in MQTT is ignored. No name of these devices has
# a / or a wildcard: a device "a/b" would have topics of the device "a".
require_certificate true
use_identity_as_username true
allow_anonymous false
`)],
};
