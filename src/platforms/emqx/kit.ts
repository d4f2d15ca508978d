import { BROKER_FILE, brokerFiles } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, kitText, shellWord } from '../../cli/export/kits/kit';

/** https://docs.emqx.com/en/emqx/latest/network/crl.html. For https, see https://github.com/emqx/emqx/pull/16683, for open connections issue 10992. */
const CRL_CHECK = 'enable_crl_check = true';

/**
 * https://docs.emqx.com/en/emqx/latest/network/emqx-mqtt-tls.html, for EMQX 5.1 and newer. Earlier versions call a listener's `enable`
 * option `enabled` (https://github.com/emqx/emqx/pull/10926).
 */
export const EMQX: Kit = {
  platform: 'emqx',
  folder: '/etc/emqx/certs',
  servesTls: true,
  revocation: { from: 'URL', needsPoint: true, setting: { file: 'emqx.conf', text: CRL_CHECK } },
  files: input => [...brokerFiles(input), kitText('emqx.conf', `# ${KIT_MARK}
# For the end of emqx.conf. The key must be readable only by the user that the broker runs as:
#   chown emqx ${shellWord(`${input.folder}/${BROKER_FILE.serverKey}`)}

listeners.ssl.default {
  bind = "0.0.0.0:8883"
  # The certificate proves the identity of the device, so no password is requested.
  enable_authn = false
  ssl_options {
    cacertfile = ${JSON.stringify(`${input.folder}/${BROKER_FILE.caBundle}`)}
    certfile = ${JSON.stringify(`${input.folder}/${BROKER_FILE.server}`)}
    keyfile = ${JSON.stringify(`${input.folder}/${BROKER_FILE.serverKey}`)}
    # Both are needed: without the second one, a device without a certificate can connect.
    verify = verify_peer
    fail_if_no_peer_cert = true
${input.revocation === undefined ? '' : `    # EMQX fetches the list of a device from the URL in its certificate, and again every 15 minutes. It has no setting for a file. It
    # takes only lists with an issuingDistributionPoint, and refuses a device whose list it can't get. EMQX before 6.2 does not fetch over
    # https. Connections that are open stay open.
    ${CRL_CHECK}
`}  }
}

# EMQX starts these listeners by default, on 1883, 8083 and 8084. They request no certificate.
listeners.tcp.default.enable = false
listeners.ws.default.enable = false
listeners.wss.default.enable = false

# The common name of a device becomes its user name, as in \${username} of the rules on topics.
mqtt.peer_cert_as_username = cn
`)],
};
