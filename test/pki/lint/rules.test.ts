import { X509Certificate } from 'node:crypto';
import { build, CA, DEVICE } from './certificate-builder';
import { COMMON_NAME_CASES, ContextCase, ISSUER_CASES, MAILBOX_CASES, PLATFORM_CASES, TIME_CASES } from './context-cases';
import { Changed, certificateOf, RULE_CASES } from './rule-cases';
import { LINT_RULES, lintCertificate, rulesFor } from '../../../src/pki/lint/lint';
import { LintContext } from '../../../src/pki/lint/lint-rule';
import { readLintedCertificate } from '../../../src/pki/lint/model/linted-certificate';
import { PLATFORM_IDS } from '../../../src/platforms/registry';

const title = ({ rule, says }: ContextCase): [string, string] => [rule, String(says)];

/** Everything that can be known: any rule could find something. */
function contextOf({ platforms = [], now }: Partial<ContextCase>, issuer: Changed = { ca: true }): LintContext {
  return { platforms, now, issuer: readLintedCertificate(certificateOf(issuer)) };
}

const CASES: readonly ContextCase[] = [...RULE_CASES, ...TIME_CASES, ...ISSUER_CASES, ...COMMON_NAME_CASES, ...MAILBOX_CASES, ...PLATFORM_CASES];

describe('the rule', () => {
  test.each(CASES.map(each => [...title(each), each] as const))('%s finds the fault it describes (%s), and passes certificates that come near', (rule, _, each) => {
    const [ofFound, ofPassed] = each.issuers ?? [];
    const findings = lintCertificate(certificateOf(each.found), contextOf(each, ofFound)).filter(finding => finding.rule === rule);
    const { severity, source } = LINT_RULES.find(({ id }) => id === rule)!;
    expect(findings).toEqual([{
      rule, severity, source, message: typeof each.says === 'string' ? expect.stringContaining(each.says) : expect.stringMatching(each.says),
    }]);
    expect(lintCertificate(certificateOf(each.passed), contextOf(each, ofPassed)).map(finding => finding.rule)).not.toContain(rule);
  });

  test('has a case here if it is in the list', () => {
    expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual(LINT_RULES.map(({ id }) => id).sort());
  });
});

describe('the list of rules', () => {
  test('has ids of their own, that begin with who demands it, and a source and a sentence for each', () => {
    expect(new Set(LINT_RULES.map(({ id }) => id)).size).toBe(LINT_RULES.length);
    for (const { id, source, checks, severity } of LINT_RULES) {
      expect(id).toMatch(/^(rfc\d{4}|nist|cabf|platform|stack)-[a-z0-9-]+$/);
      expect(checks).toMatch(/^[A-Z].*[.?]$/);
      expect(source.length).toBeGreaterThan(5);
      expect(severity).toBe(id.startsWith('stack-') ? 'warning' : severity);
    }
  });

  test('has those of a platform only for certificates of that platform, and those on the issuer only where it is known', () => {
    const ids = (context: LintContext) => rulesFor(context).map(({ id }) => id);
    expect(ids({ platforms: [] }).filter(id => id.startsWith('platform-'))).toEqual([]);
    expect(ids({ platforms: [] })).not.toContain('rfc5280-outlives-issuer');
    expect(ids(contextOf({}))).toContain('rfc5280-outlives-issuer');
    expect(ids({ platforms: ['azure-dps'] }).filter(id => id.startsWith('platform-'))).toEqual([
      'platform-client-key-usage', 'platform-client-extended-key-usage', 'platform-azure-dps-ca-key', 'platform-azure-dps-signature-key',
      'platform-azure-dps-device-key', 'platform-azure-dps-device-common-name',
    ]);
    expect(new Set([...ids(contextOf({ platforms: PLATFORM_IDS }))])).toEqual(new Set(LINT_RULES.map(({ id }) => id)));
  });
});

test('the certificates that the cases begin with have no finding, and OpenSSL reads them', () => {
  for (const parts of [CA, DEVICE]) {
    const der = build(parts);
    expect(lintCertificate(der, contextOf({ now: new Date('2026-06-01'), platforms: ['aws-iot-core', 'azure-iot-hub', 'azure-dps'] }))).toEqual([]);
    expect(new X509Certificate(der).ca).toBe(parts === CA);
  }
});
