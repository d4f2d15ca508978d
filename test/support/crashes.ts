import { Gate, MemoryWorld } from './memory-ports';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';

/** A process that dies: the call never answers, whether its effect happened or not. */
class Crash extends Error {}

/** Dies at the n-th call of a port, and stays dead. */
export function dyingAt(n: number, when: 'before' | 'after'): Gate & { calls: () => number } {
  let calls = 0;
  const gate = async <T>(_: string, effect: () => T): Promise<T> => {
    calls++;
    if (calls > n || (calls === n && when === 'before')) {
      throw new Crash();
    }
    const result = effect();
    if (calls === n) {
      throw new Crash();
    }
    return result;
  };
  return Object.assign(gate, { calls: () => calls });
}

/** Fails at the n-th call of one operation, before its effect or after it, and at no other. */
export function failingAt(operation: string, n = 1, when: 'before' | 'after' = 'before'): Gate {
  let calls = 0;
  return async (called, effect) => {
    const fails = called === operation && ++calls === n;
    if (fails && when === 'before') {
      throw new Error(`${operation} failed`);
    }
    const result = effect();
    if (fails) {
      throw new Error(`the answer to ${operation} was lost`);
    }
    return result;
  };
}

/** A world in which something was done, and what is asked of it next. */
export interface Prepared {
  readonly world: MemoryWorld;
  readonly event: LifecycleEvent;
}

/** What there was after a delivery that died, and what the next one answered. */
export interface Retried extends Prepared {
  /** All certificates that were recorded when the process died, by table, issuer and serial number. */
  readonly recorded: ReadonlyMap<string, Buffer>;
  /** The serial numbers that were taken by then. */
  readonly reserved: readonly string[];
  readonly result: LifecycleResult;
}

/**
 * Lets the first delivery of a request die at each call of a port, before its effect and after it, each time in a world of its
 * own, and delivers the request again. Every certificate that was recorded before must be there still, to the byte; the answer
 * must be that of a third delivery too.
 *
 * @param prepare makes a world and an event anew
 * @returns how many calls the request takes
 */
export async function crashEverywhere(prepare: () => Promise<Prepared>, check: (retried: Retried) => void | Promise<void>): Promise<number> {
  const { world: counting, event: counted } = await prepare();
  const count = dyingAt(Infinity, 'before');
  await handleLifecycleEvent(counted, counting.ports(count));
  for (let n = 1; n <= count.calls(); n++) {
    for (const when of ['before', 'after'] as const) {
      const { world, event } = await prepare();
      await handleLifecycleEvent(event, world.ports(dyingAt(n, when))).catch(() => undefined); // whatever it would have answered, nobody hears it
      const [recorded, reserved] = [certificatesOf(world), serialNumbersOf(world)];
      const result = await handleLifecycleEvent(event, world.ports());
      const now = certificatesOf(world);
      recorded.forEach((certificate, key) => expect(now.get(key)).toEqual(certificate));
      expect(await handleLifecycleEvent(event, world.ports())).toEqual(result);
      await check({ world, event, recorded, reserved, result });
    }
  }
  return count.calls();
}

function certificatesOf({ ledgers }: MemoryWorld): Map<string, Buffer> {
  return new Map([...ledgers].flatMap(([table, { entries }]) =>
    [...entries].filter(([, { certificate }]) => certificate).map(([key, { certificate }]) => [`${table}/${key}`, certificate!] as const)));
}

function serialNumbersOf({ ledgers }: MemoryWorld): string[] {
  return [...new Set([...ledgers.values()].flatMap(({ entries }) => [...entries.values()].map(({ serialNumber }) => serialNumber)))];
}
