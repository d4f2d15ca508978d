import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { parseCertificate } from '../../src/pki/certificate';
import { glanceAtRequest, readCertificationRequest } from '../../src/pki/certification-request';
import { Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { issuing } from '../../src/pki/issue';
import { limitsOf } from '../../src/pki/issuer-limits';
import { strongPublicKey } from '../../src/pki/key-strength';
import { generateKeyPair } from '../../src/pki/keys';
import { lintCertificate } from '../../src/pki/lint/lint';
import { readLintedCertificate } from '../../src/pki/lint/model/linted-certificate';
import { encodeName } from '../../src/pki/name';
import { readName } from '../../src/pki/name-reader';
import { readPemBlocks } from '../../src/pki/pem-blocks';
import { PROFILES } from '../../src/pki/profile';
import { inBlocks } from '../../src/pki/random-blocks';
import { readRequestedNames } from '../../src/pki/requested-names';
import { newSerialNumber } from '../../src/pki/serial-number';
import { isSignedBy, signerOf } from '../../src/pki/signer';
import { assertDer } from '../../src/pki/strict-der';
import { validityFrom } from '../../src/pki/validity';
import { input, serve } from '../peers/serve.cjs';

/** As long as the part of a certificate that is signed. */
const TO_SIGN = randomBytes(350);

const ca = parseCertificate(readPemBlocks(input('ca.pem'))[0].der);
const issuer = { name: ca.subject, keyIdentifier: ca.keyIdentifier, ...limitsOf([ca]), signer: signerOf(input('ca.key.pem')) };
const caKey = createPrivateKey(input('ca.key.pem'));
const [{ der: devicePublicKey }] = readPemBlocks(input('device.pub.pem'));
const requestPem = input('device.csr.pem');
const random = inBlocks(randomBytes);
let n = 0;

const validity = validityFrom(new Date(), PROFILES.device, 365, issuer.validity, false);
const next = issuing(PROFILES.device, { validity, hashAlgorithm: 'SHA-256' }, issuer);

function certify(publicKey: Buffer): Buffer | Promise<Buffer> {
  return next({ serialNumber: newSerialNumber(random, `device-${n}`), subject: encodeName({ commonName: `device-${n++}` }), publicKey });
}

/** A request becomes a certificate: it is read and verified, and its names are judged. */
function certifyRequest(): Buffer | Promise<Buffer> {
  const request = readCertificationRequest(requestPem);
  const { allowed } = readRequestedNames(request, { dns: ['example.com'] });
  return issuing(PROFILES.device, { validity, hashAlgorithm: 'SHA-256', extensions: { subjectAlternativeNames: allowed } }, issuer)({
    serialNumber: newSerialNumber(random, `device-${n++}`), subject: encodeName(readName(request.subject)), publicKey: request.publicKey,
  });
}

/** What OpenSSL does in the course of that, and nothing else. */
function requestAlone(): () => unknown {
  const fields = new DerReader(readCertificationRequest(requestPem).der).sequence();
  const info = fields.element(Tag.SEQUENCE);
  fields.element(Tag.SEQUENCE);
  const signature = fields.bitString();
  const jwk = createPublicKey({ key: devicePublicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return () => verify('sha256', info, createPublicKey({ key: jwk, format: 'jwk' }), signature) && sign('sha256', TO_SIGN, caKey);
}

/** The parts of reading a request, one after the other. */
function partsOfRequest(): { readonly [name: string]: () => unknown } {
  const { der, publicKey } = readCertificationRequest(requestPem);
  const fields = new DerReader(der).sequence();
  const info = fields.element(Tag.SEQUENCE);
  fields.element(Tag.SEQUENCE);
  const signature = fields.bitString();
  const key = strongPublicKey(publicKey, 'publicKey');
  return {
    parsing: () => {
      assertDer(der);
      return glanceAtRequest(requestPem);
    },
    key: () => strongPublicKey(publicKey, 'publicKey'),
    possession: () => isSignedBy(key, 'SHA-256', info, signature),
  };
}

/** What is checked before a certificate is recorded. */
function lint(): () => unknown {
  const certificate = certify(devicePublicKey) as Buffer;
  const lintedIssuer = readLintedCertificate(ca.der);
  return () => lintCertificate(certificate, { platforms: ['aws-iot-core'], issuer: lintedIssuer });
}

const ENCODED = { publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;

const CONTENDERS: { readonly [name: string]: () => () => unknown } = {
  'signature': () => () => sign('sha256', TO_SIGN, caKey),
  'certificate': () => () => certify(devicePublicKey),
  'lint': lint,
  'request alone': requestAlone,
  'request': () => certifyRequest,
  'request parsing': () => partsOfRequest().parsing,
  'request key': () => partsOfRequest().key,
  'request possession': () => partsOfRequest().possession,
  'EC key alone': () => () => {
    generateKeyPairSync('ec', { namedCurve: 'P-256', ...ENCODED });
    return sign('sha256', TO_SIGN, caKey);
  },
  'EC key': () => async () => certify((await generateKeyPair('EC_P256')).publicKey),
  'RSA key alone': () => () => {
    generateKeyPairSync('rsa', { modulusLength: 2048, ...ENCODED });
    return sign('sha256', TO_SIGN, caKey);
  },
  'RSA key': () => async () => certify((await generateKeyPair('RSA_2048')).publicKey),
};

serve(CONTENDERS[process.argv[3]]());
