import 'reflect-metadata';
import { resolve } from 'node:path';
import { inspectCommand, InspectOptions } from '../../../src/cli/inspect-command';
import { bitString, element, explicit, generalizedTime, objectIdentifier, octetString, sequence, Tag } from '../../../src/pki/der';
import { ocspError } from '../../../src/pki/ocsp/issue-ocsp-response';
import { CertStatus } from '../../../src/pki/ocsp/ocsp-status';
import { toPem } from '../../../src/pki/pem';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { CA_SUBJECT, NOW, TestCa, testCa, testCertificate } from '../../pki/fixtures';
import { REVOKED_AT, testResponder, testResponse } from '../../pki/ocsp/fixtures';
import { readJson } from '../../support/cli-run';
import { CommandFolder } from '../../support/command-folder';
import { complaintsOf } from '../../support/json-schema';
import { ocspRequests } from '../../support/ocsp-requests';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));
const requestAbout = ocspRequests();

const SERIAL_NUMBERS = ['01', '02', '03'].map(tail => `4A1B2C3D4E5F60718293A4B5C6D7E8F9000000${tail}`);
const STATUSES: readonly CertStatus[] = [
  { state: 'good' }, { state: 'revoked', revokedAt: REVOKED_AT, reason: 'keyCompromise' }, { state: 'unknown' },
];

let folder: CommandFolder;
let ca: TestCa;

beforeAll(async () => {
  folder = new CommandFolder();
  ca = await testCa();
  folder.write('ca.pem', toPem('CERTIFICATE', ca.certificate));
  folder.write('other.pem', toPem('CERTIFICATE', (await testCa({ algorithm: 'EC_P384', subject: { ...CA_SUBJECT, commonName: 'Other CA' } })).certificate));
  for (const [index, name] of ['good.pem', 'revoked.pem', 'unknown.pem'].entries()) {
    folder.write(name, toPem('CERTIFICATE', await testCertificate(ca.issuer, { serialNumber: SERIAL_NUMBERS[index] })));
  }
  folder.write('response.der', await response(STATUSES, { nonce: Buffer.alloc(16, 7) }));
});

async function response(statuses: readonly CertStatus[], content: Parameters<typeof testResponse>[3] = {}): Promise<Buffer> {
  return testResponse(requestAbout(ca.certificate, SERIAL_NUMBERS), statuses, await testResponder(ca), content);
}

function inspect(files: readonly string[], options: InspectOptions = {}, now = NOW): string {
  const { path } = folder;
  return folder.said(terminal => inspectCommand(files.map(path), { ...options, ocsp: options.ocsp?.map(path) }, terminal, now));
}

describe('an OCSP response', () => {
  test('is shown with its responder, its times and what it says', () => {
    expect(inspect(['response.der', 'ca.pem']).split('\n\n')[0].split('\n')).toEqual([
      'response.der',
      '  OCSP response of          the key with the SHA-1 1a3c8eee30b25e68e8ce25d641ed582935ee9642',
      '  signed at                 2026-03-01 12:00:00 UTC',
      '  signature                 valid for the CA Acme IoT Root CA',
      '  nonce                     07070707070707070707070707070707',
      `  certificates              ${SERIAL_NUMBERS[0]} good, from 2026-03-01 11:00:00 UTC to 2026-03-02 00:00:00 UTC`,
      `                            ${SERIAL_NUMBERS[1]} revoked on 2026-02-27 08:09:10 UTC (keyCompromise), from 2026-03-01 11:00:00 UTC to 2026-03-02 00:00:00 UTC`,
      `                            ${SERIAL_NUMBERS[2]} unknown, from 2026-03-01 11:00:00 UTC to 2026-03-02 00:00:00 UTC`,
      expect.stringMatching(/^ {2}SHA-256 fingerprint {7}[0-9a-f]{64}$/),
    ]);
  });

  test('is shown from PEM, as GnuTLS writes it', () => {
    folder.write('response.pem', toPem('OCSP RESPONSE', ocspError('tryLater')));
    expect(inspect(['response.pem'])).toMatch(/^response\.pem\n {2}OCSP response {13}the error tryLater\n/);
  });

  test('says that nobody has checked its signature where its CA is not among the files', () => {
    expect(inspect(['response.der', 'other.pem']))
      .toMatch(/^ {2}signature {17}not verified: the certificate of the CA that it is about is not among the files$/m);
  });

  test('says why its CA does not vouch for it', () => {
    expect(inspect(['response.der', 'ca.pem'], {}, new Date('2028-01-01T00:00:00Z')))
      .toMatch(/^ {2}signature {17}not verified: the responder's certificate must be valid at 2028-01-01T00:00:00Z, got /m);
  });

  test('that is cut off is not taken for one', async () => {
    folder.write('cut.der', (await response(STATUSES)).subarray(0, -1));
    expect(() => inspect(['cut.der'])).toThrow(/cut\.der: this is not a certificate \(X\.509 in DER\)$/);
  });
});

test('a PEM block that is labelled as an OCSP response and is none is refused', () => {
  folder.write('none.pem', toPem('OCSP RESPONSE', ca.certificate));
  expect(() => inspect(['none.pem'])).toThrow(/none\.pem: this OCSP response can't be read: DER must have tag 0x0a /);
});

test('a response that names its responder and has no certificates is shown', () => {
  const tbs = sequence(explicit(1, ca.issuer.name), generalizedTime(NOW), sequence());
  const basic = octetString(sequence(tbs, signatureAlgorithm('EC', 'SHA-256'), bitString(Buffer.of(1))));
  const bytes = sequence(objectIdentifier('1.3.6.1.5.5.7.48.1.1'), basic);
  folder.write('empty.der', sequence(element(Tag.ENUMERATED, Buffer.of(0)), explicit(0, bytes)));
  const said = inspect(['empty.der']);
  expect(said).toMatch(/^ {2}OCSP response of {10}CN=Acme IoT Root CA,O=Acme,C=CN$/m);
  expect(said).toMatch(/^ {2}certificates {14}none$/m);
  const [document] = JSON.parse(inspect(['empty.der'], { json: true })).entries;
  expect(document).toMatchObject({ responder: 'CN=Acme IoT Root CA,O=Acme,C=CN', verified: false, responses: [] });
});

describe('with --ocsp', () => {
  const statusIn = (said: string): string | undefined => /^ {2}OCSP {22}(.*)$/m.exec(said)?.[1];

  test('a certificate is good, revoked or not known', () => {
    const options = { ocsp: ['response.der'] };
    expect(statusIn(inspect(['good.pem', 'ca.pem'], options))).toBe('good, according to response.der of 2026-03-01 11:00:00 UTC');
    expect(statusIn(inspect(['revoked.pem', 'ca.pem'], options))).toBe('revoked on 2026-02-27 08:09:10 UTC (keyCompromise), according to response.der');
    expect(statusIn(inspect(['unknown.pem', 'ca.pem'], options))).toBe('not known: response.der: the responder does not know the certificate');
  });

  test('nothing is known without the CA, from the response of another CA, or from an error', async () => {
    expect(statusIn(inspect(['good.pem', 'other.pem'], { ocsp: ['response.der'] })))
      .toBe('not known: response.der: the certificate of the CA that has signed the certificate is not among the files');
    const other = await testCa({ algorithm: 'EC_P384' });
    folder.write('foreign.der', await testResponse(requestAbout(ca.certificate, SERIAL_NUMBERS), STATUSES, await testResponder(other)));
    expect(statusIn(inspect(['good.pem', 'ca.pem'], { ocsp: ['foreign.der'] })))
      .toMatch(/^not known: foreign\.der: the responder's certificate must be signed by the CA: /);
    folder.write('error.der', ocspError('unauthorized'));
    expect(statusIn(inspect(['good.pem', 'ca.pem'], { ocsp: ['error.der'] })))
      .toBe('not known: error.der: the OCSP response must be an answer, got the error unauthorized');
    folder.write('one.der', await testResponse(requestAbout(ca.certificate, ['05']), STATUSES, await testResponder(ca)));
    expect(statusIn(inspect(['good.pem', 'ca.pem'], { ocsp: ['one.der'] }))).toBe('not known: one.der: it is not about this certificate');
  });

  test('a response that is out of date still revokes, but clears nobody', () => {
    const later = new Date('2026-03-05T00:00:00Z');
    const options = { ocsp: ['response.der'] };
    expect(statusIn(inspect(['good.pem', 'ca.pem'], options, later))).toBe('not known: response.der: it expired on 2026-03-02 00:00:00 UTC');
    expect(statusIn(inspect(['revoked.pem', 'ca.pem'], options, later))).toMatch(/^revoked on /);
    expect(statusIn(inspect(['good.pem', 'ca.pem'], options, new Date('2026-03-01T11:00:00Z')))).toMatch(/^good/);
    expect(statusIn(inspect(['good.pem', 'ca.pem'], options, new Date('2026-03-01T10:59:59Z')))).toMatch(/^not known: .* must be valid at 2026-03-01T10:59:59Z/);
  });

  test('a response that is not valid yet clears nobody', async () => {
    folder.write('early.der', await response(STATUSES, { thisUpdate: new Date('2026-03-01T12:00:01Z') }));
    expect(statusIn(inspect(['good.pem', 'ca.pem'], { ocsp: ['early.der'] }))).toBe('not known: early.der: it is valid only from 2026-03-01 12:00:01 UTC');
  });

  test('the newest response decides, whatever the order of the files', async () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));
    folder.write('older.der', await response(STATUSES, { thisUpdate: at(10) }));
    folder.write('newer.der', await response([STATUSES[1], STATUSES[0], STATUSES[2]], { thisUpdate: at(11) }));
    for (const ocsp of [['older.der', 'newer.der'], ['newer.der', 'older.der']]) {
      expect(statusIn(inspect(['good.pem', 'ca.pem'], { ocsp }))).toMatch(/^revoked .*, according to newer\.der$/);
      expect(statusIn(inspect(['revoked.pem', 'ca.pem'], { ocsp }))).toMatch(/^good, according to newer\.der/);
    }
  });

  test('a file without a response is refused', () => {
    expect(() => inspect(['good.pem'], { ocsp: ['ca.pem'] })).toThrow(/^--ocsp: .*ca\.pem must hold an OCSP response, and holds none$/);
  });

  test('the document says the same, as its schema describes it', () => {
    const said = JSON.parse(inspect(['good.pem', 'revoked.pem', 'unknown.pem', 'ca.pem', 'response.der', 'response.pem'], { ocsp: ['response.der'], json: true }));
    expect(complaintsOf(SCHEMA, said)).toBe('');
    expect(said.entries.map(({ ocsp }: { ocsp?: object }) => ocsp).slice(0, 3)).toEqual([
      { state: 'good', response: 'response.der' },
      { state: 'revoked', response: 'response.der', revokedAt: '2026-02-27T08:09:10Z', reason: 'keyCompromise' },
      { state: 'unknown', reasons: ['response.der: the responder does not know the certificate'] },
    ]);
    expect(said.entries[4]).toMatchObject({
      kind: 'ocspResponse',
      status: 'successful',
      responderKeyHash: '1a3c8eee30b25e68e8ce25d641ed582935ee9642',
      producedAt: '2026-03-01T12:00:00Z',
      verified: true,
      nonce: '07'.repeat(16),
      responses: [
        { serialNumber: SERIAL_NUMBERS[0], state: 'good', thisUpdate: '2026-03-01T11:00:00Z', nextUpdate: '2026-03-02T00:00:00Z' },
        { serialNumber: SERIAL_NUMBERS[1], state: 'revoked', revokedAt: '2026-02-27T08:09:10Z', reason: 'keyCompromise' },
        { serialNumber: SERIAL_NUMBERS[2], state: 'unknown' },
      ],
    });
    expect(said.entries[5]).toMatchObject({ kind: 'ocspResponse', status: 'tryLater' });
  });
});
