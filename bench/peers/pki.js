import { createHash, createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { input, serve } from './serve.cjs';

const engine = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto });
pkijs.setEngine('node', engine);
const ca = pkijs.Certificate.fromBER(new X509Certificate(input('ca.pem')).raw);
const privateKey = createPrivateKey(input('ca.key.pem'));
const algorithm = privateKey.asymmetricKeyType === 'rsa'
  ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256' };
const signingKey = await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), algorithm, true, ['sign']);
const spki = createPublicKey(input('device.pub.pem')).export({ type: 'spki', format: 'der' });
const publicKey = await webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
const caKeyIdentifier = ca.extensions.find(({ extnID }) => extnID === '2.5.29.14').parsedValue.valueBlock.valueHexView;
const DAY = 86_400_000;

function extension(extnID, critical, value) {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER(false) });
}

let n = 0;
serve(async () => {
  const certificate = new pkijs.Certificate({ version: 2, serialNumber: new asn1js.Integer({ valueHex: Buffer.concat([Buffer.of(0x40), randomBytes(19)]) }) });
  certificate.issuer = ca.subject;
  certificate.subject.typesAndValues.push(new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: `device-${n++}` }) }));
  certificate.notBefore.value = new Date(Date.now() - 3_600_000);
  certificate.notAfter.value = new Date(Date.now() + 365 * DAY);
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  const own = createHash('sha1').update(certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView).digest();
  certificate.extensions = [
    extension('2.5.29.19', true, new pkijs.BasicConstraints({ cA: false }).toSchema()),
    extension('2.5.29.15', true, new asn1js.BitString({ valueHex: Buffer.of(0x80), unusedBits: 7 })),
    extension('2.5.29.37', false, new pkijs.ExtKeyUsage({ keyPurposes: ['1.3.6.1.5.5.7.3.2'] }).toSchema()),
    extension('2.5.29.14', false, new asn1js.OctetString({ valueHex: own })),
    extension('2.5.29.35', false, new pkijs.AuthorityKeyIdentifier({ keyIdentifier: new asn1js.OctetString({ valueHex: caKeyIdentifier }) }).toSchema()),
  ];
  await certificate.sign(signingKey, 'SHA-256');
  return certificate.toSchema(true).toBER(false);
});
