import { BROKER_FILE, brokerFiles, freshListsCommand } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, kitText, shellWord } from '../../cli/export/kits/kit';

/**
 * https://docs.vernemq.com/configuring-vernemq/listeners, "Sample SSL Config". For what the container image adds by itself, see
 * https://github.com/vernemq/docker-vernemq/blob/master/bin/vernemq.sh. How it reads revocation lists is in its source,
 * apps/vmq_server/src/vmq_crl_srv.erl, and in https://github.com/vernemq/vernemq/issues/321 and 324.
 */
export const VERNEMQ: Kit = {
  platform: 'vernemq',
  folder: '/etc/vernemq',
  servesTls: true,
  revocation: { from: 'FILE' },
  files: input => [...brokerFiles(input), kitText('vernemq.conf', `# ${KIT_MARK}
# For the end of vernemq.conf. The key must be readable only by the user that the broker runs as:
#   chown vernemq ${shellWord(`${input.folder}/${BROKER_FILE.serverKey}`)}

listener.ssl.default = 0.0.0.0:8883
listener.ssl.cafile = ${input.folder}/${BROKER_FILE.caBundle}
listener.ssl.certfile = ${input.folder}/${BROKER_FILE.server}
listener.ssl.keyfile = ${input.folder}/${BROKER_FILE.serverKey}
${input.revocation === undefined ? '' : `
# VerneMQ reads the file again every minute; 0.15 does so only when the listener is restarted (vmq-admin listener restart).
# It looks for nothing but the serial number of a device, and checks neither the signature nor the dates of a list. If the lists are
# published, this checks them and keeps the file fresh; VerneMQ needs no reload:
#   ${freshListsCommand(input.folder)}
listener.ssl.crlfile = ${input.folder}/${BROKER_FILE.revocationLists}
`}
# A device must present a certificate of these CAs. Its common name becomes its user name.
listener.ssl.require_certificate = on
listener.ssl.use_identity_as_username = on

# VerneMQ asks for a password in addition to the certificate. This listener does not: the certificate proves the identity of the device.
# Remove the line to ask for both; the user name in the password file is then the common name.
listener.ssl.allow_anonymous_override = on

# Without TLS there is no certificate to check: such a listener is for this machine only, and asks for a password. If a name
# occurs twice, the last line counts. The container image appends its own listeners, unless these variables keep them inside:
#   DOCKER_VERNEMQ_LISTENER__TCP__DEFAULT=127.0.0.1:1883 DOCKER_VERNEMQ_LISTENER__WS__DEFAULT=127.0.0.1:8080
listener.tcp.default = 127.0.0.1:1883
allow_anonymous = off
`)],
};
