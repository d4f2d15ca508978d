import 'reflect-metadata';
import { resolve } from 'node:path';
import { inspectCommand, InspectOptions } from '../../../src/cli/inspect-command';
import { toPem } from '../../../src/pki/pem';
import { RevokedCertificate } from '../../../src/pki/revocation/crl-entries';
import { NOW, TestCa, testCa, testCertificate } from '../../pki/fixtures';
import { NEXT_UPDATE, REVOKED, testCrl } from '../../pki/revocation/fixtures';
import { readJson } from '../../support/cli-run';
import { CommandFolder } from '../../support/command-folder';
import { complaintsOf } from '../../support/json-schema';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

let folder: CommandFolder;
let ca: TestCa;

beforeAll(async () => {
  folder = new CommandFolder();
  ca = await testCa();
  folder.write('ca.pem', toPem('CERTIFICATE', ca.certificate));
  folder.write('revoked.pem', toPem('CERTIFICATE', await testCertificate(ca.issuer, { serialNumber: REVOKED[1].serialNumber })));
  folder.write('good.pem', toPem('CERTIFICATE', await testCertificate(ca.issuer, { serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F9000000FF' })));
  folder.write('ca.crl', await testCrl(ca, { number: 258 }));
});

function inspect(files: readonly string[], options: InspectOptions = {}, now = NOW): string {
  const { path } = folder;
  return folder.said(terminal => inspectCommand(files.map(path), { ...options, crl: options.crl?.map(path) }, terminal, now));
}

describe('a revocation list', () => {
  test('is shown with its number, its dates, its CA and the certificates that it revokes', () => {
    expect(inspect(['ca.crl', 'ca.pem']).split('\n\n')[0].split('\n')).toEqual([
      'ca.crl',
      '  revocation list of        CN=Acme IoT Root CA,O=Acme,C=CN',
      '  number                    258',
      '  valid from                2026-03-01 12:00:00 UTC',
      '  next list by              2026-03-08 12:00:00 UTC (7 days left)',
      '  signature                 by the CA Acme IoT Root CA',
      '  is about                  all certificates of the CA',
      '  authority key identifier  34657d207867ec3f6936aa8fcfb36c5b1b4ad57a',
      '  revoked                   4 certificates',
      '                            4A1B2C3D4E5F60718293A4B5C6D7E8F900000001 on 2026-02-27 08:09:10 UTC',
      '                            4A1B2C3D4E5F60718293A4B5C6D7E8F900000002 on 2026-02-27 08:09:10 UTC (keyCompromise; compromised since 2026-01-02 03:04:05 UTC)',
      '                            4A1B2C3D4E5F60718293A4B5C6D7E8F900000003 on 2026-02-27 08:09:10 UTC (certificateHold)',
      '                            4A1B2C3D4E5F60718293A4B5C6D7E8F900000004 on 2026-02-27 08:09:10 UTC (compromised since 2051-01-02 03:04:05 UTC)',
      expect.stringMatching(/^ {2}SHA-256 fingerprint {7}[0-9a-f]{64}$/),
    ]);
  });

  test('is shown as unverified if its CA is not among the files', () => {
    expect(inspect(['ca.crl'])).toMatch(/^ {2}signature {17}not verified: the certificate of the CA that has signed it is not among the files$/m);
  });

  test('is shown with the time since when it is out of date', () => {
    expect(inspect(['ca.crl'], {}, new Date('2026-03-10T12:00:00Z'))).toMatch(/next list by .* \(expired 2 days ago\)$/m);
  });

  test('that is published is shown with its URLs, in PEM too', async () => {
    folder.write('published.pem', toPem('X509 CRL', await testCrl(ca, { distributionPoint: ['http://crl.example.com/1-of-2.crl'], revoked: [] })));
    const said = inspect(['published.pem']);
    expect(said).toMatch(/^ {2}is about {18}all certificates of the CA with the distribution point http:\/\/crl\.example\.com\/1-of-2\.crl$/m);
    expect(said).toMatch(/^ {2}revoked {19}none$/m);
  });

  test('of many certificates is shown with the first twenty', async () => {
    const many = Array.from({ length: 300 }, (_, index): RevokedCertificate =>
      ({ serialNumber: (0x1000 + index).toString(16).toUpperCase(), revokedAt: NOW }));
    folder.write('many.crl', await testCrl(ca, { revoked: [many] }));
    const said = inspect(['many.crl']);
    expect(said.match(/^ {28}\S+ on /gm)).toHaveLength(20);
    expect(said).toMatch(/^ {2}revoked {19}300 certificates$/m);
    expect(said).toMatch(/^ {28}and 280 more$/m);
  });

  test('is in the document with every certificate that it revokes', () => {
    const document = JSON.parse(inspect(['ca.crl', 'ca.pem'], { json: true }));
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.entries[0]).toMatchObject({
      kind: 'revocationList', number: '258', thisUpdate: '2026-03-01T12:00:00Z', nextUpdate: '2026-03-08T12:00:00Z', verified: true, size: 4,
    });
    expect(document.entries[0].revoked[1]).toEqual({
      serialNumber: REVOKED[1].serialNumber, revokedAt: '2026-02-27T08:09:10Z', reason: 'keyCompromise', invalidityDate: '2026-01-02T03:04:05Z',
    });
  });

  test('that is damaged is refused', () => {
    folder.write('damaged.pem', toPem('X509 CRL', Buffer.from('3003020101', 'hex')));
    expect(() => inspect(['damaged.pem'])).toThrow(/damaged\.pem: this revocation list can't be read: DER must have tag 0x30/);
  });
});

describe('inspect --crl', () => {
  /** What is said of the revocation of the first file. */
  const revocation = (files: readonly string[], crl: readonly string[], now = NOW) => /^ {2}revocation {16}(.*)$/m.exec(inspect(files, { crl }, now))![1];

  test('says that a certificate is revoked, when and why', () => {
    expect(revocation(['revoked.pem', 'ca.pem'], ['ca.crl']))
      .toBe('revoked on 2026-02-27 08:09:10 UTC (keyCompromise; compromised since 2026-01-02 03:04:05 UTC), according to ca.crl');
  });

  test('says that a certificate is not revoked', () => {
    expect(revocation(['good.pem', 'ca.pem'], ['ca.crl'])).toBe('not revoked, according to ca.crl of 2026-03-01 12:00:00 UTC');
  });

  test('says that a list that is out of date still revokes, but clears no certificate', () => {
    const late = new Date(NEXT_UPDATE.getTime() + 1000);
    expect(revocation(['revoked.pem', 'ca.pem'], ['ca.crl'], late)).toMatch(/^revoked on/);
    expect(revocation(['good.pem', 'ca.pem'], ['ca.crl'], late)).toBe('not known: ca.crl: it was to be replaced by 2026-03-08 12:00:00 UTC');
  });

  test('follows the newest of several lists', async () => {
    folder.write('empty.crl', await testCrl(ca, { revoked: [], number: 257 }));
    folder.write('released.crl', await testCrl(ca, { revoked: [], number: 259 }));
    expect(revocation(['revoked.pem', 'ca.pem'], ['empty.crl', 'ca.crl'])).toMatch(/^revoked on .*, according to ca\.crl$/);
    expect(revocation(['revoked.pem', 'ca.pem'], ['ca.crl', 'released.crl'])).toMatch(/^not revoked, according to released\.crl /);
  });

  test('lets a list that is not valid yet clear no certificate', () => {
    expect(revocation(['good.pem', 'ca.pem'], ['ca.crl'], new Date(NOW.getTime() - 1000))).toBe('not known: ca.crl: it is valid only from 2026-03-01 12:00:00 UTC');
  });

  test('does not take an entry that removes a certificate from the list for a revocation', async () => {
    const revoked: RevokedCertificate[] = [{ serialNumber: REVOKED[1].serialNumber, revokedAt: NOW, reason: 'removeFromCRL' }];
    folder.write('removed.crl', await testCrl(ca, { revoked: [revoked] }));
    expect(revocation(['revoked.pem', 'ca.pem'], ['removed.crl'])).toMatch(/^not revoked/);
  });

  test('tells a forged list from one whose CA is missing', async () => {
    const der = await testCrl(ca);
    der[der.length - 1] += 1;
    folder.write('forged.crl', der);
    expect(revocation(['good.pem', 'ca.pem'], ['forged.crl']))
      .toBe('not known: forged.crl: the revocation list must be signed with the key of this CA, got a signature that does not verify');
  });

  test('knows nothing without the certificate of the CA', () => {
    expect(revocation(['good.pem'], ['ca.crl'])).toBe('not known: ca.crl: the certificate of the CA that has signed it is not among the files');
  });

  test('knows nothing from the list of another CA, even one with the same name', async () => {
    const namesake = await testCa({ algorithm: 'EC_P384' });
    folder.write('namesake.pem', toPem('CERTIFICATE', namesake.certificate));
    folder.write('namesake.crl', await testCrl(namesake, { hashAlgorithm: 'SHA-384' }));
    expect(revocation(['good.pem', 'ca.pem', 'namesake.pem'], ['namesake.crl'])).toBe('not known: namesake.crl: it is the list of another CA with the same name');
    const other = await testCa({ subject: { commonName: 'Other CA' } });
    folder.write('other.pem', toPem('CERTIFICATE', other.certificate));
    folder.write('other.crl', await testCrl(other));
    expect(revocation(['good.pem', 'ca.pem', 'other.pem'], ['other.crl'])).toBe('not known: other.crl: it is the list of another CA');
  });

  test('applies a published list to the certificates that name it', async () => {
    const urls = ['http://crl.example.com/1-of-1.crl'];
    folder.write('named.pem', toPem('CERTIFICATE', await testCertificate(ca.issuer, { serialNumber: REVOKED[2].serialNumber, extensions: { crlDistributionPoints: urls } })));
    folder.write('named.crl', await testCrl(ca, { distributionPoint: urls }));
    expect(revocation(['named.pem', 'ca.pem'], ['named.crl'])).toBe('revoked on 2026-02-27 08:09:10 UTC (certificateHold), according to named.crl');
    expect(revocation(['good.pem', 'ca.pem'], ['named.crl'])).toBe('not known: named.crl: it is about certificates with another distribution point');
    expect(inspect(['named.pem'])).toMatch(/^ {2}revocation lists {10}http:\/\/crl\.example\.com\/1-of-1\.crl$/m);
  });

  test('says the same in the document', () => {
    const document = JSON.parse(inspect(['revoked.pem', 'good.pem', 'ca.pem'], { crl: ['ca.crl'], json: true }));
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.entries.map(({ revocation: said }: { revocation: object }) => said)).toEqual([
      { state: 'revoked', list: 'ca.crl', serialNumber: REVOKED[1].serialNumber, revokedAt: '2026-02-27T08:09:10Z', reason: 'keyCompromise', invalidityDate: '2026-01-02T03:04:05Z' },
      { state: 'notRevoked', list: 'ca.crl' },
      { state: 'notRevoked', list: 'ca.crl' },
    ]);
  });

  test('refuses a file without a list', () => {
    expect(() => inspect(['good.pem'], { crl: ['ca.pem'] })).toThrow(/--crl: .*ca\.pem must hold a certificate revocation list, and holds none/);
  });
});
