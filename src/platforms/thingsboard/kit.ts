import { BROKER_FILE, brokerFiles, pemOf } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, KitCertificate, KitFile, kitText, markdown, shellWord } from '../../cli/export/kits/kit';
import { safeName } from '../../cli/export/safe-names';

/**
 * https://thingsboard.io/docs/user-guide/mqtt-over-ssl/ for the server, https://thingsboard.io/docs/user-guide/certificates/ for devices:
 * a device presents its chain up to the certificate in its device profile. ThingsBoard has no setting that requires a certificate
 * (`setNeedClientAuth(false)` in its MqttSslHandlerProvider), and none that turns off plain MQTT beside TLS (MqttTransportService binds
 * both): https://github.com/thingsboard/thingsboard/tree/master/common/transport/mqtt.
 */
export const THINGSBOARD: Kit = {
  platform: 'thingsboard',
  folder: '/etc/thingsboard/conf',
  servesTls: true,
  files: input => {
    const profiles = input.issuingCas.map((ca, index) => ({ ca, name: `device-profile-${index + 1}.pem` }));
    return [
      ...brokerFiles(input),
      ...profiles.map(({ ca, name }): KitFile => ({ name, content: pemOf(ca.facts), kind: 'certificate' })),
      ...profiles.flatMap(({ ca }) => ca.devices.map((device): KitFile => (
        { name: chainName(device), content: pemOf(device.facts) + pemOf(ca.facts), kind: 'certificate' }))),
      kitText('thingsboard.conf', configuration(input.folder)),
      kitText('steps.md', steps(profiles.map(({ ca, name }) => ({ file: name, subject: ca.facts.subject, devices: ca.devices.map(chainName) })))),
    ];
  },
};

/** `device.pem` → `device-with-ca.pem` */
function chainName({ exported }: KitCertificate): string {
  return `${safeName(exported.entry.file.replace(/\.pem$/, '').replace(/\//g, '-'))}-with-ca.pem`;
}

function configuration(folder: string): string {
  return `# ${KIT_MARK}
# For the end of thingsboard.conf; in a container, environment variables of the same names. The key must be readable only by the
# user that ThingsBoard runs as:
#   chown thingsboard ${shellWord(`${folder}/${BROKER_FILE.serverKey}`)}
export MQTT_SSL_ENABLED=true
export MQTT_SSL_BIND_PORT=8883
export MQTT_SSL_CREDENTIALS_TYPE=PEM
export MQTT_SSL_PEM_CERT=${shellWord(`${folder}/${BROKER_FILE.server}`)}
export MQTT_SSL_PEM_KEY=${shellWord(`${folder}/${BROKER_FILE.serverKey}`)}
export MQTT_SSL_SKIP_VALIDITY_CHECK_FOR_CLIENT_CERT=false
# Without TLS there is no certificate to check. Plain MQTT cannot be turned off, so only this machine can reach it.
export MQTT_BIND_ADDRESS=127.0.0.1
`;
}

/** A device profile to create, and the files that its devices present. */
interface Profile {
  readonly file: string;
  readonly subject: string;
  readonly devices: readonly string[];
}

function steps(profiles: readonly Profile[]): string {
  return `<!-- ${KIT_MARK} -->

# ThingsBoard

1. Put \`${BROKER_FILE.server}\` and \`${BROKER_FILE.serverKey}\` where \`thingsboard.conf\` says, add its lines to ThingsBoard's own, and restart it.
2. Create a device profile for each of these CAs: Profiles > Device profiles > Device provisioning > X.509 Certificates Chain. Paste
   the file as the certificate, use \`(.*)\` as the regular expression for the common name, and say whether devices are created.
${profiles.map(({ file, subject }) => `   - \`${file}\`: ${markdown(subject)}`).join('\n')}
3. Give each device its key and its chain. It must present the whole file: ThingsBoard refuses a device that presents its own
   certificate alone.
${profiles.flatMap(({ devices }) => devices).map(file => `   - \`${file}\``).join('\n') || '   - the outputs contain no device yet'}
4. Devices trust \`${BROKER_FILE.caBundle}\`.
5. ThingsBoard asks for a certificate and does not demand one: on port 8883 too, it lets in a device with an access token, or with
   MQTT Basic credentials, where these are the device's credentials. A device has one kind of them. Those that a profile creates
   have X.509 ones. For a device that was there before, choose X.509 (Entities > Devices > the device > Manage credentials) and
   paste its certificate: its token is void then, over HTTP and CoAP as well.
`;
}
