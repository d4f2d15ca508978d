import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { input, serve } from './serve.cjs';

x509.cryptoProvider.set(webcrypto);
const ca = new x509.X509Certificate(input('ca.pem'));
const privateKey = createPrivateKey(input('ca.key.pem'));
const algorithm = privateKey.asymmetricKeyType === 'rsa'
  ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const signingKey = await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign']);
const spki = createPublicKey(input('device.pub.pem')).export({ type: 'spki', format: 'der' });
const publicKey = await webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
const DAY = 86_400_000;

let n = 0;
serve(async () => {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(19).toString('hex')}`,
    subject: `CN=device-${n++}`,
    issuer: ca.subject,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 365 * DAY),
    publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      new x509.AuthorityKeyIdentifierExtension(ca.getExtension('2.5.29.14').keyId),
    ],
  });
  return certificate.rawData;
});
