import { CertificateFacts, readCertificate } from './certificates/certificate-facts';
import { keyHasSigned, MAX_CANDIDATES, signingOf } from './certificates/chain';
import { FileEntry, readEntries } from './certificates/file-entries';
import { CliError, printable } from './cli-error';
import { KIT_NAMES, KITS } from './export/kits';
import { readBytes } from './read-file';
import { count, table } from './table';
import { Terminal } from './terminal';
import { PlatformId } from '../contract/platforms';
import { checkPlatform } from '../contract/rules';
import { LINT_RULES, lintCertificate, rulesFor } from '../pki/lint/lint';
import { LintContext, LintFinding } from '../pki/lint/lint-rule';
import { LintedCertificate, readLintedCertificate } from '../pki/lint/model/linted-certificate';

/** The options of the command. */
export interface LintOptions {
  /** Identifiers of platforms, as they were given. */
  readonly platform?: readonly string[];
  readonly list?: boolean;
}

/** A certificate to be checked. */
interface Subject {
  readonly title: string;
  readonly der: Buffer;
  /** Absent where OpenSSL can't read it, so that nobody knows who has signed it. */
  readonly facts?: CertificateFacts;
}

/**
 * `private-iot-ca lint`; everything is read before anything is said.
 *
 * @returns whether no certificate has an error
 */
export function lintCommand(files: readonly string[], { platform = [], list }: LintOptions, terminal: Terminal, now = new Date()): boolean {
  if (list) {
    terminal.print(table(['rule', 'severity', 'checks', 'source'], LINT_RULES.map(({ id, severity, checks, source }) => [id, severity, checks, source])));
    return true;
  }
  const platforms = platform.map(platformId);
  const entries = files.flatMap(file => readEntries(file, readBytes(file)));
  const subjects = withoutRepeats(entries).map(({ title, certificate }) => ({ title, der: certificate, facts: factsOf(title, certificate) }));
  if (subjects.length === 0) {
    throw new CliError(files.length === 0 ? 'lint needs a file with certificates, or --list' : `${files.join(', ')}: there is no certificate to check`);
  }
  for (const { title } of entries.filter(({ privateKey }) => privateKey)) {
    terminal.print(`${printable(title)}\n  a private key, which is not checked and not shown\n\n`);
  }
  const given = subjects.flatMap(({ facts }) => facts ?? []);
  const findings = subjects.flatMap(subject => {
    const context = { platforms, now, issuer: issuerOf(subject, given) };
    const found = lintCertificate(subject.der, context);
    terminal.print(`${printable(subject.title)}\n${describe(found, context)}\n`);
    return found;
  });
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  terminal.print(`${count(subjects.length, 'certificate')}: ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}\n`);
  return errors === 0;
}

function platformId(name: string): PlatformId {
  const complaint = checkPlatform(name);
  if (complaint) {
    const kit = KIT_NAMES.find(each => each === name);
    throw new CliError(`--${complaint}${kit ? `, which is a kit of the export: the platform is ${KITS[kit].platform}` : ''}`);
  }
  return name as PlatformId;
}

/** The certificates, each once: the outputs of a stack have a CA again in every chain. */
function withoutRepeats(entries: readonly FileEntry[]): (FileEntry & { readonly certificate: Buffer })[] {
  const seen = new Set<string>();
  return entries.filter((entry): entry is FileEntry & { readonly certificate: Buffer } => {
    const octets = entry.certificate?.toString('latin1');
    return octets !== undefined && seen.size !== seen.add(octets).size;
  });
}

function factsOf(title: string, der: Buffer): CertificateFacts | undefined {
  try {
    return readCertificate(title, der);
  } catch {
    return undefined; // the rules say more of it
  }
}

function signerByText(facts: CertificateFacts, given: readonly CertificateFacts[]): CertificateFacts | undefined {
  return given.filter(each => each.subject === facts.issuer).slice(0, MAX_CANDIDATES).find(each => keyHasSigned(each, facts));
}

/** The certificate whose key has signed, among the given ones; also where its name has other octets, for there is a rule on that. */
function issuerOf({ facts }: Subject, given: readonly CertificateFacts[]): LintedCertificate | undefined {
  const signer = facts && (signingOf(facts, given).signer ?? signerByText(facts, given));
  try {
    return signer && readLintedCertificate(signer.certificate.raw);
  } catch {
    return undefined; // its own findings say so
  }
}

function describe(findings: readonly LintFinding[], context: LintContext): string {
  const checked = `${rulesFor(context).length} rules checked${context.issuer ? '' : '; those on the issuer need its certificate among the files'}`;
  const rows = findings.map(({ severity, rule, message, source }) => [severity, rule, printable(message), source]);
  const text = rows.length > 0 ? table(['severity', 'rule', 'message', 'source'], rows) : 'no findings\n';
  return `${text}${checked}\n`.replace(/^(?=.)/gm, '  ');
}
