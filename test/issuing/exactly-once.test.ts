import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { dyingAt } from '../support/crashes';
import {
  caProperties, deviceProperties, request, requestedProperties, SECRET, subordinateProperties, verificationProperties,
} from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { opensslOutput } from '../support/openssl';
import { fc } from '../support/properties';

const KINDS = ['ca', 'verification', 'device', 'bundled', 'requested', 'subordinate'] as const;

/** How many versions of secrets there are for a certificate of each kind. */
const VERSIONS: { readonly [K in typeof KINDS[number]]: number } = { ca: 1, verification: 0, device: 1, bundled: 3, requested: 0, subordinate: 1 };

const BUNDLE = `${SECRET}Combined-AbCdEf`;
const CSR = opensslOutput(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=sensor-001']);


async function worldWithCa(): Promise<{ world: MemoryWorld; caId: string }> {
  const world = new MemoryWorld();
  const { physicalResourceId } = await handleLifecycleEvent(request('ca', 'Create', caProperties({ PathLength: '1' })), world.ports());
  return { world, caId: physicalResourceId };
}

function creation(kind: typeof KINDS[number], caId: string): LifecycleEvent {
  const Bundles = [{ Type: 'CombinedPem', SecretArn: BUNDLE }, { Type: 'Der', SecretArn: `${SECRET}Der-AbCdEf` }];
  switch (kind) {
    case 'ca': return {
      ...request('ca', 'Create', caProperties({ KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` }, RetainKey: 'false' })),
      logicalResourceId: 'OtherCa',
    };
    case 'verification': return request('verification', 'Create', verificationProperties(caId));
    case 'device': return request('device', 'Create', deviceProperties(caId));
    case 'bundled': return request('device', 'Create', deviceProperties(caId, { Bundles }));
    case 'requested': return request('device', 'Create', requestedProperties(caId, { CertificateSigningRequest: CSR }));
    case 'subordinate': return request('subordinate', 'Create', subordinateProperties(caId, 'factory', { RetainKey: 'false' }));
  }
}

/** A bundle that holds the certificate holds the one that was recorded. */
function expectBundled(kind: typeof KINDS[number], world: MemoryWorld, { data }: LifecycleResult): void {
  if (kind === 'bundled') {
    expect(world.versions.get(`${BUNDLE}/${data!.SerialNumber}`)).toContain(data!.CertificatePem);
  }
}

/** Of all but the CA. */
const serialNumbers = (world: MemoryWorld) => [...world.entries.values()].slice(1).map(({ serialNumber }) => serialNumber);

test.each([undefined, 'another'])('a certificate is confirmed without a change of its entry, also if that names an own ledger (%s) and the declaration does not', async ownLedgerTable => {
  const { world, caId } = await worldWithCa();
  const { physicalResourceId } = await handleLifecycleEvent(request('device', 'Create', deviceProperties(caId)), world.ports());
  const key = world.current.get(physicalResourceId)!;
  world.entries.set(key, { ...world.entries.get(key)!, ownLedgerTable });
  const called: string[] = [];
  const watching: Gate = async (operation, effect) => {
    called.push(operation);
    return effect();
  };
  await handleLifecycleEvent(request('device', 'Update', deviceProperties(caId), physicalResourceId), world.ports(watching));
  expect(called).toContain('find');
  expect(called).not.toContain('advance');
});

describe.each(KINDS)('a %s certificate', kind => {
  test('is finished by a retry with the same serial number and key, wherever the first attempt died', async () => {
    const { world: counting, caId: countingCa } = await worldWithCa();
    const count = dyingAt(Infinity, 'before');
    await handleLifecycleEvent(creation(kind, countingCa), counting.ports(count));
    expect(count.calls()).toBeGreaterThan(3);

    for (let n = 1; n <= count.calls(); n++) {
      for (const when of ['before', 'after'] as const) {
        const { world, caId } = await worldWithCa();
        const event = creation(kind, caId);
        await handleLifecycleEvent(event, world.ports(dyingAt(n, when))).catch(() => undefined); // whatever it would have answered, nobody hears it
        const reserved = serialNumbers(world);
        const keys = [...world.versions];
        const retried = await handleLifecycleEvent(event, world.ports());
        expect(serialNumbers(world)).toEqual(reserved.length ? reserved : [retried.data!.SerialNumber]);
        expect([...world.versions].slice(0, keys.length)).toEqual(keys);
        expect(world.issued()).toHaveLength(2);
        expect(world.versions.size).toBe(1 + VERSIONS[kind]);
        expectBundled(kind, world, retried);
      }
    }
  });
});

test('a removal that died anywhere is finished by its second delivery, together with its key', async () => {
  for (let n = 1; n <= 3; n++) {
    for (const when of ['before', 'after'] as const) {
      const { world, caId } = await worldWithCa();
      const created = await handleLifecycleEvent(creation('device', caId), world.ports());
      const removal = request('device', 'Delete', deviceProperties(caId), created.physicalResourceId);
      await handleLifecycleEvent(removal, world.ports(dyingAt(n, when))).catch(() => undefined);
      await handleLifecycleEvent(removal, world.ports());
      expect(world.issued()).toHaveLength(1);
      expect(world.versions.size).toBe(1);
    }
  }
});

/** Lets two deliveries take turns at every call of a port, as a list of choices says. */
class Turns {
  /** The calls that wait, by their delivery, which may make more than one at the same time. */
  private readonly waiting = new Map<number, (() => void)[]>();
  private readonly running = new Set<number>();

  constructor(private readonly choices: number[]) {}

  public gateOf(id: number, gate: Gate): Gate {
    this.running.add(id);
    return async (operation, effect) => {
      await new Promise<void>(resolve => {
        this.waiting.set(id, [...this.waiting.get(id) ?? [], resolve]);
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
      const calls = this.waiting.get(id)!;
      this.waiting.delete(id);
      calls.forEach(resume => resume());
    }
  }
}

test('concurrent deliveries of one request end in one certificate, in whatever order their steps fall and whichever dies', async () => {
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...KINDS),
    fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }),
    fc.integer({ min: 1, max: 18 }),
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
      expect(again.unfinished).toBeUndefined();
      answers.forEach(({ value }) => expect({ ...value, unfinished: undefined }).toEqual(again));
      expect(world.issued()).toHaveLength(2);
      expectBundled(kind, world, again);
      expect(new X509Certificate(again.data!.CertificatePem).serialNumber).toBe(again.data!.SerialNumber);
    },
  ), { numRuns: 250 });
});

test('a removal that meets a running creation ends without a certificate, or with a withdrawn one that was answered', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...KINDS), fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }), async (kind, choices) => {
    const { world, caId } = await worldWithCa();
    const event = creation(kind, caId);
    const removal: LifecycleEvent = { ...event, requestType: 'Delete', requestId: 'removal', physicalResourceId: 'Iot-Invented-1ABCDEF' };
    const turns = new Turns(choices);
    const gates = [0, 1].map(id => turns.gateOf(id, async (_, effect) => effect()));
    const [created] = await Promise.allSettled([event, removal].map((one, id) => {
      const ports = world.ports(gates[id]);
      return handleLifecycleEvent(one, ports).finally(() => turns.ended(id));
    }));
    expect([...world.issued(), ...world.issued('factory')]).toHaveLength(1);
    if (created.status === 'rejected') {
      expect(String(created.reason)).toMatch(/a later request for this resource has begun|no longer holds the key of the certificate/);
      expect(world.versions.size).toBe(1); // the key and the bundles went too, whoever was last
    }
  }), { numRuns: 200 });
});
