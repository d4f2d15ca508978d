import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { input, serve } from './serve.cjs';

// It can't sign by ECDSA and knows no keys but RSA.
const ca = forge.pki.certificateFromPem(input('ca.pem'));
const privateKey = forge.pki.privateKeyFromPem(input('ca.key.pem'));
const publicKey = forge.pki.publicKeyFromPem(input('device-rsa.pub.pem'));
const DAY = 86_400_000;

let n = 0;
serve(() => {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = `40${randomBytes(19).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 365 * DAY);
  certificate.setSubject([{ name: 'commonName', value: `device-${n++}` }]);
  certificate.setIssuer(ca.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: ca.generateSubjectKeyIdentifier().getBytes() },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), 'latin1');
});
