import { CertificateFacts, readCertificate } from './certificates/certificate-facts';
import { keyHasSigned, MAX_CANDIDATES, signingOf } from './certificates/chain';
import { readEntries } from './certificates/file-entries';
import { CliError } from './cli-error';
import { KIT_NAMES, KITS } from './export/kits';
import { checkedList } from './lint/checked-list';
import { lintDocument, rulesDocument } from './lint/lint-document';
import { allChecked, CertificateToCheck, CheckedCertificate, LintResult, ThingToCheck } from './lint/lint-result';
import { lintText } from './lint/lint-text';
import { lintedOf } from './lint/linted-of';
import { sarifLog } from './lint/sarif';
import { readInput } from './read-file';
import { table } from './table';
import { Terminal } from './terminal';
import { ALL_LINT_RULES } from '../pki/lint/all-rules';
import { lintCertificate, rulesFor } from '../pki/lint/lint';
import { LintedCertificate } from '../pki/lint/model/linted-certificate';
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
 * @returns whether no certificate and no revocation list has an error
 */
export function lintCommand(files: readonly string[], options: LintOptions, terminal: Terminal, now = new Date()): boolean {
  const { platform = [], list, json, sarif } = options;
  const { columns } = terminal;
  if (list) {
    terminal.print(json ? rulesDocument()
      : table(['rule', 'severity', 'checks', 'source'], ALL_LINT_RULES.map(({ id, severity, checks, source }) => [id, severity, checks, source]), { columns }));
    return true;
  }
  const platforms = platform.map(platformId);
  const result = lint(files, platforms, now);
  terminal.print(json ? lintDocument(result, platforms) : sarif ? sarifLog(result) : lintText(result, columns));
  return !allChecked(result).some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
}

function lint(files: readonly string[], platforms: readonly PlatformId[], now: Date): LintResult {
  const entries = files.map(file => ({ file, ...readInput(file) }))
    .flatMap(({ file, name, content }) => readEntries(name, content).map(entry => ({ file, ...entry })));
  const subjects = withoutRepeats(entries.flatMap(({ title, file, line, certificate: der }): CertificateToCheck[] =>
    der ? [{ title, file, line, der, facts: factsOf(title, der) }] : []));
  const lists = withoutRepeats(entries.flatMap(({ title, file, line, revocationList: der }): ThingToCheck[] =>
    der ? [{ title, file, line, der }] : []));
  if (subjects.length + lists.length === 0) {
    throw new CliError(files.length === 0 ? 'lint needs a file with certificates or revocation lists, or --list'
      : `${files.join(', ')}: there is no certificate and no revocation list to check`);
  }
  const given = subjects.flatMap(({ facts }) => facts ?? []);
  return {
    certificates: subjects.map((subject): CheckedCertificate => {
      const issuer = issuerOf(subject, given);
      const context = { platforms, now, issuer };
      return { ...subject, rules: rulesFor(context), signerFound: issuer !== undefined, findings: lintCertificate(subject.der, context) };
    }),
    revocationLists: lists.map(list => checkedList(list, given, now)),
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

/** Certificates or lists without repeats: the outputs of a stack contain a CA again in every chain. */
function withoutRepeats<T extends ThingToCheck>(subjects: readonly T[]): T[] {
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
  return signer && lintedOf(signer);
}
