import { RevocationReason } from '../../src/contract/revocation';
import { RevocationAnswer } from '../../src/contract/revocation-functions';
import { LedgerGoneError } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { renewDue } from '../../src/issuing/renewal/renew-due';
import { makeCrl } from '../../src/issuing/revocation/make-crl';
import { revokeCertificate } from '../../src/issuing/revocation/revoke-certificate';
import { answerRevocation } from '../../src/issuing/revocation/revoker';
import { tellCa } from '../../src/issuing/revocation/tell-ca';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { failingAt } from '../support/crashes';
import { caProperties, deviceProperties, keptCaProperties, Properties, request, SECRET, signatureProperties, STACK_ID, subordinateProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { FACTORY, RenewedFactory } from '../support/renewed-factory';

const RENEWED: Properties = {
  Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: `${SECRET}DeviceCombined-AbCdEf` }],
};

let world: MemoryWorld;
let root: string;
let factory: string;
let line: string;

const handle = (event: LifecycleEvent, ports: Ports = world.ports()) => handleLifecycleEvent(event, ports);
const named = (logicalResourceId: string, event: LifecycleEvent): LifecycleEvent => ({ ...event, logicalResourceId });
const ofFactory = (changes: Properties = {}) => subordinateProperties(root, 'factory', { PathLength: '1', ...changes });
const ofDevice = (issuer: string, table: string, changes: Properties = {}) =>
  deviceProperties(issuer, { LedgerTable: table, ...RENEWED, ...changes });
const createDevice = (issuer: string, table: string, id = 'Device', ports?: Ports) => handle(named(id, request('device', 'Create', ofDevice(issuer, table, {
  KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${id}-AbCdEf` }, Bundles: [{ Type: 'CombinedPem', SecretArn: `${SECRET}${id}Combined-AbCdEf` }],
}))), ports);
const later = (seconds = 1) => { world.now = new Date(world.now.getTime() + 1000 * seconds); };

async function revoke(reason: RevocationReason): Promise<void> {
  const { issuer, serialNumber } = world.entry(factory)!;
  await revokeCertificate({ issuer, serialNumber, reason, orderedBy: 'a test' }, world.revocations('ledger'), world.now);
}

beforeEach(async () => {
  world = new MemoryWorld();
  root = (await handle(request('ca', 'Create', caProperties({ PathLength: '2' })))).physicalResourceId;
  factory = (await handle(request('subordinate', 'Create', ofFactory()))).physicalResourceId;
  const ofLine = subordinateProperties(factory, 'line', { IssuerLedgerTable: 'factory', ValidityDays: '1000' });
  line = (await handle(named('Line', request('subordinate', 'Create', ofLine)))).physicalResourceId;
});

describe('a CA that the CA above it has revoked', () => {
  test('issues nothing any more, and the error names the way out', async () => {
    await revoke('keyCompromise');
    await expect(createDevice(factory, 'factory')).rejects.toThrow(`Device: ca must not be revoked, and ${factory} has been revoked since 2026-03-01T12:00:00Z (keyCompromise): `
      + 'it issues no certificate of the profile device any more; use another CA, or raise `generation` of this one and name it in `replaces`, which makes another CA');
    expect(world.issued('factory').filter(({ profile }) => profile === 'device')).toEqual([]);
    await expect(handle(request('signature', 'Create', signatureProperties(factory, { LedgerTable: 'factory' })))).rejects.toThrow('it issues no proof of possession any more');
  });

  test('keeps the CAs below it from issuing, too', async () => {
    await revoke('cACompromise');
    await expect(createDevice(line, 'line')).rejects.toThrow(`ca must not be revoked, and ${factory}, which is above ${line}, has been revoked since`);
  });

  test('on hold issues nothing until the hold has ended', async () => {
    await revoke('certificateHold');
    await expect(createDevice(factory, 'factory')).rejects.toThrow(`ca must not be on hold, and ${factory} has been on hold since 2026-03-01T12:00:00Z: `
      + 'it issues no certificate of the profile device; release its certificate (removeFromCRL)');
    await expect(createDevice(line, 'line')).rejects.toThrow('which is above');
    await revoke('removeFromCRL');
    later();
    expect((await createDevice(factory, 'factory')).physicalResourceId).toMatch(/^device-/);
    expect((await createDevice(line, 'line', 'Another')).physicalResourceId).toMatch(/^device-/);
  });

  test('confirms and removes what it has issued, lets a failed update be undone, and still signs its revocation lists', async () => {
    const device = await createDevice(factory, 'factory');
    await revoke('keyCompromise');
    later();
    const declared = world.entry(device.physicalResourceId, 'factory')!;
    const properties = ofDevice(factory, 'factory', {
      KeyStorage: declared.keyStorage, Bundles: declared.bundles,
    });
    await expect(handle(request('device', 'Update', { ...properties, Subject: { CommonName: 'sensor-002' } }, device.physicalResourceId))).rejects.toThrow('ca must not be revoked');
    later();
    const rollback = request('device', 'Update', properties, device.physicalResourceId);
    expect(await handle(rollback)).toEqual(device);
    expect(await handle(rollback)).toEqual(device);
    expect((await makeCrl(factory, 'factory', 86_400_000, world.ports())).der.length).toBeGreaterThan(0);
    later();
    await handle(request('device', 'Delete', properties, device.physicalResourceId));
    expect(world.entry(device.physicalResourceId, 'factory')!.status).toBe('WITHDRAWN');
    later();
    await handle(request('subordinate', 'Delete', ofFactory(), factory));
    expect(world.entry(factory)!.status).toBe('WITHDRAWN');
  });

  test('renews nothing while it is on hold, which is announced once, and renews after the hold', async () => {
    const device = await createDevice(factory, 'factory');
    const renew = () => renewDue([{ caId: factory, ledgerTable: 'factory', beforeDays: 30 }], STACK_ID, Infinity, world.ports(), () => {});
    later(336 * 86_400);
    await revoke('certificateHold');
    expect([(await renew()).failed, (await renew()).failed]).toEqual([1, 1]);
    expect(world.refused).toEqual([expect.objectContaining({ reason: expect.stringContaining('it issues no renewed certificate; release') })]);
    await revoke('removeFromCRL');
    expect((await renew()).failed).toBe(0);
    expect(world.entry(device.physicalResourceId, 'factory')!.renewalNumber).toBe(1);
  });

  test('can be replaced by another generation of it, which issues', async () => {
    await revoke('superseded');
    await expect(handle(request('subordinate', 'Update', ofFactory(), factory))).rejects.toThrow('raise `generation` for a new certificate');
    later();
    const next = await handle(request('subordinate', 'Update', ofFactory({ Generation: '2', Replaces: factory }), factory));
    expect((await createDevice(next.physicalResourceId, 'factory')).physicalResourceId).toMatch(/^device-/);
  });
});

describe('a function that may not read the ledger of the CA above', () => {
  const unread = (): Ports => {
    const ports = world.ports();
    const gone = () => Promise.reject(new LedgerGoneError('AccessDeniedException'));
    const unreadable = { find: gone, record: gone, certificate: gone };
    return { ...ports, anyTable: table => ({ ...ports.anyTable(table), find: gone }), anyRevocations: () => unreadable };
  };

  test('knows nothing about a revocation, and issues', async () => {
    await revoke('keyCompromise');
    expect((await createDevice(factory, 'factory', 'Device', unread())).physicalResourceId).toMatch(/^device-/);
  });

  /** Revokes the CA as the function that revokes does. */
  async function order(reason: RevocationReason, anyRevocations = world.ports().anyRevocations): Promise<RevocationAnswer> {
    const { serialNumber } = world.entry(factory)!;
    return answerRevocation({ caId: root, table: 'ledger', reach: [] }, { serialNumbers: [serialNumber], reason }, '8f5c', {
      ledger: world.ports().ledger('ledger'), revocations: world.revocations('ledger'), anyRevocations, clock: () => world.now,
    });
  }

  test('refuses what the function that revokes has told the ledger of the CA itself, until the end of the hold', async () => {
    await order('certificateHold');
    await expect(createDevice(factory, 'factory', 'Device', unread())).rejects.toThrow('ca must not be on hold');
    await order('removeFromCRL');
    later();
    expect((await createDevice(factory, 'factory', 'Device', unread())).physicalResourceId).toMatch(/^device-/);
    await order('keyCompromise');
    later();
    await expect(createDevice(factory, 'factory', 'Another', unread())).rejects.toThrow('ca must not be revoked');
    for await (const page of world.revocations('factory').list(factory)) {
      expect(page).toEqual([]); // the list of the CA is about what the CA has issued
    }
  });

  test('does not keep the CA from being revoked where the function that revokes may not write to the ledger of the CA below', async () => {
    const denied = () => ({
      find: () => Promise.reject(new LedgerGoneError('AccessDeniedException')), record: async () => false, certificate: async () => undefined,
    });
    expect(await order('keyCompromise', denied)).toMatchObject({ changed: 1, failed: 0 });
    await order('keyCompromise');
    await expect(createDevice(factory, 'factory', 'Device', unread())).rejects.toThrow('ca must not be revoked');
  });

  test('is told the later of two changes, also if the earlier one arrives last', async () => {
    const { issuer, serialNumber } = world.entry(factory)!;
    await order('certificateHold');
    const held = await world.revocations('ledger').find(issuer, serialNumber);
    await order('removeFromCRL');
    await tellCa({ ownLedgerTable: 'factory' }, held!, world.ports().anyRevocations);
    expect(await world.revocations('factory').find(issuer, serialNumber)).toMatchObject({ state: 'RELEASED', revision: 2 });
  });
});

test('the ledger of the CA above is in the account and the Region of the ledger that names it', async () => {
  await revoke('keyCompromise');
  const arn = (name: string) => `arn:aws:dynamodb:eu-west-1:222222222222:table/${name}`;
  const asked: string[] = [];
  const ports = world.ports();
  const plain = (table: string) => table.split('/').at(-1)!;
  const elsewhere: Ports = {
    ...ports,
    ledger: table => ports.ledger(plain(table)),
    revocations: table => ports.revocations(plain(table)),
    anyRevocations: table => {
      asked.push(table);
      return ports.anyRevocations(plain(table));
    },
  };
  await expect(handle(request('device', 'Create', ofDevice(factory, arn('factory'))), elsewhere)).rejects.toThrow('ca must not be revoked');
  expect(asked).toEqual([arn('ledger')]);
});

describe('a renewed CA', () => {
  const revoked = async (f: RenewedFactory, serialNumber: string, reason: RevocationReason) => {
    await revokeCertificate({ issuer: f.rootId, serialNumber, reason, orderedBy: 'a test' }, f.world.revocations('ledger'), f.world.now);
  };
  const issue = (f: RenewedFactory) => f.issueDevice({ ValidityDays: '1' });

  test('issues nothing if its new certificate is revoked before its own ledger has that', async () => {
    const f = await RenewedFactory.start();
    await f.dieBetweenLedgers();
    await revoked(f, f.latest.serialNumber, 'cessationOfOperation');
    await expect(issue(f)).rejects.toThrow('ca must not be revoked');
  });

  test('issues nothing if its former certificate is revoked because the key, which it still has, is compromised', async () => {
    const f = await RenewedFactory.start();
    const former = f.latest.serialNumber;
    f.passUntilDue();
    await f.run();
    await revoked(f, former, 'superseded');
    await issue(f);
    const other = await RenewedFactory.start();
    other.passUntilDue();
    const before = other.latest.serialNumber;
    await other.run();
    await revoked(other, before, 'keyCompromise');
    await expect(issue(other)).rejects.toThrow('(keyCompromise)');
  });

  test('issues nothing after such a revocation either if its ledger is another one since, which has the latest certificate alone', async () => {
    for (const [reason, outcome] of [['superseded', /^device-/], ['cACompromise', 'Device1: ca must not be revoked']] as const) {
      const f = await RenewedFactory.start();
      const former = f.latest.serialNumber;
      f.passUntilDue();
      await f.run();
      await f.deploy({ LedgerTable: 'moved' });
      expect(f.world.entry(f.caId, 'moved')).toMatchObject({ renewalNumber: 1, serialNumber: f.latest.serialNumber });
      await revoked(f, former, reason);
      const issued = handle(named('Device1', request('device', 'Create', deviceProperties(f.caId, { LedgerTable: 'moved', ValidityDays: '1' }))), f.world.ports())
        .then(({ physicalResourceId }) => physicalResourceId, (error: Error) => error.message);
      expect(await issued).toMatch(outcome);
    }
  });

  test('issues nothing if a certificate before the one in its own ledger was compromised, while that ledger waits for the latest one', async () => {
    const f = await RenewedFactory.start({ root: { ValidityDays: '7300' } });
    const former = f.latest.serialNumber;
    f.passUntilDue();
    await f.run();
    f.passUntilDue();
    await f.run(failingAt('reserve'));
    expect([f.latest, f.own].map(({ renewalNumber }) => renewalNumber)).toEqual([2, 1]);
    await issue(f);
    await revoked(f, f.own.serialNumber, 'superseded');
    await expect(issue(f)).rejects.toThrow('(superseded)'); // it is still the certificate with which the CA issues
    await f.run();
    await issue(f);
    await revoked(f, former, 'keyCompromise');
    await expect(issue(f)).rejects.toThrow('(keyCompromise)');
  });

  test('that was taken over still names the ledger of the CA above it, also if that completes an interrupted renewal', async () => {
    for (const dies of [false, true]) {
      const f = await RenewedFactory.start();
      f.passUntilDue();
      await (dies ? f.dieBetweenLedgers() : f.run());
      await handleLifecycleEvent(request('subordinate', 'Delete', f.properties, f.caId), f.world.ports());
      await handleLifecycleEvent(request('kept', 'Create', keptCaProperties(f.caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' })), f.world.ports());
      expect([f.own.issuerLedgerTable, f.latest.ownLedgerTable]).toEqual(['ledger', FACTORY]);
    }
  });
});

test('a revoked CA does not sign a proof of possession that was reserved before', async () => {
  const event = request('signature', 'Create', signatureProperties(factory, { LedgerTable: 'factory', IssuerLedgerTable: 'factory' }));
  await handle(event, world.ports(failingAt('reserve', 1, 'after'))).catch(() => undefined);
  await revoke('keyCompromise');
  later(100 * 86_400);
  await expect(handle({ ...event, requestId: 'later' })).rejects.toThrow('ca must not be revoked');
});

test('a CA that is removed and kept issues also if a later one of the same declaration, with another key, is revoked', async () => {
  later(60);
  await handle(request('subordinate', 'Delete', ofFactory(), factory));
  later(60);
  const again = ofFactory({ LedgerTable: 'again', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Again-AbCdEf` } });
  expect((await handle(request('subordinate', 'Create', again))).physicalResourceId).toBe(factory);
  const [former, latest] = [world.entry(factory, 'factory')!, world.entry(factory)!];
  expect(latest.serialNumber).not.toBe(former.serialNumber);
  await revoke('keyCompromise');
  await expect(createDevice(factory, 'again', 'Other')).rejects.toThrow('ca must not be revoked');
  expect((await createDevice(factory, 'factory')).physicalResourceId).toMatch(/^device-/);
});
