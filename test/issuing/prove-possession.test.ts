import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { CA_KEYS } from '../pki/fixtures';
import { caProperties, request, signatureProperties } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { openssl, temporaryFiles } from '../support/openssl';
import { fc } from '../support/properties';

const file = temporaryFiles();
const KMS_KEY = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-1111-2222-3333-444455556666';

let world: MemoryWorld;

const handle = (event: LifecycleEvent, gate?: Gate) => handleLifecycleEvent(event, world.ports(gate));
const createCa = async (changes = {}) => (await handle(request('ca', 'Create', caProperties(changes)))).physicalResourceId;
const create = (caId: string, changes = {}) => request('signature', 'Create', signatureProperties(caId, changes));
const signatures = () => world.issued().filter(({ profile }) => profile === 'signature');

/** What `openssl dgst -verify` says of a signature that was answered, with the public key of the CA's certificate. */
function opensslVerifies({ data }: LifecycleResult, code: string, digest = 'sha256'): boolean {
  const ca = world.issued().find(({ profile }) => profile === 'ca')!;
  const publicKey = file('ca.pem', new X509Certificate(ca.certificate!).publicKey.export({ type: 'spki', format: 'pem' }));
  const signature = file('signature', Buffer.from(data!.Signature, 'base64'));
  return openssl(['dgst', `-${digest}`, '-verify', publicKey, '-signature', signature, file('code', code)]).status === 0;
}

beforeEach(() => {
  world = new MemoryWorld();
});

describe('the signature', () => {
  test.each([['RSA_2048', 'SHA-256', 'sha256'], ['EC_P256', 'SHA-256', 'sha256'], ['EC_P384', 'SHA-384', 'sha384']])(
    'of a CA with a key of %s over %s verifies with OpenSSL, and for that code only', async (KeyAlgorithm, HashAlgorithm, digest) => {
      const answer = await handle(create(await createCa({ KeyAlgorithm }), { HashAlgorithm }));
      expect(answer.physicalResourceId).toMatch(/^signature-[0-9a-f]{32}$/);
      expect(Object.keys(answer.data!)).toEqual(['Signature']);
      expect(opensslVerifies(answer, 'b3a1c0de-4f5e', digest)).toBe(true);
      expect(opensslVerifies(answer, 'b3a1c0de-4f5e\n', digest)).toBe(false);
    });

  test('is made by a key in KMS, over the digest that it signs over', async () => {
    world.hsmKeys.set(KMS_KEY, CA_KEYS.EC_P384);
    const caId = await createCa({ KeyAlgorithm: 'EC_P384', HashAlgorithm: 'SHA-384', KeyStorage: { Type: 'Kms', KeyArn: KMS_KEY } });
    expect(opensslVerifies(await handle(create(caId, { HashAlgorithm: 'SHA-384' })), 'b3a1c0de-4f5e', 'sha384')).toBe(true);
    await expect(handle(create(caId))).rejects.toThrow('Proof: hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"');
    expect(signatures()).toHaveLength(1);
  });

  test('has an identity that is the same in every version of the library', async () => {
    const { physicalResourceId } = await handle(create(await createCa()));
    expect(physicalResourceId).toBe('signature-ee26c4b1dbc05b4c2ead8480ee6062ea');
  });

  test('is answered again by a retry, an update that changes nothing, and after a removal, although ECDSA makes another one each time', async () => {
    const caId = await createCa();
    const event = create(caId);
    const first = await handle(event);
    expect(await handle(event)).toEqual(first);
    expect(await handle(request('signature', 'Update', signatureProperties(caId, { Colour: 'blue' }), first.physicalResourceId))).toEqual(first);
    await handle(request('signature', 'Delete', signatureProperties(caId), first.physicalResourceId));
    expect(signatures()).toEqual([]);
    world.now = new Date(world.now.getTime() + 1000);
    expect(await handle(create(caId))).toEqual(first);
    expect(signatures()).toHaveLength(1);
  });

  test.each([
    ['another code', { VerificationCode: 'other' }],
    ['another digest', { HashAlgorithm: 'SHA-512' }],
    ['another generation', { Generation: '2' }],
  ])('over %s is another one, and a rollback brings the first one back (replace)', async (_, changes) => {
    const caId = await createCa();
    const first = await handle(create(caId));
    const changed = await handle(request('signature', 'Update', signatureProperties(caId, changes), first.physicalResourceId));
    expect(changed.physicalResourceId).not.toBe(first.physicalResourceId);
    expect(changed.data).not.toEqual(first.data);
    expect(await handle(request('signature', 'Update', signatureProperties(caId), changed.physicalResourceId))).toEqual(first);
  });

  test('is recorded with the code, the CA and who asked', async () => {
    const caId = await createCa();
    const { data } = await handle(create(caId));
    expect(signatures()).toMatchObject([{
      issuer: caId, subject: 'b3a1c0de-4f5e', keyAlgorithm: 'EC_P256', logicalResourceId: 'Proof', signature: Buffer.from(data!.Signature, 'base64'),
    }]);
    expect(signatures()[0]).not.toHaveProperty('certificate');
  });
});

describe('a declaration is refused', () => {
  test.each([
    ['octets of a certificate', '0\u0082\u0001', /^Proof: verificationCode must be 1 to 512 letters, digits and \+ \/ = _ -, got "0/],
    ['a JSON Web Token', 'eyJhbGciOiJFUzI1NiJ9.e30', /must be 1 to 512 letters/],
    ['a line end', 'code\n', /got "code\\n"$/],
    ['nothing', '', /got ""$/],
    ['more than a code', 'x'.repeat(513), /must be 1 to 512 letters/],
  ])('if its code is %s, because a CA must not sign anything that is good for something else', async (_, VerificationCode, message) => {
    const caId = await createCa();
    await expect(handle(create(caId, { VerificationCode }))).rejects.toThrow(message);
    expect(signatures()).toEqual([]);
  });

  test('if its CA is not in the ledger', async () => {
    await expect(handle(create(`ca-${'0'.repeat(32)}`))).rejects.toThrow(/^Proof: ca must be a CA in this ledger, got "ca-0{32}", which is unknown$/);
  });

  test('if its resource has a signature that the ledger does not hold', async () => {
    const caId = await createCa();
    const { physicalResourceId } = await handle(create(caId));
    world.current.delete(physicalResourceId);
    await expect(handle(request('signature', 'Update', signatureProperties(caId), physicalResourceId))).rejects.toThrow('does not hold the certificate');
  });

  test('if the ledger has its entry, but not the signature: no second one is made', async () => {
    const caId = await createCa();
    const { physicalResourceId } = await handle(create(caId));
    const key = world.current.get(physicalResourceId)!;
    const { signature, ...entry } = world.entries.get(key)!;
    world.entries.set(key, entry);
    await expect(handle(request('signature', 'Update', signatureProperties(caId), physicalResourceId))).rejects.toThrow(
      'has lost the signature on verificationCode; restore the table from its point-in-time recovery');
    expect(world.current.get(physicalResourceId)).toBe(key);
  });
});

describe('a signature, exactly once,', () => {
  /** Dies at the n-th call of a port, and stays dead. */
  function dyingAt(n: number, when: 'before' | 'after'): Gate {
    let calls = 0;
    return async (_, effect) => {
      if (++calls > n || (calls === n && when === 'before')) {
        throw new Error('crash');
      }
      const result = effect();
      if (calls === n) {
        throw new Error('crash');
      }
      return result;
    };
  }

  test('is made by a retry of a delivery that died anywhere, and is the only one in the ledger', async () => {
    for (let n = 1; n <= 7; n++) {
      for (const when of ['before', 'after'] as const) {
        world = new MemoryWorld();
        const event = create(await createCa());
        const died = await handle(event, dyingAt(n, when)).catch(() => undefined);
        const retried = await handle(event);
        expect(died ?? retried).toEqual(retried);
        expect(signatures()).toHaveLength(1);
        expect(world.entries.size).toBe(2);
      }
    }
  });

  test('is answered by concurrent deliveries, in whatever order their steps fall', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(4), { minLength: 40, maxLength: 40 }), async delays => {
      world = new MemoryWorld();
      const event = create(await createCa());
      const gate: Gate = async (_, effect) => {
        for (let turns = delays.shift() ?? 0; turns > 0; turns--) {
          await new Promise(setImmediate);
        }
        return effect();
      };
      const answers = await Promise.all([handle(event, gate), handle(event, gate), handle(event, gate)]);
      expect(answers).toEqual([answers[0], answers[0], answers[0]]);
      expect(signatures()).toHaveLength(1);
    }), { numRuns: 60 });
  });

  test('is not made if a removal comes first and ends the running creation', async () => {
    const caId = await createCa();
    const event = create(caId);
    await handle({ ...event, requestType: 'Delete', requestId: 'removal', physicalResourceId: 'Iot-Proof-1ABCDEF', requestedAt: new Date('2026-03-01T12:00:01Z') });
    await expect(handle({ ...event, requestedAt: new Date('2026-03-01T12:00:00Z') })).rejects.toThrow('a later request for this resource has begun');
    expect(signatures()).toEqual([]);
  });
});
