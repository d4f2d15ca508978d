import { createHash, X509Certificate } from 'node:crypto';
import { IotFault, StrictIot } from './strict-iot';
import { RevocationReason } from '../../../src/contract/revocation';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { IotApi } from '../../../src/platforms/aws-iot/registrar/iot-api';
import { IotRevocation } from '../../../src/platforms/aws-iot/registrar/iot-revocation';
import { LedgerApi } from '../../../src/platforms/registrar/aws/ledger-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { assertInReach } from '../../../src/platforms/registrar/revocation/deployment-check';
import { carryOverAll, carryOverMessages } from '../../../src/platforms/registrar/revocation/revocation-handler';
import { SqsBatchResponse } from '../../../src/platforms/registrar/revocation/revocation-messages';
import { RevokingCa } from '../../../src/platforms/registrar/revocation/revoking-ca';
import { awsCalls } from '../../support/aws-clients';
import { Answer } from '../../support/cloudformation';
import { NO_DEADLINE } from '../../support/deadline';
import { Fault, FaultKind } from '../../support/fault-proxy';
import { lifecycle } from '../../support/lifecycle';
import { subordinateCa } from '../../support/resources';

const set = lifecycle({}, 10);

let iot: StrictIot;
let ca: Answer;

beforeAll(async () => {
  iot = await StrictIot.start();
});
beforeEach(async () => {
  iot.reset();
  jest.spyOn(console, 'log').mockImplementation();
  ca = await set.stack.create(await set.stack.ca({ PathLength: 1 }));
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => iot.stop());

/** The CA as the function knows it, with its ledger in moto and AWS IoT in the strict server. */
function revoking(): RevokingCa {
  const options = { region: iot.region, credentials: iot.credentials, patience: 0 };
  return {
    name: 'AWS IoT Core',
    pace: 0,
    caId: ca.PhysicalResourceId,
    ledger: signal => new LedgerApi(new HttpApi(signal), { ...options, endpoint: set.proxy.url }, set.stack.table),
    others: () => [],
    target: async () => new IotRevocation(signal => new IotApi(new HttpApi(signal, iot.pem), { ...options, endpoint: iot.url })),
  };
}

/** A device whose certificate is in the ledger, and in AWS IoT with this status. */
async function device(id: string, status?: string): Promise<Answer> {
  const made = await set.stack.create(await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: id } }, id));
  if (status !== undefined) {
    iot.state.registerCertificate({ certificatePem: made.Data!.CertificatePem, certificateMode: 'SNI_ONLY', status });
  }
  return made;
}

const idOf = (pem: string): string => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
const statusOf = ({ Data }: Answer): string | undefined => iot.state.certificates.get(idOf(Data!.CertificatePem))?.status;

async function order({ Data }: Answer, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber, reason, orderedBy: 'anna' }, ledger, new Date());
}

/** What the queue delivers about these certificates. */
function messages(...devices: Answer[]): object[] {
  return devices.map(({ Data }, n) => message({ ca: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber }, String(n + 1)));
}

function message(detail: object, messageId = '1', type = 'Certificate Revocation Changed'): object {
  return { messageId, eventSource: 'aws:sqs', body: JSON.stringify({ 'source': 'private-iot-ca', 'detail-type': type, detail }) };
}

const carryOver = (...devices: Answer[]): Promise<SqsBatchResponse> => carryOverMessages(messages(...devices), revoking(), Date.now() + 60_000);
const checkAll = (): Promise<void> => carryOverAll(revoking(), Date.now() + 60_000);

describe('the check at the deployment', () => {
  const check = (more: Partial<RevokingCa> = {}): Promise<void> => assertInReach({ ...revoking(), ...more }, NO_DEADLINE);
  const ledgerOf = (table: string) => new LedgerApi(new HttpApi(NO_DEADLINE), {
    region: iot.region, credentials: iot.credentials, patience: 0, endpoint: set.proxy.url,
  }, table);

  test('reads the ledger and asks AWS IoT for a certificate that is not there', async () => {
    await check({ others: () => [{ caId: 'ca-other', ledger: ledgerOf(set.stack.table) }] });
    expect(iot.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([`GET /certificates/${'0'.repeat(64)}`]);
  });

  test('fails with the words of AWS if a ledger is not there', async () => {
    await expect(check({ ledger: () => ledgerOf('Elsewhere') as never })).rejects.toThrow(/refused dynamodb:Query on the table Elsewhere: ResourceNotFoundException/);
    await expect(check({ others: () => [{ caId: 'ca-other', ledger: ledgerOf('Former') }] })).rejects.toThrow(/refused dynamodb:Query on the table Former: ResourceNotFoundException/);
  });
});

describe('a certificate', () => {
  test.each(['ACTIVE', 'INACTIVE', 'PENDING_ACTIVATION'])('that is %s in AWS IoT becomes REVOKED when it is revoked in the ledger', async status => {
    const [bad, good] = [await device('bad', status), await device('good', status)];
    await order(bad);
    expect(await carryOver(bad)).toEqual({ batchItemFailures: [] });
    expect([statusOf(bad), statusOf(good)]).toEqual(['REVOKED', status]);
  });

  test('on hold becomes INACTIVE, and ACTIVE when the hold ends', async () => {
    const held = await device('held', 'ACTIVE');
    await order(held, 'certificateHold');
    await carryOver(held);
    expect(statusOf(held)).toBe('INACTIVE');
    await order(held, 'removeFromCRL');
    await carryOver(held);
    expect(statusOf(held)).toBe('ACTIVE');
  });

  test('that somebody sets INACTIVE after a hold has ended stays so, even if the end of the hold is reported again', async () => {
    const held = await device('held', 'ACTIVE');
    await order(held, 'certificateHold');
    await carryOver(held);
    await order(held, 'removeFromCRL');
    await carryOver(held);
    iot.state.certificates.get(idOf(held.Data!.CertificatePem))!.status = 'INACTIVE';
    await carryOver(held, held);
    expect(statusOf(held)).toBe('INACTIVE');
  });

  test('that somebody had set INACTIVE before a hold stays so when the hold ends', async () => {
    const held = await device('held', 'INACTIVE');
    await order(held, 'certificateHold');
    await carryOver(held);
    await order(held, 'removeFromCRL');
    await carryOver(held);
    expect(statusOf(held)).toBe('INACTIVE');
  });

  test('on hold that is revoked becomes REVOKED, also if the messages come late and in the wrong order', async () => {
    const held = await device('held', 'ACTIVE');
    await order(held, 'certificateHold');
    await order(held);
    await carryOver(held, held);
    expect(statusOf(held)).toBe('REVOKED');
    expect(iot.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  test.each(['REVOKED', 'PENDING_ACTIVATION', 'PENDING_TRANSFER'])('that is %s in AWS IoT stays so when its hold ends', async status => {
    const held = await device('held', status);
    await order(held, 'certificateHold');
    await order(held, 'removeFromCRL');
    expect(await carryOver(held)).toEqual({ batchItemFailures: [] });
    expect(statusOf(held)).toBe(status);
  });

  test('that is being transferred to another account can\'t be changed, and holds nothing up', async () => {
    const [moving, bad] = [await device('moving', 'PENDING_TRANSFER'), await device('bad', 'ACTIVE')];
    await order(moving);
    await order(bad);
    expect(await carryOver(moving, bad)).toEqual({ batchItemFailures: [] });
    expect([statusOf(moving), statusOf(bad)]).toEqual(['PENDING_TRANSFER', 'REVOKED']);
  });

  test('that is not registered is left alone, until it is registered: then the next check finds it', async () => {
    const late = await device('late');
    await order(late);
    expect(await carryOver(late)).toEqual({ batchItemFailures: [] });
    iot.state.registerCertificate({ certificatePem: late.Data!.CertificatePem, certificateMode: 'SNI_ONLY', status: 'ACTIVE' });
    await checkAll();
    expect(statusOf(late)).toBe('REVOKED');
  });
});

describe('the registration of a subordinate CA', () => {
  let factory: Answer;
  let id: string;
  const registration = () => iot.state.cas.get(id)!;

  beforeEach(async () => {
    factory = await set.stack.create(await subordinateCa(set.stack, ca.PhysicalResourceId));
    const caCertificate = factory.Data!.CertificatePem;
    ({ certificateId: id } = iot.state.carryOut('POST', '/cacertificate?setAsActive=true&allowAutoRegistration=true', { caCertificate, certificateMode: 'SNI_ONLY' }) as { certificateId: string });
  });

  test('becomes INACTIVE without auto-registration when the CA is revoked, and registers no device any more', async () => {
    await order(factory, 'cACompromise');
    expect(await carryOver(factory)).toEqual({ batchItemFailures: [] });
    expect(registration()).toMatchObject({ status: 'INACTIVE', autoRegistrationStatus: 'DISABLE' });
    await carryOver(factory);
    expect(iot.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  test('is INACTIVE during a hold, and as before after it', async () => {
    await order(factory, 'certificateHold');
    await carryOver(factory);
    expect(registration()).toMatchObject({ status: 'INACTIVE', autoRegistrationStatus: 'ENABLE' });
    await order(factory, 'removeFromCRL');
    await carryOver(factory);
    expect(registration()).toMatchObject({ status: 'ACTIVE', autoRegistrationStatus: 'ENABLE' });
  });

  test('that is not there is left alone', async () => {
    iot.state.cas.clear();
    await order(factory);
    expect(await carryOver(factory)).toEqual({ batchItemFailures: [] });
  });
});

describe('what a message says', () => {
  test('is believed for the certificate only: one that the ledger does not hold as revoked stays', async () => {
    const good = await device('good', 'ACTIVE');
    const forged = message({ ca: ca.PhysicalResourceId, serialNumber: good.Data!.SerialNumber, state: 'REVOKED', reason: 'keyCompromise' });
    await carryOverMessages([forged], revoking(), Date.now() + 60_000);
    expect(statusOf(good)).toBe('ACTIVE');
    expect(iot.calls).toEqual([]);
  });

  test('about another CA, another event or nothing readable is passed over', async () => {
    const bad = await device('bad', 'ACTIVE');
    await order(bad);
    const detail = { ca: ca.PhysicalResourceId, serialNumber: bad.Data!.SerialNumber };
    const others = [
      null, 'x', {}, { messageId: '1', eventSource: 'aws:sqs' }, { messageId: '1', eventSource: 'aws:sqs', body: '{' }, { ...messages(bad)[0], eventSource: 'aws:dynamodb' },
      message({ ...detail, ca: `ca-${'0'.repeat(32)}` }), message({ ...detail, serialNumber: '1' }), message(detail, '1', 'Revocation Lists Published'), message({}),
    ];
    expect(await carryOverMessages(others, revoking(), Date.now() + 60_000)).toEqual({ batchItemFailures: [] });
    expect(statusOf(bad)).toBe('ACTIVE');
  });
});

describe('faults', () => {
  const OF_IOT: IotFault[] = ['reset', 'ThrottlingException', 'InternalFailureException', 'ServiceUnavailableException']
    .flatMap(error => (['before', 'after'] as const).map(when => ({ when, error })));
  const OF_DYNAMODB: Fault[] = (['reset', 'serverError', 'throttled'] satisfies FaultKind[]).flatMap(kind => (['before', 'after'] as const).map(when => ({ kind, when })));

  test.each(OF_IOT)('$error $when any call to AWS IoT leads to the same end', async fault => {
    const bad = await device('bad', 'ACTIVE');
    await order(bad);
    for (let n = 0; n < 2; n++) {
      iot.calls = [];
      iot.faults = index => index === n ? fault : undefined;
      iot.state.certificates.get(idOf(bad.Data!.CertificatePem))!.status = 'ACTIVE';
      expect(await carryOver(bad)).toEqual({ batchItemFailures: [] });
      expect(statusOf(bad)).toBe('REVOKED');
      expect(iot.calls.length).toBeGreaterThan(2);
    }
  });

  test.each(OF_DYNAMODB)('$kind $when any read of the ledger leads to the same end', async fault => {
    const bad = await device('bad', 'ACTIVE');
    await order(bad);
    for (let n = 0; n < 3; n++) {
      set.proxy.reset();
      set.proxy.faults = index => index === n ? fault : undefined;
      iot.state.certificates.get(idOf(bad.Data!.CertificatePem))!.status = 'ACTIVE';
      expect(await carryOver(bad)).toEqual({ batchItemFailures: [] });
      expect(statusOf(bad)).toBe('REVOKED');
      expect(set.proxy.calls).toHaveLength(4);
    }
  });

  test('of one certificate lose none of the others: its message alone is delivered again', async () => {
    const [first, bad, last] = [await device('first', 'ACTIVE'), await device('bad', 'ACTIVE'), await device('last', 'ACTIVE')];
    await Promise.all([first, bad, last].map(each => order(each)));
    iot.faults = (_, { path }) => path.includes(idOf(bad.Data!.CertificatePem)) ? { when: 'before', error: 'AccessDeniedException' } : undefined;
    expect(await carryOver(first, bad, last)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect([first, bad, last].map(statusOf)).toEqual(['REVOKED', 'ACTIVE', 'REVOKED']);
    expect(jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line)).filter(({ level }) => level === 'ERROR')).toEqual([expect.objectContaining({
      serialNumber: bad.Data!.SerialNumber,
      errorMessage: 'AWS IoT Core refused iot:DescribeCertificate: AccessDeniedException; the role of the function and the policies of the organization must allow this action',
    })]);
    iot.faults = () => undefined;
    expect(await carryOver(first, bad, last)).toEqual({ batchItemFailures: [] });
    expect([first, bad, last].map(statusOf)).toEqual(['REVOKED', 'REVOKED', 'REVOKED']);
  });

  test('a batch for which there is no time left is delivered again as a whole', async () => {
    const bad = await device('bad', 'ACTIVE');
    await order(bad);
    expect(await carryOverMessages(messages(bad), revoking(), Date.now())).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(statusOf(bad)).toBe('ACTIVE');
  });

  test('a hold that ends while it is carried over leaves the certificate ACTIVE', async () => {
    const held = await device('held', 'ACTIVE');
    await order(held, 'certificateHold');
    let reads = 0;
    const slow: RevokingCa = {
      ...revoking(),
      ledger: signal => {
        const ledger = revoking().ledger(signal);
        const read = ledger.revocation.bind(ledger);
        const revocation: LedgerApi['revocation'] = async certificate => {
          const found = await read(certificate);
          if (reads++ === 0) { // the hold ends now, and its end is carried over before the hold is: there is nothing to do
            await order(held, 'removeFromCRL');
            await carryOver(held);
          }
          return found;
        };
        return Object.assign(ledger, { revocation });
      },
    };
    expect(await carryOverMessages(messages(held), slow, Date.now() + 60_000)).toEqual({ batchItemFailures: [] });
    expect(iot.calls.filter(({ method }) => method === 'PUT').map(({ path }) => path.split('=')[1])).toEqual(['INACTIVE', 'ACTIVE']);
    expect(statusOf(held)).toBe('ACTIVE');
  });
});

test('a status that AWS IoT shows late is set once', async () => {
  const bad = await device('bad', 'ACTIVE');
  await order(bad);
  const options = { region: iot.region, credentials: iot.credentials, patience: 0, endpoint: iot.url };
  const late: RevokingCa = {
    ...revoking(),
    others: () => [],
    target: async () => new IotRevocation(signal => Object.assign(new IotApi(new HttpApi(signal, iot.pem), options), { certificateStatus: async () => 'ACTIVE' })),
  };
  expect(await carryOverMessages(messages(bad), late, Date.now() + 60_000)).toEqual({ batchItemFailures: [] });
  expect(iot.calls.map(({ method }) => method)).toEqual(['PUT']);
});

describe('the check of everything', () => {
  test('carries over what was missed, from whatever place it begins', async () => {
    const all: Answer[] = [];
    for (let n = 0; n < 4; n++) {
      all.push(await device(`bad-${n}`, 'ACTIVE'));
      await order(all[n], n === 0 ? 'certificateHold' : 'keyCompromise');
    }
    for (let n = 0; n < 3; n++) {
      all.forEach(({ Data }) => iot.state.certificates.get(idOf(Data!.CertificatePem))!.status = 'ACTIVE');
      await checkAll();
      expect(all.map(statusOf)).toEqual(['INACTIVE', 'REVOKED', 'REVOKED', 'REVOKED']);
      iot.calls = [];
      await checkAll();
      expect(iot.calls.filter(({ method }) => method === 'PUT')).toEqual([]);
    }
  });

  test('leaves a certificate INACTIVE whose hold has ended: somebody may want it so', async () => {
    const held = await device('held', 'INACTIVE');
    await order(held, 'certificateHold');
    await order(held, 'removeFromCRL');
    await checkAll();
    expect(statusOf(held)).toBe('INACTIVE');
    expect(iot.calls).toEqual([]);
  });

  test('fails after it has carried over the others, so that the alarm goes off', async () => {
    const [bad, other] = [await device('bad', 'ACTIVE'), await device('other', 'ACTIVE')];
    await order(bad);
    await order(other);
    iot.faults = (_, { path }) => path.includes(idOf(bad.Data!.CertificatePem)) ? { when: 'before', error: 'AccessDeniedException' } : undefined;
    await expect(checkAll()).rejects.toThrow(
      `1 of 2 revocations could not be carried over to AWS IoT Core; the first: ${bad.Data!.SerialNumber}: AWS IoT Core refused iot:DescribeCertificate: AccessDenied`);
    expect(statusOf(other)).toBe('REVOKED');
  });

  test('looks no more at what has expired', async () => {
    const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
    const expired = { issuer: ca.PhysicalResourceId, serialNumber: '4A'.repeat(20), state: 'REVOKED', reason: 'keyCompromise' } as const;
    await ledger.record({ ...expired, revokedAt: '2020-01-01T00:00:00Z', notAfter: '2020-02-01T00:00:00Z', orderedBy: 'anna', revision: 1 }, undefined);
    await checkAll(); // the certificate is not in the ledger, so a look at it would fail
    expect(iot.calls).toEqual([]);
  });

  test('ends in time and says so', async () => {
    const [one, two] = [await device('one', 'ACTIVE'), await device('two', 'ACTIVE')];
    await order(one);
    await order(two);
    const until = Date.now() + 60_000;
    let looks = 0;
    await carryOverAll(revoking(), until, () => looks++ === 0 ? until : until + 1);
    expect([one, two].map(statusOf).sort()).toEqual(['ACTIVE', 'REVOKED']);
    expect(jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line))).toContainEqual({
      level: 'WARN', message: 'the time ran out, after 1 of what is revoked; the next check begins at another place',
    });
  });

  test('does nothing if nothing is revoked', async () => {
    await device('good', 'ACTIVE');
    await checkAll();
    expect(iot.calls).toEqual([]);
  });
});
