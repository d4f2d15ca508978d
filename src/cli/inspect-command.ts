import { createPublicKey } from 'node:crypto';
import { CertificateFacts, describeKey, describePublicKey, publicKeyOctets, readCertificate } from './certificates/certificate-facts';
import { chainsOf, isSelfSigned, withoutRepeats } from './certificates/chain';
import { describeChain, endOf } from './certificates/chain-text';
import { FileEntry, FilePrivateKey, privateKeyIn, readEntries } from './certificates/file-entries';
import { EXTENDED_KEY_USAGE_LABELS, KEY_USAGE_LABELS } from './certificates/usage-labels';
import { readableTime, validityState } from './certificates/validity-text';
import { CliError, printable } from './cli-error';
import { documentText } from './document';
import { describeOcspResponse, FoundResponse, ocspResponseDocument, ocspResponsesIn, readOcspResponse } from './inspect/ocsp-response';
import { describeVerdict, OcspVerdict, verdictDocument, verdictOf } from './inspect/ocsp-status';
import { describeRevocationList, readRevocationList, RevocationList, revocationListDocument } from './inspect/revocation-list';
import { revocationListsIn } from './inspect/revocation-list-files';
import { describeStatus, RevocationStatus, statusDocument, statusOf } from './inspect/revocation-status';
import { Rows } from './inspect/rows';
import { readInput } from './read-file';
import { fields } from './table';
import { Terminal } from './terminal';
import { sha256 } from '../contract/sha256';
import { formatTime } from '../contract/term';

/** The options of the command. */
export interface InspectOptions {
  /** Files with revocation lists that say whether the certificates are revoked. */
  readonly crl?: readonly string[];
  /** Files with OCSP responses that say so. */
  readonly ocsp?: readonly string[];
  readonly json?: boolean;
}

/** A certificate, a private key, a revocation list or an OCSP response that was found in a file. */
interface Finding {
  /** Where it was found, as a heading. */
  readonly title: string;
  readonly certificate?: CertificateFacts;
  /** What the given lists say about the certificate; absent if none was given. */
  readonly status?: RevocationStatus;
  /** What the given OCSP responses say about it; absent if none was given. */
  readonly verdict?: OcspVerdict;
  readonly privateKey?: PrivateKeyFacts;
  readonly revocationList?: RevocationList;
  readonly ocspResponse?: FoundResponse;
}

/** Everything that is shown of a private key. */
interface PrivateKeyFacts {
  readonly encrypted: boolean;
  /** The kind of the key, as in `EC P-256`; absent if the key is encrypted. */
  readonly key?: string;
  readonly publicKeySha256?: string;
}

/** The width of the labels. It is the same for all entries, so that values can be compared down the page. */
const LABEL_WIDTH = 'authority key identifier'.length;

/** Runs `private-iot-ca inspect`. It reads everything before it prints anything. */
export function inspectCommand(files: readonly string[], { crl = [], ocsp = [], json }: InspectOptions, terminal: Terminal, now = new Date()): void {
  const found = files.flatMap(read).map(readFinding);
  const certificates = withoutRepeats(found.flatMap(({ certificate }) => certificate ?? []));
  const lists = crl.flatMap(revocationListsIn);
  const responses = ocsp.flatMap(ocspResponsesIn);
  const findings = found.map(finding => finding.certificate ? {
    ...finding,
    status: lists.length > 0 ? statusOf(finding.certificate, lists, certificates, now) : undefined,
    verdict: responses.length > 0 ? verdictOf(finding.certificate, responses, certificates, now) : undefined,
  } : finding);
  const chains = chainsOf(certificates);
  if (json) {
    terminal.print(documentText('inspect', {
      entries: findings.map(finding => entryDocument(finding, certificates, now)),
      chains: chains.map(chain => ({
        sha256Fingerprints: chain.map(({ sha256Fingerprint }) => sha256Fingerprint), end: endOf(chain[chain.length - 1], certificates).end,
      })),
    }));
    return;
  }
  const { columns } = terminal;
  for (const finding of findings) {
    const { title } = finding;
    const shown = rowsOf(finding, certificates, now).map(([label, value = '']) => [label, [value].flat().map(printable).join('\n')] as const);
    terminal.print(`${printable(title)}\n${fields(shown, { columns, indent: '  ' }, LABEL_WIDTH)}\n`);
  }
  if (certificates.length > 1) {
    terminal.print(`chain\n${chains.map(chain => describeChain(chain, certificates, columns)).join('')}`);
  }
}

function rowsOf(finding: Finding, given: readonly CertificateFacts[], now: Date): Rows {
  const { certificate, status, verdict, privateKey, revocationList, ocspResponse } = finding;
  if (certificate) {
    return describe(certificate, status, verdict, now);
  }
  if (ocspResponse) {
    return describeOcspResponse(ocspResponse, given, now);
  }
  return revocationList ? describeRevocationList(revocationList, given, now) : describePrivateKey(privateKey!);
}

function read(file: string): FileEntry[] {
  const { name, content } = readInput(file);
  return readEntries(name, content);
}

function readFinding({ title, certificate, privateKey, revocationList, ocspResponse }: FileEntry): Finding {
  if (ocspResponse) {
    return { title, ocspResponse: readOcspResponse(title, ocspResponse) };
  }
  if (revocationList) {
    return { title, revocationList: readRevocationList(title, revocationList) };
  }
  return certificate ? { title, certificate: readCertificate(title, certificate) } : { title, privateKey: privateKeyFacts(title, privateKey!) };
}

function privateKeyFacts(title: string, { der, encrypted }: FilePrivateKey): PrivateKeyFacts {
  if (encrypted) {
    return { encrypted };
  }
  const key = privateKeyIn(der);
  if (!key) {
    throw new CliError(`${title}: the private key can't be read (not shown)`);
  }
  return { encrypted, key: describeKey(key), publicKeySha256: sha256(publicKeyOctets(createPublicKey(key))) };
}

function describePrivateKey({ key, publicKeySha256 }: PrivateKeyFacts): Rows {
  return [
    ['private key', key === undefined ? 'encrypted, and not shown' : `${key} (the key itself is not shown)`],
    ['public key SHA-256', publicKeySha256],
  ];
}

function describe(facts: CertificateFacts, status: RevocationStatus | undefined, verdict: OcspVerdict | undefined, now: Date): Rows {
  return [
    ['subject', facts.subject || '(no name)'],
    ['issuer', isSelfSigned(facts) ? 'itself (self-signed)' : facts.issuer || '(no name)'],
    ['serial number', facts.serialNumber],
    ['key', describePublicKey(facts)],
    ['signature', facts.signatureAlgorithm],
    ['valid from', readableTime(facts.notBefore)],
    ['valid until', `${readableTime(facts.notAfter)} (${validityState(facts.notBefore, facts.notAfter, now)})`],
    ['revocation', status && describeStatus(status)],
    ['OCSP', verdict && describeVerdict(verdict)],
    ['CA', describeCa(facts)],
    ['key usage', listed(facts.keyUsages?.map(name => KEY_USAGE_LABELS[name]))],
    ['extended key usage', listed(facts.extendedKeyUsages?.map(oid => EXTENDED_KEY_USAGE_LABELS[oid] ?? oid))],
    ['alternative names', listed(facts.subjectAlternativeNames?.map(({ type, value }) => `${type}:${value}`))],
    ['revocation lists', facts.crlDistributionPoints?.join(', ')],
    ['subject key identifier', facts.subjectKeyIdentifier],
    ['authority key identifier', facts.authorityKeyIdentifier],
    ['SHA-256 fingerprint', `${facts.sha256Fingerprint} (the certificateId in AWS IoT)`],
    ['SHA-1 fingerprint', facts.sha1Fingerprint],
    ['public key SHA-256', sha256(facts.spki)],
  ];
}

function listed(values: readonly string[] | undefined): string | undefined {
  return values && (values.join(', ') || '(none)');
}

function describeCa({ ca, pathLength }: CertificateFacts): string {
  if (!ca) {
    return 'no';
  }
  return pathLength === undefined ? 'yes, with any number of CAs below it' : `yes, path length ${pathLength}`;
}

/** The entry of a finding in the document. The schema describes it to users: keep both in step. */
function entryDocument(finding: Finding, given: readonly CertificateFacts[], now: Date): object {
  const { title, certificate: facts, status, verdict, privateKey, revocationList, ocspResponse } = finding;
  if (ocspResponse) {
    return ocspResponseDocument(ocspResponse, given, now);
  }
  if (revocationList) {
    return revocationListDocument(revocationList, given);
  }
  return facts ? {
    kind: 'certificate',
    place: title,
    subject: facts.subject,
    issuer: facts.issuer,
    selfSigned: isSelfSigned(facts),
    serialNumber: facts.serialNumber,
    key: describePublicKey(facts),
    publicKeySha256: sha256(facts.spki),
    signature: facts.signatureAlgorithm,
    notBefore: formatTime(facts.notBefore),
    notAfter: formatTime(facts.notAfter),
    ca: facts.ca === true,
    pathLength: facts.pathLength,
    keyUsages: facts.keyUsages,
    extendedKeyUsages: facts.extendedKeyUsages,
    subjectAlternativeNames: facts.subjectAlternativeNames,
    crlDistributionPoints: facts.crlDistributionPoints,
    revocation: status && statusDocument(status),
    ocsp: verdict && verdictDocument(verdict),
    subjectKeyIdentifier: facts.subjectKeyIdentifier,
    authorityKeyIdentifier: facts.authorityKeyIdentifier,
    sha256Fingerprint: facts.sha256Fingerprint,
    sha1Fingerprint: facts.sha1Fingerprint,
  } : { kind: 'privateKey', place: title, ...privateKey };
}
