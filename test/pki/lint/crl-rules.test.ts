import { spawnSync } from 'node:child_process';
import { build, CA, extension, NOTHING, Parts } from './certificate-builder';
import { buildCrl, entry } from './crl-builder';
import { CASE_NOW, CRL_RULE_CASES } from './crl-rule-cases';
import { KEY_ALGORITHM_NAMES } from '../../../src/contract/key-algorithms';
import { element, octetString, sequence, Tag } from '../../../src/pki/der';
import { LINT_RULES } from '../../../src/pki/lint/lint';
import { CRL_LINT_RULES, crlRulesFor, lintCrl } from '../../../src/pki/lint/lint-crl';
import { readLintedCertificate } from '../../../src/pki/lint/model/linted-certificate';
import { OID } from '../../../src/pki/object-identifiers';
import { toPem } from '../../../src/pki/pem';
import { isRevocationList } from '../../../src/pki/revocation/crl';
import { openssl, opensslOutput, temporaryFiles } from '../../support/openssl';
import { fc } from '../../support/properties';
import { CA_KEYS, NOW, testCa } from '../fixtures';
import { testCrl } from '../revocation/fixtures';

const file = temporaryFiles();

const contextOf = (ca: Partial<Parts> = {}) => ({ now: CASE_NOW, ca: readLintedCertificate(build({ ...CA, ...ca })) });

describe('the rule', () => {
  test.each(CRL_RULE_CASES.map(each => [each.rule, String(each.says), each] as const))('%s finds what it says (%s), and passes what comes near', (rule, _, each) => {
    const [ofFound, ofPassed] = each.cas ?? [];
    const { severity, source } = CRL_LINT_RULES.find(({ id }) => id === rule)!;
    expect(lintCrl(buildCrl(each.found), contextOf(ofFound)).filter(finding => finding.rule === rule)).toEqual([{
      rule, severity, source, message: typeof each.says === 'string' ? expect.stringContaining(each.says) : expect.stringMatching(each.says),
    }]);
    expect(lintCrl(buildCrl(each.passed), contextOf(ofPassed)).map(finding => finding.rule)).not.toContain(rule);
  });

  test('that is in the list has a case here, each of them', () => {
    expect([...new Set(CRL_RULE_CASES.map(({ rule }) => rule))].sort()).toEqual(CRL_LINT_RULES.map(({ id }) => id).sort());
  });

  test('has an id of its own, a source and a sentence', () => {
    const ids = [...LINT_RULES, ...CRL_LINT_RULES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, source, checks } of CRL_LINT_RULES) {
      expect(id).toMatch(/^(rfc5280|nist)-crl-[a-z0-9-]+$/);
      expect(checks).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/^(RFC|NIST)/);
    }
  });

  test('on the CA is checked only where its certificate is known', () => {
    expect(crlRulesFor({}).map(({ id }) => id)).not.toContain('rfc5280-crl-signature');
    expect(crlRulesFor(contextOf())).toEqual(CRL_LINT_RULES);
  });
});

test('the list that the cases begin with has no finding, and OpenSSL verifies it', () => {
  expect(lintCrl(buildCrl(), contextOf())).toEqual([]);
  const caFile = file('ca.pem', toPem('CERTIFICATE', build({ ...CA, outerSignature: CA.outerSignature })));
  expect(openssl(['crl', '-in', file('list.der', buildCrl()), '-CAfile', caFile, '-noout', '-verify']).stderr).toContain('verify OK');
});

test.each(KEY_ALGORITHM_NAMES)('the lists of this library by %s have no finding', async algorithm => {
  const ca = await testCa({ algorithm });
  const context = { now: NOW, ca: readLintedCertificate(ca.certificate) };
  for (const content of [{}, { revoked: [] }, { distributionPoint: ['http://crl.example.com/a.crl'] }]) {
    expect(lintCrl(await testCrl(ca, content), context)).toEqual([]);
  }
});

describe('a list that OpenSSL made', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['as its manual shows', ['crl_extensions=e', '[e]', 'authorityKeyIdentifier=keyid:always'], []],
    ['without extensions', [], ['rfc5280-crl-version', 'rfc5280-crl-authority-key-identifier', 'rfc5280-crl-number']],
    ['over SHA-1', ['default_md=sha1', 'crl_extensions=e', '[e]', 'authorityKeyIdentifier=keyid:always'], ['nist-crl-signature-digest']],
    ['for both kinds of certificates', ['crl_extensions=e', '[e]', 'authorityKeyIdentifier=keyid:always', 'issuingDistributionPoint=@d', '[d]', 'onlyuser=TRUE', 'onlyCA=TRUE'],
      ['rfc5280-crl-extension-criticality', 'rfc5280-crl-issuing-distribution-point']],
  ])('%s, has the findings that are its due', async (name, lines, rules) => {
    const { certificate } = await testCa();
    const isV1 = lines.length === 0;
    const index = file(`${name}-index.txt`, [
      'R\t360101000000Z\t260102030405Z,keyTime,20251231235959Z\t01\tunknown\t/CN=one', 'R\t360101000000Z\t260102030407Z\t8B\tunknown\t/CN=three', '',
    ].join('\n'));
    const config = file(`${name}.cnf`, [
      '[ca]', 'default_ca=c', '[c]', `database=${isV1 ? file('empty.txt', '') : index}`, ...isV1 ? [] : [`crlnumber=${file(`${name}-number`, '0102\n')}`],
      ...lines.some(line => line.startsWith('default_md')) ? [] : ['default_md=sha384'], ...lines,
    ].join('\n'));
    const der = file(`${name}.crl`, opensslOutput([
      'ca', '-gencrl', '-config', config, '-keyfile', file(`${name}.key`, CA_KEYS.EC_P256), '-cert', file(`${name}.der`, certificate), '-crldays', '7',
    ]));
    const octets = spawnSync('openssl', ['crl', '-in', der, '-outform', 'DER']).stdout;
    expect(lintCrl(octets, { now: new Date(), ca: readLintedCertificate(certificate) }).map(({ rule }) => rule)).toEqual(rules);
  });
});

/** Findings are for people: what is missing or an object of the program's has no place in them. */
const UNREADABLE = /^$|undefined|NaN|\[object|is not a function|Cannot read|[\0-\x08\x0e-\x1f\x7f]/;

const SAMPLE = buildCrl({
  revoked: sequence(entry(5, undefined, extension(OID.cRLReason, false, element(Tag.ENUMERATED, Buffer.of(1)))), entry(0x8b)),
  more: extension(OID.issuingDistributionPoint, true, sequence(element(0xa0, element(0xa0, element(0x86, Buffer.from('http://a/')))))),
});

describe('a damaged list', () => {
  const change = fc.record({ at: fc.nat({ max: SAMPLE.length }), remove: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) });
  const mutated = fc.array(change, { minLength: 1, maxLength: 4 })
    .map(changes => changes.reduce<Buffer>(
      (der, { at, remove, insert }) => Buffer.concat([der.subarray(0, at), insert, der.subarray(at + remove)]), SAMPLE,
    ));

  test('is answered with findings and never with an exception, for 10,000 kinds of damage', () => {
    fc.assert(fc.property(mutated, der => lintCrl(der, contextOf()).every(({ message }) => !UNREADABLE.test(message))), { numRuns: 10_000 });
  });

  test('is read on where only values are others: one octet exchanged, at every place', () => {
    let read = 0;
    for (let at = 0; at < SAMPLE.length; at++) {
      for (const octet of [0x00, 0x7f, 0x80, 0xff, SAMPLE[at] + 1]) {
        const damaged = Buffer.from(SAMPLE);
        damaged[at] = octet % 256;
        const findings = lintCrl(damaged, contextOf());
        expect(damaged.equals(SAMPLE) ? '' : findings.map(({ message }) => message).join()).not.toMatch(/undefined|NaN|\[object/);
        expect(damaged.equals(SAMPLE) || findings.length > 0).toBe(true);
        read += findings[0]?.message.startsWith('this is not a revocation list') ? 0 : 1;
      }
    }
    expect(read).toBeGreaterThan(500);
  });

  test('has one finding, where it is cut off, at every octet', () => {
    for (let length = 0; length < SAMPLE.length; length++) {
      expect(lintCrl(SAMPLE.subarray(0, length))).toEqual([
        expect.objectContaining({ rule: 'rfc5280-crl-der-encoding', severity: 'error', message: expect.stringMatching(/^this is not a revocation list in DER: /) }),
      ]);
    }
  });
});

test('a file in DER is taken for a list by its form, even if its values are wrong, and a certificate is not', () => {
  const files = [buildCrl(), buildCrl({ version: NOTHING }), buildCrl({ version: octetString(Buffer.of(1)) }), build(CA)];
  expect(files.map(isRevocationList)).toEqual([true, true, false, false]);
  expect(isRevocationList(buildCrl({ number: NOTHING, nextUpdate: NOTHING, revoked: sequence() }))).toBe(true);
});
