import { BROKER_FILE, brokerFiles, freshListsCommand } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, kitText, shellWord } from '../../cli/export/kits/kit';

/**
 * https://mosquitto.org/man/mosquitto-conf-5.html, "Certificate based SSL/TLS Support". For its habits with revocation lists, see
 * https://github.com/eclipse-mosquitto/mosquitto/issues/1442, 1826, 2916 and 3042.
 */
export const MOSQUITTO: Kit = {
  platform: 'mosquitto',
  folder: '/etc/mosquitto/certs',
  servesTls: true,
  revocation: { from: 'FILE' },
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
${input.revocation === undefined ? '' : `
# Replace the file before a list in it is out of date: Mosquitto then refuses every device of that CA. If the lists are published, this
# keeps the file fresh:
#   ${freshListsCommand(input.folder, 'systemctl reload mosquitto')}
# Mosquitto reads the file again on SIGHUP (systemctl reload mosquitto). 1.6.15 accepts no new connection after that: restart it instead.
# 1.6.7 loads no file with several lists. No version checks revocation for WebSockets.
crlfile ${input.folder}/${BROKER_FILE.revocationLists}
`}`)],
};
