import { Stack } from './cloudformation';
import { CloudFormationFunction } from './cloudformation-function';
import { FaultProxy } from './fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from './moto';

/** What a lifecycle test works with: a stack of its own, the shipped function, and AWS behind a proxy. */
export interface Lifecycle {
  stack: Stack;
  lambda: CloudFormationFunction;
  proxy: FaultProxy;
}

/**
 * Sets up a file of lifecycle tests. After each test, nothing that was answered, thrown, logged or sent may hold a piece of
 * a private key.
 */
export function lifecycle(environment: { [name: string]: string } = {}): Lifecycle {
  const set = {} as Lifecycle;
  beforeAll(async () => {
    set.proxy = await FaultProxy.start(await motoUrl());
    set.lambda = await CloudFormationFunction.start(set.proxy.url, environment);
  }, MOTO_TIMEOUT);
  beforeEach(async () => {
    set.stack = await Stack.create(set.proxy, set.lambda);
  });
  afterEach(async () => {
    set.proxy.repair();
    await set.stack.assertSecrecy();
    expect(set.lambda.log.join('\n')).not.toMatch(/X-Amz-Signature|AWS_SECRET_ACCESS_KEY/);
  });
  afterAll(async () => {
    await set.lambda?.stop();
    await set.proxy?.stop();
  });
  return set;
}
