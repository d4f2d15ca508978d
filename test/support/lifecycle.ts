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
 * a private key, and every reason for a failure must be one that a user can read.
 *
 * @param environment further variables of the function, such as AWS_MAX_ATTEMPTS
 * @param speed how many times faster than the clock the function waits
 */
export function lifecycle(environment: { [name: string]: string } = {}, speed = 1): Lifecycle {
  const set = {} as Lifecycle;
  beforeAll(async () => {
    set.proxy = await FaultProxy.start(await motoUrl());
    set.lambda = await CloudFormationFunction.start(set.proxy.url, environment, speed);
  }, MOTO_TIMEOUT);
  beforeEach(async () => {
    set.lambda.log.length = 0;
    set.stack = await Stack.create(set.proxy, set.lambda);
  });
  afterEach(async () => {
    if (!set.stack) {
      return; // the set-up failed, which says more
    }
    set.proxy.repair();
    await set.stack.assertSecrecy();
    for (const reason of set.stack.reasons) {
      expect(reason).not.toMatch(/[\r\n]|^$|\bat \S+ \(|undefined|\[object/); // one line, and no stack trace
      expect(Buffer.byteLength(reason)).toBeLessThan(1024);
    }
  });
  afterAll(async () => {
    await set.lambda?.stop();
    await set.proxy?.stop();
  });
  return set;
}
