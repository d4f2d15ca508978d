import { NOW, testCa, testCertificate } from './fixtures';
import { CONSTRAINT_CASES, ConstraintCase, titleOf } from './fixtures/constraint-cases';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { validityFrom } from '../../src/pki/validity';
import { openssl, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** The CA of a case, and the leaf: by `issue` with the constraints left out, as a CA would sign that doesn't look. */
async function signedAnyway({ constraints, names, subject = { organization: 'Acme' } }: ConstraintCase, name: string, validity = validityFrom(NOW, PROFILES.ca, 90, undefined, false)) {
  const ca = await testCa({ subject: { commonName: name }, validity, extensions: { nameConstraints: { critical: true, ...constraints } } });
  const extensions = Object.keys(names).length > 0 ? { subjectAlternativeNames: names } : undefined;
  return { ca, extensions, subject, leaf: await testCertificate({ ...ca.issuer, nameConstraints: undefined }, { subject, validity, extensions }) };
}

describe('OpenSSL', () => {
  let refusals: readonly (string | undefined)[] = [];
  let stderr = '';

  /** One call for all: it says OK, or why not, of each file. */
  beforeAll(async () => {
    const chains = await Promise.all(CONSTRAINT_CASES.map((each, index) => signedAnyway(each, `CA ${index}`)));
    const files = chains.map(({ leaf }, index) => file(`leaf-${index}.pem`, pem(leaf)));
    const roots = file('roots.pem', chains.map(({ ca }) => pem(ca.certificate)).join(''));
    const run = openssl(['verify', '-x509_strict', '-attime', String(NOW.getTime() / 1000), '-CAfile', roots, ...files]);
    const accepted = new Set(run.stdout.trim().split('\n'));
    stderr = run.stderr;
    refusals = files.map(path => accepted.has(`${path}: OK`) ? undefined : path);
  });

  test.each(CONSTRAINT_CASES.map((each, index) => [titleOf(each), index] as const))('refuses names where this library does, or is more lenient: %s', (_, index) => {
    const { within, toOpenssl = within } = CONSTRAINT_CASES[index];
    expect(refusals[index] === undefined).toBe(toOpenssl);
  });

  test('refuses each of them because of its names, and for no other reason', () => {
    expect(refusals.length).toBeGreaterThan(130);
    const reasons = [...stderr.matchAll(/^error \d+ at 0 depth lookup: (.*)$/gm)].map(([, reason]) => reason);
    expect(reasons).toHaveLength(refusals.filter(each => each !== undefined).length);
    expect(new Set(reasons)).toEqual(new Set(['permitted subtree violation', 'excluded subtree violation', 'unsupported or invalid name syntax']));
  });
});
