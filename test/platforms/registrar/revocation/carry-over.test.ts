import { DynamoDbRevocations } from '../../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../../../src/issuing/revocation/revoke-certificate';
import { LedgerApi } from '../../../../src/platforms/registrar/aws/ledger-api';
import { HttpApi } from '../../../../src/platforms/registrar/http-api';
import { carryOver, withOtherCas } from '../../../../src/platforms/registrar/revocation/carry-over';
import { RevokedCertificate } from '../../../../src/platforms/registrar/revocation/revocation-target';
import { awsCalls } from '../../../support/aws-clients';
import { Answer, Resource } from '../../../support/cloudformation';
import { NO_DEADLINE } from '../../../support/deadline';
import { lifecycle } from '../../../support/lifecycle';

const set = lifecycle({}, 10);

let ca: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
});

const device = (properties: { [name: string]: unknown } = {}, id = 'Sensor'): Promise<Resource> => set.stack.device(ca.PhysicalResourceId, properties, id);

async function revoke({ Data }: Answer, reason: 'keyCompromise' | 'certificateHold' | 'removeFromCRL' = 'keyCompromise'): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber, reason, orderedBy: 'anna' }, ledger, new Date());
}

/** What a platform that knows devices only learns of the revocation of a certificate. */
async function learned({ Data }: Answer, ...others: string[]): Promise<{ revoked: RevokedCertificate; hasSuccessor: boolean }> {
  const ledger = new LedgerApi(new HttpApi(NO_DEADLINE), {
    endpoint: set.proxy.url, region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }, patience: 0,
  }, set.stack.table);
  const all: { revoked: RevokedCertificate; hasSuccessor: boolean }[] = [];
  const ledgers = withOtherCas(ledger, others.map(caId => ({ caId, ledger })));
  await carryOver({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber }, ledgers, {
    carryOver: async revoked => {
      all.push({ revoked, hasSuccessor: await revoked.hasOther() });
      return undefined;
    },
    assertInReach: async () => undefined,
  }, ['REVOKED', 'HELD', 'RELEASED'], NO_DEADLINE);
  return all[0];
}

test('a platform learns which certificate is revoked, and why', async () => {
  const bad = await set.stack.create(await device());
  await revoke(bad);
  const { revoked } = await learned(bad);
  expect(revoked).toMatchObject({ serialNumber: bad.Data!.SerialNumber, state: 'REVOKED', reason: 'keyCompromise' });
  expect(revoked.certificate.toString()).toBe(bad.Data!.CertificatePem);
});

describe('a device', () => {
  test('whose only certificate is revoked has no other', async () => {
    const bad = await set.stack.create(await device());
    await revoke(bad);
    expect((await learned(bad)).hasSuccessor).toBe(false);
  });

  test('with a newer certificate has another one, until that is revoked too', async () => {
    const declared = await device();
    const first = await set.stack.create(declared);
    const second = await set.stack.update({ ...declared, properties: { ...declared.properties, Generation: 2 } }, first.PhysicalResourceId, declared);
    await revoke(first);
    expect((await learned(first)).hasSuccessor).toBe(true);
    await revoke(second, 'certificateHold');
    expect((await learned(first)).hasSuccessor).toBe(false);
    await revoke(second, 'removeFromCRL');
    expect((await learned(first)).hasSuccessor).toBe(true);
  });

  test('of the same name in another declaration counts, and one of another name does not', async () => {
    const bad = await set.stack.create(await device());
    await set.stack.create(await device({ Subject: { CommonName: 'sensor-002' } }, 'Other'));
    await revoke(bad);
    expect((await learned(bad)).hasSuccessor).toBe(false);
    await set.stack.create(await device({ Generation: 7 }, 'Moved'));
    expect((await learned(bad)).hasSuccessor).toBe(true);
  });

  test('that has moved to another CA has another certificate, if that CA is declared', async () => {
    const bad = await set.stack.create(await device());
    const next = await set.stack.create(await set.stack.ca({ Subject: { CommonName: 'Acme IoT Root CA 2' } }, 'Next'));
    await set.stack.create(await set.stack.device(next.PhysicalResourceId, {}, 'Moved'));
    await revoke(bad);
    expect((await learned(bad)).hasSuccessor).toBe(false);
    expect((await learned(bad, next.PhysicalResourceId)).hasSuccessor).toBe(true);
  });

  test('may still use a certificate that has left the stack or was replaced, as long as that is not revoked', async () => {
    const declared = await device();
    const first = await set.stack.create(declared);
    const second = await set.stack.update({ ...declared, properties: { ...declared.properties, Generation: 2 } }, first.PhysicalResourceId, declared);
    await set.stack.delete(declared, first.PhysicalResourceId); // CloudFormation removes what an update has replaced
    await revoke(second);
    expect((await learned(second)).hasSuccessor).toBe(true);
    await revoke(first);
    expect((await learned(second)).hasSuccessor).toBe(false);
  });

  test('was never given a certificate that its own request has withdrawn', async () => {
    const bad = await set.stack.create(await device());
    const declared = await device({ Generation: 7 }, 'Moved');
    let isIssued = false;
    set.proxy.faults = (_, { operation, body }) => {
      isIssued ||= operation === 'TransactWriteItems' && body.includes('ISSUED');
      return isIssued && operation === 'DescribeSecret' ? { kind: 'denied', when: 'before' } : undefined;
    };
    expect((await set.stack.send(set.stack.event('Create', declared))).answer).toMatchObject({ Status: 'FAILED' });
    await revoke(bad);
    expect((await learned(bad)).hasSuccessor).toBe(false);
  });
});
