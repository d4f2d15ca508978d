import { X509Certificate } from 'node:crypto';
import { differencesIn, inShort, LocalLedger, Reach, Reconciled, reconciled } from './reconciled';
import { ReconcileOptions } from '../../../src/cli/reconcile-command';
import { sha256 } from '../../../src/contract/sha256';
import { StrictIot } from '../../platforms/aws-iot/strict-iot';
import { caIdIn, cliError } from '../../support/cli-run';
import { opensslCa } from '../../support/foreign-ca';

const DEVICES = ['good', 'revoked', 'held', 'inactive', 'absent', 'withdrawn', 'pending'];

let iot: StrictIot;
let ledger: LocalLedger;
const environment = { ...process.env };

beforeAll(async () => {
  iot = await StrictIot.start();
  const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, AWS_ENDPOINT_URL_IOT: iot.url,
  });
  ledger = await deployed();
}, 120_000);

beforeEach(() => iot.reset());

afterAll(async () => {
  await iot.stop();
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_IOT'].forEach(name => {
    delete process.env[name];
    Object.assign(process.env, environment[name] === undefined ? {} : { [name]: environment[name] });
  });
});

/** A ledger with the certificates of all devices. */
async function deployed(): Promise<LocalLedger> {
  const made = new LocalLedger();
  await made.deploy(...DEVICES);
  return made;
}

const idOf = ({ raw }: X509Certificate): string => sha256(raw);

/** Registers the CA, with auto-registration or without it. */
function registerCa(allowAutoRegistration = false, caCertificate = ledger.ca.toString()): void {
  iot.state.carryOut('POST', `/cacertificate?setAsActive=true&allowAutoRegistration=${allowAutoRegistration}`, { caCertificate, certificateMode: 'SNI_ONLY' });
}

/** Registers the certificate of a device, below the CA if that is registered. */
function register(device: string, status = 'ACTIVE', certificate = ledger.device(DEVICES.indexOf(device))): void {
  const caCertificatePem = iot.state.cas.has(idOf(ledger.ca)) ? ledger.ca.toString() : undefined;
  iot.state.registerCertificate({ certificatePem: certificate.toString(), caCertificatePem, certificateMode: 'SNI_ONLY', status });
}

/** Registers all devices but those that are named. */
function registerAll(...left: string[]): void {
  DEVICES.filter(device => !left.includes(device)).forEach(device => register(device));
}

/** Compares the ledger with AWS IoT, which must get nothing but requests to read. */
async function compared(options: Partial<ReconcileOptions> = {}, reach: Reach = {}): Promise<Reconciled> {
  const statuses = (): string[] => [...iot.state.cas.values(), ...iot.state.certificates.values()].map(({ certificateId, status }) => `${certificateId} ${status}`);
  const before = statuses();
  const result = await reconciled({ platform: 'aws-iot-core', local: ledger.out, json: true, ...options }, { trustedCas: iot.pem, ...reach });
  expect(iot.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(statuses()).toEqual(before);
  return result;
}

const differences = async (options: Partial<ReconcileOptions> = {}, reach: Reach = {}): Promise<string[]> =>
  inShort(differencesIn(await compared(options, reach)));

describe('AWS IoT Core and a ledger', () => {
  test('agree if each good device is active there', async () => {
    registerCa();
    registerAll();
    expect(await differences()).toEqual([]);
    expect(await compared({ json: false })).toEqual({ agrees: true, text: '8 certificates compared with AWS IoT Core in eu-central-1: no differences\n' });
  });

  test('differ in a device that the platform does not have, with the identifiers of the ledger', async () => {
    registerCa();
    registerAll('absent');
    const [difference, ...others] = differencesIn(await compared());
    expect(others).toEqual([]);
    expect(difference).toMatchObject({
      difference: 'not-registered', commonName: 'absent', state: 'issued', resource: 'Iot/Device4', ca: 'Iot/Ca', caId: caIdIn(ledger.out), sha256Fingerprint: idOf(ledger.device(4)),
    });
    expect(difference).not.toHaveProperty('platformId');
  });

  test('agree on a device that the platform registers when it first connects', async () => {
    registerCa(true);
    registerAll('absent');
    expect(await differences()).toEqual([]);
  });

  test.each(['INACTIVE', 'REVOKED', 'PENDING_ACTIVATION', 'PENDING_TRANSFER'])('differ in a good device that is %s there', async status => {
    registerCa();
    registerAll('inactive');
    register('inactive', status);
    expect(await differences()).toEqual([`refused-though-good inactive ${status}`]);
  });

  test('differ in certificates that have expired and are still active', async () => {
    registerAll('inactive');
    register('inactive', 'INACTIVE');
    const later = new Date(Date.now() + 400 * 86_400_000);
    expect(await differences({}, { now: later })).toEqual(DEVICES.filter(device => device !== 'inactive').map(device => `accepted-though-expired ${device} ACTIVE`));
  });

  test('differ in a certificate that was registered below the CA, and that no ledger has', async () => {
    registerCa();
    registerAll();
    const stray = { certificateId: 'ab'.repeat(32), certificate: ledger.device(0), certificateMode: 'SNI_ONLY', status: 'ACTIVE', caCertificateId: idOf(ledger.ca) };
    iot.state.certificates.set(stray.certificateId, stray);
    expect(differencesIn(await compared())).toEqual([
      { difference: 'not-in-ledger', platformId: stray.certificateId, platformStatus: 'ACTIVE', ca: 'Iot/Ca', caId: caIdIn(ledger.out) },
    ]);
  });

  test('don\'t differ in a certificate that has another issuer', async () => {
    registerCa();
    registerAll();
    iot.state.certificates.set('cd'.repeat(32), { certificateId: 'cd'.repeat(32), certificate: ledger.device(0), certificateMode: 'DEFAULT', status: 'ACTIVE' });
    expect(await differences()).toEqual([]);
  });

  test('differ in a CA that no ledger knows, unless only one CA is compared', async () => {
    registerCa();
    registerAll();
    const other = new X509Certificate(opensslCa('Somebody Else').certificate);
    registerCa(false, other.toString());
    expect(await differences()).toEqual([`unknown-ca ${idOf(other)} ACTIVE`]);
    expect(await differences({ ignore: ['unknown-ca'] })).toEqual([]);
    expect(await differences({ ca: ['Iot/Ca'] })).toEqual([]);
  });

  test('differ in a CA that is inactive there and good in the ledger', async () => {
    registerCa();
    registerAll();
    iot.state.cas.get(idOf(ledger.ca))!.status = 'INACTIVE';
    expect(await differences()).toEqual(['refused-though-good CN=Acme IoT Root CA,O=Acme INACTIVE']);
  });
});

describe('after revocations and removals,', () => {
  let before: LocalLedger;

  beforeAll(async () => {
    before = ledger;
    ledger = await deployed();
    await ledger.revoke('revoked');
    await ledger.revoke('held', 'certificateHold');
  }, 120_000);

  afterAll(() => {
    ledger = before;
  });

  test('a certificate that is revoked or on hold is a difference as long as it is active', async () => {
    registerCa();
    registerAll();
    expect(await differences()).toEqual(['accepted-though-revoked revoked ACTIVE', 'accepted-though-revoked held ACTIVE']);
    [['revoked', 'REVOKED'], ['held', 'INACTIVE']].forEach(([device, status]) => {
      iot.state.certificates.get(idOf(ledger.device(DEVICES.indexOf(device))))!.status = status;
    });
    expect(await differences()).toEqual([]);
  });

  test('the table names each difference, and counts them', async () => {
    registerCa();
    registerAll('absent');
    const { text, agrees } = await compared({ json: false });
    const lines = text.split('\n');
    expect(agrees).toBe(false);
    expect(lines[0]).toMatch(/^difference +ID there +status there +serial number +subject +resource +CA +state +validity$/);
    expect(lines[1]).toMatch(/^accepted though revoked {2}[0-9a-f]{64} {2}ACTIVE +[0-9A-F]{40} {2}revoked +Iot\/Device1 +Iot\/Ca +revoked \(keyCompromise\) {2}364 days left$/);
    expect(lines[3]).toMatch(/^not registered +[0-9A-F]{40} {2}absent +Iot\/Device4 +Iot\/Ca +issued +364 days left$/);
    expect(lines.slice(4)).toEqual(['', '8 certificates compared with AWS IoT Core in eu-central-1: 3 differences (2 accepted though revoked, 1 not registered)', '']);
  });

  test('comma-separated values have the members of the document as their columns', async () => {
    registerCa();
    registerAll();
    const { text } = await compared({ json: false, csv: true });
    const [head, first, second, end] = text.split('\r\n');
    expect(head).toBe('difference,platformId,platformStatus,serialNumber,subject,commonName,profile,state,notAfter,stack,resource,ca,caId,sha256Fingerprint,sha1Fingerprint');
    expect([first, second].map(line => line.split(',')[0])).toEqual(['accepted-though-revoked', 'accepted-though-revoked']);
    expect(end).toBe('');
  });

  test('what no resource declares any more may be there, or not', async () => {
    ledger = await deployed();
    registerCa();
    registerAll('withdrawn');
    await ledger.deploy(...DEVICES.slice(0, 3));
    expect(await differences()).toEqual([]);
  }, 120_000);
});

describe('a list of more than a page', () => {
  test('is read to its end', async () => {
    for (let index = 0; index < 600; index++) {
      const certificateId = sha256(`stray ${index}`);
      iot.state.certificates.set(certificateId, { certificateId, certificate: ledger.ca, certificateMode: 'DEFAULT', status: 'ACTIVE' });
    }
    registerAll();
    expect(await differences()).toEqual([]);
    expect(iot.calls.filter(({ path }) => path.startsWith('/certificates?'))).toHaveLength(3);
  });

  test.each(['ThrottlingException', 'InternalFailureException', 'reset'])('is read again where a call ends in %s', async error => {
    registerCa();
    registerAll();
    iot.faults = index => index % 2 === 0 ? { when: 'before', error } : undefined;
    expect(await differences({ ignore: ['not-registered'] })).toEqual([]);
  }, 60_000);
});

describe('AWS IoT Core that can\'t be read is reported, without a beginning of a document,', () => {
  test('because the credentials lack a right, which the message names', async () => {
    iot.faults = (_, { path }) => path.startsWith('/certificates') ? { when: 'before', error: 'AccessDeniedException' } : undefined;
    await expect(compared()).rejects.toThrow('AWS IoT Core refused iot:ListCertificates: AccessDeniedException; allow these credentials iot:ListCertificates');
  });

  test('because no Region is configured', async () => {
    const { AWS_REGION } = process.env;
    delete process.env.AWS_REGION;
    const said = await cliError('reconcile', '--platform', 'aws-iot-core', '--local', ledger.out);
    process.env.AWS_REGION = AWS_REGION;
    expect(said).toMatch(/^error: --platform aws-iot-core: no Region is configured in which to look for AWS IoT Core; give it with --region, or set AWS_REGION$/);
  });

  test('because the Region has not the form of one: it becomes part of a host that gets the signature', async () => {
    expect(await cliError('reconcile', '--platform', 'aws-iot-core', '--local', ledger.out, '--region', 'evil.example/x'))
      .toMatch(/^error: --platform aws-iot-core: Region not accepted: region="evil\.example\/x" is not a valid hostname component\.$/);
  });

  test.each<[string, string[], RegExp]>([
    ['another platform', ['--platform', 'mosquitto'], /--platform must be one of aws-iot-core, azure-iot-hub, azure-dps, got "mosquitto"$/],
    ['no platform', [], /required option '--platform <name>' not specified$/],
    ['an option of another platform', ['--platform', 'aws-iot-core', '--service', 'x'], /--service must be left out with --platform aws-iot-core, which takes --region$/],
    ['an unknown kind of difference', ['--platform', 'aws-iot-core', '--ignore', 'all'], /--ignore must be one of accepted-though-revoked, .*, got "all"$/],
    ['two forms at once', ['--platform', 'aws-iot-core', '--json', '--csv'], /option '--csv' cannot be used with option '--json'$/],
  ])('because of %s', async (_, args, message) => {
    expect(await cliError('reconcile', '--local', ledger.out, ...args)).toMatch(message);
  });
});
