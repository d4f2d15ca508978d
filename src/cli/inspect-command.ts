import { createHash, createPublicKey, KeyObject } from 'node:crypto';
import { CertificateFacts, describeKey, describePublicKey, publicKeyOctets, readCertificate } from './certificates/certificate-facts';
import { chainsOf, isSelfSigned, signingOf, withoutRepeats } from './certificates/chain';
import { FileEntry, FilePrivateKey, privateKeyIn, readEntries } from './certificates/file-entries';
import { readableTime, validityState } from './certificates/validity-text';
import { CliError, printable } from './cli-error';
import { readBytes } from './read-file';
import { Terminal } from './terminal';

/** Something that was found in a file. */
interface Finding {
  /** Where it was found, as a heading. */
  readonly title: string;
  readonly certificate?: CertificateFacts;
  /** What is said of a private key. */
  readonly privateKey?: Rows;
}

/** What is said, line by line: a label and a value. */
type Rows = [label: string, value: string][];

/** The same for everything that is shown, so that values can be compared down the page. */
const LABEL_WIDTH = 'authority key identifier'.length;

/** `private-iot-ca inspect`; everything is read before anything is said. */
export async function inspectCommand(files: readonly string[], terminal: Terminal, now = new Date()): Promise<void> {
  const findings = files.flatMap(file => readEntries(file, readBytes(file)).map(readFinding));
  const certificates = withoutRepeats(findings.flatMap(({ certificate }) => certificate ?? []));
  for (const { title, certificate, privateKey } of findings) {
    terminal.print(`${printable(title)}\n${aligned(certificate ? describe(certificate, now) : privateKey!)}\n`);
  }
  if (certificates.length > 1) {
    terminal.print(`chain\n${chainsOf(certificates).map(chain => describeChain(chain, certificates)).join('')}`);
  }
}

function readFinding({ title, certificate, privateKey }: FileEntry): Finding {
  return certificate ? { title, certificate: readCertificate(title, certificate) } : { title, privateKey: describePrivateKey(title, privateKey!) };
}

function describePrivateKey(title: string, { der, encrypted }: FilePrivateKey): Rows {
  if (encrypted) {
    return [['private key', 'encrypted; nothing of it is shown']];
  }
  const key = privateKeyIn(der);
  if (!key) {
    throw new CliError(`${title}: the private key can't be read (not shown)`);
  }
  return keyRows(key);
}

function keyRows(key: KeyObject): Rows {
  return [
    ['private key', `${describeKey(key)} (the key itself is not shown)`],
    ['public key SHA-256', sha256(publicKeyOctets(createPublicKey(key)))],
  ];
}

function describe(facts: CertificateFacts, now: Date): Rows {
  const rows: [string, string | undefined][] = [
    ['subject', facts.subject || '(no name)'],
    ['issuer', isSelfSigned(facts) ? 'itself (self-signed)' : facts.issuer || '(no name)'],
    ['serial number', facts.serialNumber],
    ['key', describePublicKey(facts)],
    ['signature', facts.signatureAlgorithm],
    ['valid from', readableTime(facts.notBefore)],
    ['valid until', `${readableTime(facts.notAfter)} (${validityState(facts.notBefore, facts.notAfter, now)})`],
    ['CA', describeCa(facts)],
    ['key usage', facts.keyUsages?.join(', ')],
    ['extended key usage', facts.extendedKeyUsages?.join(', ')],
    ['alternative names', facts.subjectAlternativeNames?.join(', ')],
    ['subject key identifier', facts.subjectKeyIdentifier],
    ['authority key identifier', facts.authorityKeyIdentifier],
    ['SHA-256 fingerprint', `${facts.sha256Fingerprint} (the certificateId in AWS IoT)`],
    ['SHA-1 fingerprint', facts.sha1Fingerprint],
    ['public key SHA-256', sha256(facts.spki)],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function describeCa({ ca, pathLength }: CertificateFacts): string {
  if (!ca) {
    return 'no';
  }
  return pathLength === undefined ? 'yes, with any number of CAs below it' : `yes, path length ${pathLength}`;
}

function describeChain(chain: readonly CertificateFacts[], given: readonly CertificateFacts[]): string {
  return chain.map((certificate, depth) => {
    const name = depth === 0 ? certificate.shortName : `signed by ${certificate.shortName}, signature verified`;
    const end = depth === chain.length - 1 ? describeEnd(certificate, given, depth + 1) : '';
    return `${indent(depth)}${name}\n${end}`;
  }).join('');
}

function describeEnd(last: CertificateFacts, given: readonly CertificateFacts[], depth: number): string {
  const { signer, impostor } = signingOf(last, given);
  const text = signer
    ? 'signed by itself, signature verified'
    : impostor
      ? `names ${impostor.shortName} as its issuer, but the key of the one given here did not sign it`
      : `signed by ${last.issuer}, which is not among these files`;
  return `${indent(depth)}${text}\n`;
}

function indent(depth: number): string {
  return '  '.repeat(depth + 1);
}

function aligned(rows: Rows): string {
  return rows.map(([label, value]) => `  ${label.padEnd(LABEL_WIDTH)}  ${printable(value)}\n`).join('');
}

function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
