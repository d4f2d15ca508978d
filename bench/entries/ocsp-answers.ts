import { createHash, randomBytes } from 'node:crypto';
import { LedgerEntry } from '../../src/issuing/ledger/ledger';
import { ocspAnswers } from '../../src/issuing/revocation/answer-ocsp';
import { ocspOverHttp } from '../../src/issuing/revocation/ocsp-http';
import { parseCertificate } from '../../src/pki/certificate';
import { integer, NULL, objectIdentifier, octetString, sequence } from '../../src/pki/der';
import { issue, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { OID } from '../../src/pki/object-identifiers';
import { PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { rawSignature, takeTurns } from '../rates';

const ROUNDS = 15;
const MILLISECONDS = 300;

/** How many certificates are asked about in turn: a device each. */
const CERTIFICATES = 1_000;

/** Prints the rates of answers from a ledger in memory, alone and over HTTP, and of signatures alone, by a P-256 responder. */
async function main(): Promise<void> {
  const name = encodeName({ commonName: 'Benchmark CA' });
  const issuer = selfIssuer(name, signerOf((await generateKeyPair('EC_P256')).privateKeyPem));
  const { privateKeyPem, publicKey } = await generateKeyPair('EC_P256');
  const certificate = await issue(PROFILES.ocspResponder, {
    serialNumber: newSerialNumber(randomBytes, 'responder'),
    validity: validityFrom(new Date(), PROFILES.ocspResponder, 30, undefined, false),
    subject: encodeName({ commonName: 'Benchmark responder' }),
    publicKey,
    hashAlgorithm: 'SHA-256',
  }, issuer);
  const responder = { certificate: parseCertificate(certificate), signer: signerOf(privateKeyPem) };
  const entry = { certificate, identity: 'device', issuer: 'ca' } as LedgerEntry;
  const answers = ocspAnswers({ identity: 'ca', subject: name, publicKey: issuer.signer.publicKey }, 36e6, {
    revocations: { find: async () => undefined, certificate: async () => entry },
    responder: async () => responder,
    clock: () => new Date(),
    report: error => { throw error; },
  });
  const digest = (octets: Buffer) => octetString(createHash('sha1').update(octets).digest());
  const request = () => sequence(sequence(sequence(sequence(sequence(
    sequence(objectIdentifier(OID.sha1), NULL), digest(name), octetString(issuer.keyIdentifier), integer(Buffer.from(newSerialNumber(randomBytes, 'device'), 'hex')),
  )))));
  const requests = Array.from({ length: CERTIFICATES }, request);
  const paths = requests.map(der => `/ocsp/${encodeURIComponent(der.toString('base64'))}`);
  let next = 0;
  const ours = () => answers(requests[next++ % CERTIFICATES]);
  const overHttp = async () => {
    const rawPath = paths[next++ % CERTIFICATES];
    const { headers } = await ocspOverHttp({ rawPath, requestContext: { http: { method: 'GET' } } }, '/ocsp', answers);
    if (!headers.ETag) {
      throw new Error('the answer must be one that caches keep');
    }
  };
  console.log(JSON.stringify(await takeTurns({ ours, overHttp, raw: rawSignature(privateKeyPem) }, ROUNDS, MILLISECONDS)));
}

void main();
