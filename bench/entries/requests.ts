import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { readCertificationRequest } from '../../src/pki/certification-request';
import { createCertificationRequest } from '../../src/pki/create-certification-request';
import { requestedExtensions } from '../../src/pki/declared-extensions';
import { Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { issue, Issuer, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { lintCertificate } from '../../src/pki/lint/lint';
import { readLintedCertificate } from '../../src/pki/lint/model/linted-certificate';
import { encodeName } from '../../src/pki/name';
import { readName } from '../../src/pki/name-reader';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { readRequestedNames } from '../../src/pki/requested-names';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { rawSignature, takeTurns } from '../rates';

const ROUNDS = 9;
const MILLISECONDS = 300;

/** So many requests take turns, each by a key of its own. */
const REQUESTS = 64;

/** Prints the rates of contenders that take turns, as JSON. */
async function main(): Promise<void> {
  const { privateKeyPem } = await generateKeyPair('EC_P256');
  const ca = await benchmarkCa(privateKeyPem);
  const requests = await benchmarkRequests();
  const certify = requestsToCertificates(requests, ca);
  const [certificate, issuer] = [await certify(), readLintedCertificate(ca.certificate)];
  console.log(JSON.stringify(await takeTurns({
    raw: rawSignature(privateKeyPem),
    ours: certify,
    unavoidable: keysAlone(requests, privateKeyPem),
    lint: () => lintCertificate(certificate, { platforms: ['aws-iot-core'], issuer }),
  }, ROUNDS, MILLISECONDS)));
}

interface BenchmarkCa {
  readonly certificate: Buffer;
  readonly issuer: Issuer;
}

async function benchmarkCa(privateKeyPem: string): Promise<BenchmarkCa> {
  const validity = validityFrom(new Date(), PROFILES.ca, 3650, undefined, false);
  const signer = signerOf(privateKeyPem);
  const subject = encodeName({ commonName: 'Benchmark CA', organization: 'Acme' });
  const issuer = selfIssuer(subject, signer);
  const certificate = await issue(PROFILES.ca, {
    serialNumber: newSerialNumber(randomBytes, 'ca'), validity, subject, publicKey: signer.publicKey, hashAlgorithm: 'SHA-256',
  }, issuer);
  return { certificate, issuer: { ...issuer, validity } };
}

/** Requests with a subject and a host name, PEM. */
async function benchmarkRequests(): Promise<string[]> {
  const requests: string[] = [];
  for (let n = 0; n < REQUESTS; n++) {
    const { privateKeyPem, publicKey } = await generateKeyPair('EC_P256');
    const extensions = requestedExtensions(PROFILES.device, publicKey, undefined, { subjectAlternativeNames: { dns: [`device-${n}.example.com`] } });
    const subject = encodeName({ organization: 'Acme', commonName: `device-${n}` });
    requests.push(toPem('CERTIFICATE REQUEST', await createCertificationRequest(subject, signerOf(privateKeyPem), 'SHA-256', extensions)));
  }
  return requests;
}

function requestsToCertificates(requests: readonly string[], { issuer }: BenchmarkCa): () => Promise<Buffer> {
  let n = 0;
  return () => {
    const request = readCertificationRequest(requests[n++ % REQUESTS]);
    return issue(PROFILES.device, {
      serialNumber: newSerialNumber(randomBytes, `device-${n}`),
      validity: validityFrom(new Date(), PROFILES.device, 365, issuer.validity, false),
      subject: encodeName(readName(request.subject)),
      publicKey: request.publicKey,
      hashAlgorithm: 'SHA-256',
      extensions: { subjectAlternativeNames: readRequestedNames(request, { dns: ['example.com'] }).allowed },
    }, issuer);
  };
}

/** What OpenSSL does in the course of it, and nothing else: in the way that is the fastest in Node.js 20. */
function keysAlone(requests: readonly string[], privateKeyPem: string): () => Buffer {
  const signing = createPrivateKey(privateKeyPem);
  const proofs = requests.map(pem => {
    const { der, publicKey } = readCertificationRequest(pem);
    const request = new DerReader(der).sequence();
    const info = request.element(Tag.SEQUENCE);
    request.element(Tag.SEQUENCE);
    return { info, signature: request.bitString(), jwk: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' }) };
  });
  let n = 0;
  return () => {
    const { info, signature, jwk } = proofs[n++ % REQUESTS];
    if (!verify('sha256', info, createPublicKey({ key: jwk, format: 'jwk' }), signature)) {
      throw new Error('a request of the benchmark does not verify');
    }
    return sign('sha256', info, signing);
  };
}

void main();
