import { randomBytes, X509Certificate } from 'node:crypto';
import { RevocationReason } from '../../../src/contract/revocation';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { answerTo, Validation, VerdictCache } from '../../../src/platforms/aws-iot/registrar/validation';
import { LedgerApi } from '../../../src/platforms/registrar/aws/ledger-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { awsCalls } from '../../support/aws-clients';
import { Answer } from '../../support/cloudformation';
import { NO_DEADLINE } from '../../support/deadline';
import { lifecycle } from '../../support/lifecycle';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { subordinateCa } from '../../support/resources';

const set = lifecycle({}, 10);
const file = temporaryFiles();

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

let root: Answer;
let factory: Answer;
let factoryTable: string;
let device: Answer;
let cache: VerdictCache;

beforeEach(async () => {
  jest.spyOn(console, 'log').mockImplementation();
  cache = new VerdictCache();
  root = await set.stack.create(await set.stack.ca({ PathLength: 1 }));
  const declared = await subordinateCa(set.stack, root.PhysicalResourceId);
  factoryTable = declared.properties.LedgerTable as string;
  factory = await set.stack.create(declared);
  device = await newDevice();
});
afterEach(() => jest.restoreAllMocks());

async function newDevice(id = 'Sensor'): Promise<Answer> {
  return set.stack.create(await set.stack.device(factory.PhysicalResourceId, { LedgerTable: factoryTable, Subject: { CommonName: id } }, id));
}

const pemOf = ({ Data }: Answer): string => Data!.CertificatePem;

/** Revokes a certificate in the ledger of the CA that has signed it. */
async function revoke({ Data }: Answer, by: Answer, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), by === root ? set.stack.table : factoryTable));
  await revokeCertificate({ issuer: by.PhysicalResourceId, serialNumber: Data!.SerialNumber, reason, orderedBy: 'anna' }, ledger, new Date());
}

interface Asked extends Partial<Omit<Validation, 'cas'>> {
  /** The CAs that are declared. */
  readonly cas?: readonly Answer[];
  readonly now?: number;
  readonly milliseconds?: number;
}

/** What AWS IoT sends. https://docs.aws.amazon.com/iot/latest/developerguide/customize-client-auth.html */
function eventFor(...clientCertificateChain: string[]): object {
  return { connectionMetadata: { id: 'connection-1' }, principalId: 'principal-1', serverName: 'iot.acme.example', clientCertificateChain };
}

async function accepts(event: unknown, { cas = [factory, root], now = 0, milliseconds, ...options }: Asked = {}): Promise<boolean> {
  const validation: Validation = {
    cas: signal => cas.map(({ PhysicalResourceId: caId }) => ({
      caId,
      ledger: new LedgerApi(new HttpApi(signal), { endpoint: set.proxy.url, region: 'eu-central-1', credentials: CREDENTIALS, patience: 0 },
        caId === root.PhysicalResourceId ? set.stack.table : factoryTable),
    })),
    acceptOtherIssuers: false,
    failsOpen: false,
    cacheTime: 0,
    ...options,
  };
  const answer = await answerTo(event, validation, cache, milliseconds === undefined ? NO_DEADLINE : AbortSignal.timeout(milliseconds), now);
  expect(Object.keys(answer)).toEqual(['isAuthenticated']);
  return answer.isAuthenticated;
}

const logged = (): { [name: string]: string }[] => jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line));
const chain = (): string[] => [pemOf(device), pemOf(factory), pemOf(root)];

describe('a client is accepted', () => {
  test('with a certificate of a declared CA, alone or with the CAs above it, in PEM or base64 of DER, in either order', async () => {
    expect(await accepts(eventFor(pemOf(device)))).toBe(true);
    expect(await accepts(eventFor(...chain()))).toBe(true);
    expect(await accepts(eventFor(...chain().reverse()))).toBe(true);
    expect(await accepts(eventFor(...chain().map(pem => new X509Certificate(pem).raw.toString('base64'))))).toBe(true);
    expect(await accepts(eventFor(chain().join('')))).toBe(true);
    expect(logged()).toEqual([]);
  });

  test('if only the CA is declared that has signed its certificate', async () => {
    expect(await accepts(eventFor(...chain()), { cas: [factory] })).toBe(true);
  });

  test('again after a hold has ended', async () => {
    await revoke(device, factory, 'certificateHold');
    expect(await accepts(eventFor(...chain()))).toBe(false);
    await revoke(device, factory, 'removeFromCRL');
    expect(await accepts(eventFor(...chain()))).toBe(true);
  });
});

describe('a client is refused', () => {
  test.each<RevocationReason>(['keyCompromise', 'certificateHold'])('if its certificate is revoked for %s, and no other client is', async reason => {
    const other = await newDevice('Other');
    await revoke(device, factory, reason);
    expect(await accepts(eventFor(pemOf(device)))).toBe(false);
    expect(await accepts(eventFor(pemOf(other)))).toBe(true);
    expect(logged()).toEqual([{ level: 'INFO', message: 'refused a client: the certificate is revoked', serialNumber: device.Data!.SerialNumber }]);
  });

  test('if a CA above it is revoked, although it sends no certificate of a CA', async () => {
    await revoke(factory, root, 'cACompromise');
    expect(await accepts(eventFor(pemOf(device)))).toBe(false);
    expect(await accepts(eventFor(pemOf(device)), { cas: [factory] })).toBe(true); // nobody has asked for the root's ledger
    expect(logged()).toMatchObject([{ message: 'refused a client: the certificate of a CA is revoked' }]);
  });

  test('if a certificate that it sends along is revoked', async () => {
    await revoke(factory, root);
    expect(await accepts(eventFor(...chain()), { cas: [root], acceptOtherIssuers: true })).toBe(false);
  });

  test('if its certificate was signed with the CA\'s key, but past the ledger, even with the serial number of a good one', async () => {
    for (const serialNumber of [device.Data!.SerialNumber, randomBytes(19).toString('hex')]) {
      const forged = await signedPastTheLedger(serialNumber);
      expect(await accepts(eventFor(forged))).toBe(false);
      expect(await accepts(eventFor(forged), { acceptOtherIssuers: true })).toBe(false);
      expect(await accepts(eventFor(forged), { acceptOtherIssuers: true, failsOpen: true })).toBe(false);
    }
    expect(logged().map(({ message }) => message).slice(0, 2)).toEqual([
      'refused a client: the certificate is in the ledger of no declared CA', 'refused a client: the certificate is not in the ledger of the CA that has signed it',
    ]);
  });

  test('if no declared CA has issued its certificate, unless other issuers are accepted', async () => {
    const foreign = foreignCertificate();
    expect(await accepts(eventFor(foreign))).toBe(false);
    expect(await accepts(eventFor(foreign), { acceptOtherIssuers: true })).toBe(true);
  });

  test.each<[string, unknown]>([
    ['no event', undefined],
    ['no chain', {}],
    ['an empty chain', eventFor()],
    ['something else than a list', { clientCertificateChain: 'x' }],
    ['something else than strings', { clientCertificateChain: [5] }],
    ['no certificate', eventFor('x')],
    ['damaged PEM', eventFor('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')],
  ])('if the event holds %s, even where clients are accepted on failure', async (_, event) => {
    set.proxy.reset();
    expect(await accepts(event, { failsOpen: true, acceptOtherIssuers: true })).toBe(false);
    expect(set.proxy.calls).toEqual([]);
  });

  test('if it sends two certificates that are not of a CA, or none, or too many', async () => {
    const other = await newDevice('Other');
    for (const certificates of [[pemOf(device), pemOf(other)], [pemOf(factory)], Array(17).fill(pemOf(root))]) {
      expect(await accepts(eventFor(...certificates), { failsOpen: true })).toBe(false);
    }
    expect(logged().map(({ errorMessage }) => errorMessage)).toEqual([
      'clientCertificateChain must hold one certificate that is not of a CA, got 2',
      'clientCertificateChain must hold one certificate that is not of a CA, got 0',
      'clientCertificateChain must hold at most 16 certificates, got more',
    ]);
  });
});

describe('while the ledgers can\'t be read, clients', () => {
  test.each([[false, 'refused'], [true, 'accepted']])('with failsOpen %s are %s', async (failsOpen, verb) => {
    await revoke(device, factory);
    set.proxy.faults = () => ({ kind: 'serverError', when: 'before' });
    expect(await accepts(eventFor(...chain()), { failsOpen, milliseconds: 500 })).toBe(failsOpen);
    expect(logged()).toEqual([expect.objectContaining({
      level: 'ERROR', message: `${verb} a client without knowing whether its certificate is revoked`, serialNumber: device.Data!.SerialNumber,
    })]);
    expect(logged()[0].errorMessage).toMatch(/^Amazon DynamoDB: dynamodb:GetItem on the table .* failed: HTTP status 500, until the time ran out; /);
  });

  test('are decided on again as soon as they can: a failure is not kept', async () => {
    set.proxy.faults = () => ({ kind: 'denied', when: 'before' });
    expect(await accepts(eventFor(...chain()), { cacheTime: 60_000 })).toBe(false);
    set.proxy.repair();
    expect(await accepts(eventFor(...chain()), { cacheTime: 60_000 })).toBe(true);
  });

  test('are decided on after a call that failed in passing', async () => {
    await revoke(device, factory);
    set.proxy.reset();
    set.proxy.faults = index => index < 3 ? { kind: 'throttled', when: 'before' } : undefined;
    expect(await accepts(eventFor(...chain()), { failsOpen: true })).toBe(false);
  });
});

describe('an answer', () => {
  test('is used again for the declared time, and not longer', async () => {
    const options = { cacheTime: 10_000 };
    expect(await accepts(eventFor(...chain()), { ...options, now: 1_000 })).toBe(true);
    await revoke(device, factory);
    set.proxy.reset();
    expect(await accepts(eventFor(...chain()), { ...options, now: 10_999 })).toBe(true);
    expect(set.proxy.calls).toEqual([]);
    expect(await accepts(eventFor(...chain()), { ...options, now: 11_000 })).toBe(false);
    expect(await accepts(eventFor(...chain()), { ...options, now: 20_999 })).toBe(false);
  });

  test('is for these certificates only', async () => {
    const other = await newDevice('Other');
    await revoke(other, factory);
    expect(await accepts(eventFor(pemOf(device)), { cacheTime: 10_000 })).toBe(true);
    expect(await accepts(eventFor(pemOf(other)), { cacheTime: 10_000 })).toBe(false);
  });

  test('is one of a thousand that are kept', async () => {
    const decided: number[] = [];
    const ask = (n: number) => cache.get(String(n), 10_000, 0, async () => {
      decided.push(n);
      return undefined;
    });
    for (let n = 0; n <= 1_000; n++) {
      await ask(n);
    }
    decided.length = 0;
    await ask(1_000);
    await ask(1);
    await ask(0);
    expect(decided).toEqual([0]);
  });
});

/** A certificate for a device that OpenSSL signs with the key of the factory's CA. */
async function signedPastTheLedger(serialNumber: string): Promise<string> {
  const own = (await set.stack.ledger(factoryTable)).find(({ identity }) => identity === factory.PhysicalResourceId);
  const key = await set.stack.valueOf((own!.keyStorage as { readonly SecretArn: string }).SecretArn);
  const request = opensslOutput(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=Sensor']);
  return opensslOutput(['x509', '-req', '-in', file('request.pem', request), '-CA', file('factory.pem', pemOf(factory)), '-CAkey', file('factory.key', key),
    '-set_serial', `0x${serialNumber}`, '-days', '2']);
}

/** A certificate of a device that nobody knows. */
function foreignCertificate(): string {
  return opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=stranger', '-days', '2',
    '-addext', 'basicConstraints=critical,CA:FALSE']);
}
