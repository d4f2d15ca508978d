import { BROKER_FILE, brokerFiles, pemOf } from '../../cli/export/kits/broker-files';
import { Kit, KIT_MARK, KitFile, kitText } from '../../cli/export/kits/kit';

/** The environment variable with the passphrase of the stores; the configuration and the script read it. */
const PASSPHRASE = 'HIVEMQ_STORE_PASSWORD';
const STORE = { keys: 'hivemq.jks', trust: 'hivemq-trust-store.jks' } as const;

/**
 * HiveMQ Community Edition decides over clients with Java's default trust manager (src/main/java/com/hivemq/security/ssl/SslUtil.java), and its
 * bin/run.sh passes JAVA_OPTS on. With these properties, that trust manager checks revocation (Java PKI Programmer's Guide), which
 * test/brokers/java-revocation.test.ts has tried.
 */
const JAVA_OPTS = '-Dcom.sun.net.ssl.checkRevocation=true -Dcom.sun.security.enableCRLDP=true';

/** https://docs.hivemq.com/hivemq/latest/user-guide/security.html, "TLS": Java's key stores, which keytool makes. */
export const HIVEMQ: Kit = {
  platform: 'hivemq',
  folder: '/opt/hivemq/conf',
  servesTls: true,
  revocation: {
    from: 'URL', needsPoint: false, setting: { file: 'config.xml', text: JAVA_OPTS }, userStep: `start HiveMQ with JAVA_OPTS='${JAVA_OPTS}', or it checks nothing`,
  },
  files: input => {
    // keytool reads only the first certificate of a file.
    const cas: KitFile[] = input.cas.map(({ facts }, index) => ({ name: `ca-${index + 1}.pem`, content: pemOf(facts), kind: 'certificate' }));
    return [...brokerFiles(input), ...cas, kitText('config.xml', config(xmlText(input.folder), input.revocation !== undefined)), kitText('make-stores.sh', script(cas.map(({ name }) => name)))];
  },
};

/** https://www.w3.org/TR/xml/#syntax */
function xmlText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function config(folder: string, checksRevocation: boolean): string {
  return `<?xml version="1.0"?>
<!-- ${KIT_MARK} -->
<!-- HiveMQ reads the passphrase of the stores, which make-stores.sh makes, from its environment. -->
${checksRevocation ? `<!--
HiveMQ has no setting for revocation. Java checks it if HiveMQ is started with
  JAVA_OPTS='${JAVA_OPTS}'
It fetches the list of a device from the URL in its certificate, and refuses a device without a URL or whose list is out of date. The
properties are for all TLS connections of this process, also for those that extensions open.
-->
` : ''}<hivemq>
  <listeners>
    <tls-tcp-listener>
      <port>8883</port>
      <bind-address>0.0.0.0</bind-address>
      <tls>
        <keystore>
          <path>${folder}/${STORE.keys}</path>
          <password>\${ENV:${PASSPHRASE}}</password>
          <private-key-password>\${ENV:${PASSPHRASE}}</private-key-password>
        </keystore>
        <truststore>
          <path>${folder}/${STORE.trust}</path>
          <password>\${ENV:${PASSPHRASE}}</password>
        </truststore>
        <client-authentication-mode>REQUIRED</client-authentication-mode>
      </tls>
    </tls-tcp-listener>
  </listeners>
</hivemq>
`;
}

function script(cas: readonly string[]): string {
  return `#!/bin/sh
# ${KIT_MARK}
# Makes the stores of HiveMQ in this folder from the files beside it. It needs openssl and Java's keytool. Then:
#   cp ${STORE.keys} ${STORE.trust} config.xml <HiveMQ>/conf/
set -eu
umask 077
cd "$(dirname "$0")"
export ${PASSPHRASE}="\${${PASSPHRASE}:?set it to a passphrase of at least 6 characters}"
test -f ${BROKER_FILE.serverKey} || { echo '${BROKER_FILE.serverKey} is missing: export again with --private-keys' >&2; exit 1; }
rm -f server.p12 ${STORE.keys} ${STORE.trust}
openssl pkcs12 -export -name server -in ${BROKER_FILE.server} -inkey ${BROKER_FILE.serverKey} -passout env:${PASSPHRASE} -out server.p12
keytool -importkeystore -noprompt -srckeystore server.p12 -srcstoretype PKCS12 -srcstorepass:env ${PASSPHRASE} \\
  -destkeystore ${STORE.keys} -deststoretype JKS -deststorepass:env ${PASSPHRASE}
rm -f server.p12
for ca in ${cas.join(' ')}; do
  keytool -importcert -noprompt -alias "$ca" -file "$ca" -keystore ${STORE.trust} -storetype JKS -storepass:env ${PASSPHRASE}
done
`;
}
