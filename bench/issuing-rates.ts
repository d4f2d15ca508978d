import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Row } from './measure';
import { median, ratio, rawSignature, takeTurns } from './rates';
import { KeyAlgorithmName } from '../src/contract/key-algorithms';
import { issuing, selfIssuer } from '../src/pki/issue';
import { generateKeyPair } from '../src/pki/keys';
import { encodeName } from '../src/pki/name';
import { PROFILES } from '../src/pki/profile';
import { inBlocks } from '../src/pki/random-blocks';
import { newSerialNumber } from '../src/pki/serial-number';
import { signerOf } from '../src/pki/signer';
import { validityFrom } from '../src/pki/validity';

const ROUNDS = 9;
const MILLISECONDS = 300;
const DAY = 86_400_000;

const CASES: {
  caKey: KeyAlgorithmName;
  ofRawRate: number;
  timesPeculiar: number;
  importing: webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams;
  signing: webcrypto.Algorithm & { hash: string };
}[] = [
  {
    caKey: 'RSA_2048',
    ofRawRate: 0.85,
    timesPeculiar: 4,
    importing: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    signing: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  },
  { caKey: 'EC_P256', ofRawRate: 0.5, timesPeculiar: 20, importing: { name: 'ECDSA', namedCurve: 'P-256' }, signing: { name: 'ECDSA', hash: 'SHA-256' } },
];

/**
 * Certificates a second for given P-256 public keys, one after the other on one core, against the rate of the signature
 * alone and against @peculiar/x509 issuing the same certificate.
 */
export async function issuingRates(): Promise<Row[]> {
  x509.cryptoProvider.set(webcrypto as never);
  const rows: Row[] = [];
  for (const { caKey, ofRawRate, timesPeculiar, importing, signing } of CASES) {
    const { privateKeyPem } = await generateKeyPair(caKey);
    const device = await generateKeyPair('EC_P256');
    const rates = await takeTurns({
      raw: rawSignature(privateKeyPem),
      ours: ours(privateKeyPem, device.publicKey),
      peculiar: await peculiar(privateKeyPem, device.publicKey, importing, signing),
    }, ROUNDS, MILLISECONDS);
    rows.push(
      { name: `${caKey}: certificates`, value: median(rates.ours), unit: 'a second' },
      { name: `${caKey}: of the rate of crypto.sign`, value: ratio(rates.ours, rates.raw), unit: '', atLeast: ofRawRate },
      { name: `${caKey}: of the rate of @peculiar/x509`, value: ratio(rates.ours, rates.peculiar), unit: 'times', atLeast: timesPeculiar },
    );
  }
  return rows;
}

function ours(privateKeyPem: string, publicKey: Buffer): () => unknown {
  const validity = { notBefore: new Date(Math.floor(Date.now() / 1000) * 1000 - DAY), notAfter: new Date(Date.parse('2040-01-01T00:00:00Z')) };
  const issuer = { ...selfIssuer(encodeName({ commonName: 'Benchmark CA', organization: 'Acme' }), signerOf(privateKeyPem)), validity };
  const issueNext = issuing(PROFILES.device, { validity: validityFrom(new Date(), PROFILES.device, 365, validity, false), hashAlgorithm: 'SHA-256' }, issuer);
  const random = inBlocks(randomBytes);
  let n = 0;
  return () => issueNext({
    serialNumber: newSerialNumber(random, `device-${n}`),
    subject: encodeName({ commonName: `device-${n++}` }),
    publicKey,
  });
}

async function peculiar(privateKeyPem: string, spki: Buffer, importing: webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams,
  signing: webcrypto.Algorithm & { hash: string }): Promise<() => Promise<x509.X509Certificate>> {
  const pkcs8 = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, importing, false, ['sign']);
  const publicKey = await webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
  let n = 0;
  return async () => x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(randomBytes, `device-${n}`),
    subject: `CN=device-${n++}`,
    issuer: 'O=Acme, CN=Benchmark CA',
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 365 * DAY),
    publicKey: publicKey as never,
    signingKey: signingKey as never,
    signingAlgorithm: signing as never,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey as never),
      new x509.AuthorityKeyIdentifierExtension('00112233445566778899aabbccddeeff00112233'),
    ],
  });
}
