import { CertificateFacts, readCertificate } from './certificates/certificate-facts';
import { keyHasSigned, MAX_CANDIDATES, signingOf } from './certificates/chain';
import { readEntries } from './certificates/file-entries';
import { CliError } from './cli-error';
import { KIT_NAMES, KITS } from './export/kits';
import { CertificateToCheck, CheckedCertificate, LintResult } from './lint/checked-certificate';
import { lintDocument, rulesDocument } from './lint/lint-document';
import { lintText } from './lint/lint-text';
import { sarifLog } from './lint/sarif';
import { readInput } from './read-file';
import { table } from './table';
import { Terminal } from './terminal';
import { LINT_RULES, lintCertificate } from '../pki/lint/lint';
import { LintedCertificate, readLintedCertificate } from '../pki/lint/model/linted-certificate';
import { checkPlatform } from '../platforms/platform-checks';
import { PlatformId } from '../platforms/registry';

/** The options of the command. */
export interface LintOptions {
  /** Identifiers of platforms, as the user typed them. */
  readonly platform?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

/**
 * Runs `private-iot-ca lint`. It reads everything before it prints anything.
 *
 * @returns whether no certificate has an error
 */
export function lintCommand(files: readonly string[], options: LintOptions, terminal: Terminal, now = new Date()): boolean {
  const { platform = [], list, json, sarif } = options;
  const { columns } = terminal;
  if (list) {
    terminal.print(json ? rulesDocument()
      : table(['rule', 'severity', 'checks', 'source'], LINT_RULES.map(({ id, severity, checks, source }) => [id, severity, checks, source]), { columns }));
    return true;
  }
  const platforms = platform.map(platformId);
  const result = lint(files, platforms, now);
  terminal.print(json ? lintDocument(result, platforms) : sarif ? sarifLog(result) : lintText(result, columns));
  return !result.certificates.some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
}

function lint(files: readonly string[], platforms: readonly PlatformId[], now: Date): LintResult {
  const entries = files.map(file => ({ file, ...readInput(file) }))
    .flatMap(({ file, name, content }) => readEntries(name, content).map(entry => ({ file, ...entry })));
  const subjects = withoutRepeats(entries.flatMap(({ title, file, line, certificate: der }): CertificateToCheck[] =>
    der ? [{ title, file, line, der, facts: factsOf(title, der) }] : []));
  if (subjects.length === 0) {
    throw new CliError(files.length === 0 ? 'lint needs a file with certificates, or --list' : `${files.join(', ')}: there is no certificate to check`);
  }
  const given = subjects.flatMap(({ facts }) => facts ?? []);
  return {
    certificates: subjects.map((subject): CheckedCertificate => {
      const context = { platforms, now, issuer: issuerOf(subject, given) };
      return { ...subject, context, findings: lintCertificate(subject.der, context) };
    }),
    privateKeys: entries.filter(({ privateKey }) => privateKey).map(({ title }) => title),
  };
}

function platformId(name: string): PlatformId {
  const complaint = checkPlatform(name);
  if (complaint) {
    const kit = KIT_NAMES.find(each => each === name);
    throw new CliError(`--${complaint}${kit ? `, which is the name of an export kit; the name of the platform is ${KITS[kit].platform}` : ''}`);
  }
  return name as PlatformId;
}

/** The certificates without repeats: the outputs of a stack contain a CA again in every chain. */
function withoutRepeats(subjects: readonly CertificateToCheck[]): CertificateToCheck[] {
  const seen = new Set<string>();
  return subjects.filter(({ der }) => seen.size !== seen.add(der.toString('latin1')).size);
}

function factsOf(title: string, der: Buffer): CertificateFacts | undefined {
  try {
    return readCertificate(title, der);
  } catch {
    return undefined; // the lint rules describe the fault in more detail
  }
}

function signerByText(facts: CertificateFacts, given: readonly CertificateFacts[]): CertificateFacts | undefined {
  return given.filter(each => each.subject === facts.issuer).slice(0, MAX_CANDIDATES).find(each => keyHasSigned(each, facts));
}

/** Finds the issuer by its key among the given certificates, even if the certificate names it in other octets: a lint rule reports that. */
function issuerOf({ facts }: CertificateToCheck, given: readonly CertificateFacts[]): LintedCertificate | undefined {
  const signer = facts && (signingOf(facts, given).signer ?? signerByText(facts, given));
  try {
    return signer && readLintedCertificate(signer.certificate.raw);
  } catch {
    return undefined; // the findings of that certificate say so
  }
}
