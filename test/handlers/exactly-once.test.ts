import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { handleLifecycleEvent } from '../../src/handlers/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/handlers/lifecycle-event';
import { caProperties, deviceProperties, request, verificationProperties } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';

/** A process that dies: the call never answers, whether its effect happened or not. */
class Crash extends Error {}

const KINDS = ['ca', 'verification', 'device'] as const;

async function worldWithCa(): Promise<{ world: MemoryWorld; caId: string }> {
  const world = new MemoryWorld();
  const { physicalResourceId } = await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports());
  return { world, caId: physicalResourceId };
}

function creation(kind: typeof KINDS[number], caId: string): LifecycleEvent {
  const properties = { ca: () => caProperties({ Generation: '2' }), verification: () => verificationProperties(caId), device: () => deviceProperties(caId) };
  return request(kind, 'Create', properties[kind]());
}

/** Dies at the n-th call of a port, and stays dead. */
function dyingAt(n: number, when: 'before' | 'after'): Gate & { calls: () => number } {
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

describe.each(KINDS)('a %s certificate', kind => {
  test('is finished by the retry with the same serial number and the same key, wherever the first attempt died', async () => {
    const { world: counting, caId: countingCa } = await worldWithCa();
    const count = dyingAt(Infinity, 'before');
    await handleLifecycleEvent(creation(kind, countingCa), counting.ports(count));
    expect(count.calls()).toBeGreaterThan(3);

    for (let n = 1; n <= count.calls(); n++) {
      for (const when of ['before', 'after'] as const) {
        const { world, caId } = await worldWithCa();
        const event = creation(kind, caId);
        await expect(handleLifecycleEvent(event, world.ports(dyingAt(n, when)))).rejects.toThrow();
        const reserved = [...world.entries.keys()].slice(1);
        const keys = [...world.versions];
        const retried = await handleLifecycleEvent(event, world.ports());
        expect([...world.entries.keys()].slice(1)).toEqual(reserved.length ? reserved : [retried.data!.SerialNumber]);
        expect([...world.versions].slice(0, keys.length)).toEqual(keys);
        expect(world.issued()).toHaveLength(2);
        expect(world.versions.size).toBe(kind === 'verification' ? 1 : 2);
      }
    }
  });
});

test('a removal that died is finished by its second delivery, and the key goes too, wherever it died', async () => {
  for (let n = 1; n <= 3; n++) {
    for (const when of ['before', 'after'] as const) {
      const { world, caId } = await worldWithCa();
      const created = await handleLifecycleEvent(creation('device', caId), world.ports());
      const removal = request('device', 'Delete', deviceProperties(caId), created.physicalResourceId);
      await expect(handleLifecycleEvent(removal, world.ports(dyingAt(n, when)))).rejects.toThrow();
      await handleLifecycleEvent(removal, world.ports());
      expect(world.issued()).toHaveLength(1);
      expect(world.versions.size).toBe(1);
    }
  }
});

/** Lets two deliveries take turns at every call of a port, as a list of choices says. */
class Turns {
  private readonly waiting = new Map<number, () => void>();
  private readonly running = new Set<number>();

  constructor(private readonly choices: number[]) {}

  public gateOf(id: number, gate: Gate): Gate {
    this.running.add(id);
    return async (operation, effect) => {
      await new Promise<void>(resolve => {
        this.waiting.set(id, resolve);
        this.next();
      });
      return gate(operation, effect);
    };
  }

  public ended(id: number): void {
    this.running.delete(id);
    this.next();
  }

  private next(): void {
    if (this.waiting.size > 0 && this.waiting.size === this.running.size) {
      const ids = [...this.waiting.keys()].sort();
      const id = ids[(this.choices.shift() ?? 0) % ids.length];
      const resume = this.waiting.get(id)!;
      this.waiting.delete(id);
      resume();
    }
  }
}

test('concurrent deliveries of one request end in one certificate, in whatever order their steps fall and whoever dies', async () => {
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...KINDS),
    fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }),
    fc.integer({ min: 1, max: 14 }),
    fc.constantFrom('before' as const, 'after' as const),
    async (kind, choices, dies, when) => {
      const { world, caId } = await worldWithCa();
      const event = creation(kind, caId);
      const turns = new Turns(choices);
      const gates = [turns.gateOf(0, dyingAt(dies, when)), turns.gateOf(1, async (_, effect) => effect())];
      const results = await Promise.allSettled(gates.map((gate, id) =>
        handleLifecycleEvent(event, world.ports(gate)).finally(() => turns.ended(id))));
      const again = await handleLifecycleEvent(event, world.ports());
      const answers = results.filter((result): result is PromiseFulfilledResult<LifecycleResult> => result.status === 'fulfilled');
      expect(answers.length).toBeGreaterThan(0);
      answers.forEach(({ value }) => expect(value).toEqual(again));
      expect(world.issued()).toHaveLength(2);
      expect(new X509Certificate(again.data!.CertificatePem).serialNumber).toBe(again.data!.SerialNumber);
    },
  ), { numRuns: 150 });
});

test('a removal that meets a running creation ends with nothing issued, or with a certificate that was answered and withdrawn', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...KINDS), fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }), async (kind, choices) => {
    const { world, caId } = await worldWithCa();
    const event = creation(kind, caId);
    const removal = { ...request(kind, 'Delete', event.properties, 'Iot-Invented-1ABCDEF') };
    const turns = new Turns(choices);
    const gates = [0, 1].map(id => turns.gateOf(id, async (_, effect) => effect()));
    const [created] = await Promise.allSettled([event, removal].map((one, id) => {
      const ports = world.ports(gates[id]);
      return handleLifecycleEvent(one, ports).finally(() => turns.ended(id));
    }));
    expect(world.issued()).toHaveLength(1);
    if (created.status === 'rejected') {
      expect(String(created.reason)).toContain('the resource was removed while its certificate was being issued');
    }
  }), { numRuns: 100 });
});
