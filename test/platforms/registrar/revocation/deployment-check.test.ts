import { randomUUID } from 'node:crypto';
import { carryOut } from '../../../../src/platforms/registrar/registrar';
import { DeploymentCheck } from '../../../../src/platforms/registrar/revocation/deployment-check';
import { LifecycleResult } from '../../../../src/resource/lifecycle-event';
import { NO_DEADLINE } from '../../../support/deadline';

const TYPE = 'Custom::PlatformRevocationCheck';
const REFUSED = 'Acme Cloud refused the list of devices: Forbidden; grant the user the right to list devices';

let refuses: boolean;
let checks: number;

beforeEach(() => {
  refuses = false;
  checks = 0;
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

const check = new DeploymentCheck(async () => {
  checks++;
  if (refuses) {
    throw new Error(REFUSED);
  }
});

/** The function is asked about a host that it is to reach. */
function ask(requestType: 'Create' | 'Update' | 'Delete', host: string, physicalResourceId?: string): Promise<LifecycleResult> {
  return carryOut({ [TYPE]: check }, {
    requestType,
    requestId: randomUUID(),
    resourceType: TYPE,
    stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0',
    logicalResourceId: 'Check',
    physicalResourceId,
    requestedAt: new Date(),
    properties: { ServiceToken: 'f', Environment: { HOST: host, CA_ID: 'ca-1' } },
    signal: NO_DEADLINE,
  } as never);
}

const create = async (host: string): Promise<string> => (await ask('Create', host)).physicalResourceId;
const update = async (host: string, id: string): Promise<string> => (await ask('Update', host, id)).physicalResourceId;
const logged = (): string => jest.mocked(console.log).mock.calls.join();

test('a creation fails in the words of the platform if it refuses the function', async () => {
  refuses = true;
  await expect(create('a')).rejects.toThrow(`Check: ${REFUSED}`);
});

test('a removal succeeds without a call, whatever the platform says', async () => {
  refuses = true;
  expect(await ask('Delete', 'a', 'Stack-Check-1AB2CD3EF4GHI')).toEqual({ physicalResourceId: 'Stack-Check-1AB2CD3EF4GHI' });
  expect(checks).toBe(0);
});

test('the physical id names what was checked, and what was checked before, in a form that is final', async () => {
  const first = await create('a');
  expect(first).toBe('revocation-check-db572d165c9cd1b6609d4546ac1763ed');
  expect(await update('b', first)).toBe('revocation-check-65a8169c49c9a2613d2e0d6e444138da-after-db572d165c9cd1b6609d4546ac1763ed');
});

test('the order in which CloudFormation sends properties does not matter', async () => {
  const result = await carryOut({ [TYPE]: check }, {
    requestType: 'Create', resourceType: TYPE, logicalResourceId: 'Check', properties: { Environment: { CA_ID: 'ca-1', HOST: 'a' } }, signal: NO_DEADLINE,
  } as never);
  expect(result.physicalResourceId).toBe(await create('a'));
});

describe('an update', () => {
  test('to something else is checked, and fails if the platform refuses the function', async () => {
    const id = await create('a');
    await update('b', id);
    expect(checks).toBe(2);
    refuses = true;
    await expect(update('b', id)).rejects.toThrow(REFUSED);
  });

  test('whose check has failed is rolled back although the platform still refuses the function', async () => {
    const id = await create('a');
    refuses = true;
    await expect(update('b', id)).rejects.toThrow(REFUSED);
    expect(await update('a', id)).toBe(id);
    expect(logged()).toContain(REFUSED);
  });

  test('that fails for another reason is rolled back although the platform is out of reach by then', async () => {
    const id = await update('b', await create('a'));
    const next = await update('c', id);
    refuses = true;
    const restored = await update('b', next);
    expect(logged()).toContain('the check failed; the deployment goes on, because this declaration was checked before');
    await expect(update('c', restored)).rejects.toThrow(REFUSED); // the next attempt is no way back
  });

  test('back to what was checked before is checked all the same, and not logged if the check succeeds', async () => {
    const first = await create('a');
    expect(await update('a', await update('b', first))).toBe(first);
    expect(checks).toBe(3);
    expect(logged()).toBe('');
  });

  test('that is delivered twice gives the same answer twice', async () => {
    const id = await create('a');
    expect(await update('b', id)).toBe(await update('b', id));
  });

  test('of a resource whose creation CloudFormation has got no answer to is checked', async () => {
    refuses = true;
    await expect(update('a', 'Stack-Check-1AB2CD3EF4GHI')).rejects.toThrow(REFUSED);
  });
});
