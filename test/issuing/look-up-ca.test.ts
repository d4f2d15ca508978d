import { X509Certificate } from 'node:crypto';
import { sha256 } from '../../src/contract/sha256';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { caLookupId, parseCaLookup } from '../../src/issuing/look-up-ca';
import { parseCertificate } from '../../src/pki/certificate';
import { issue, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import {
  caProperties, deviceProperties, EXISTING_KEY, existingCaProperties, lookupProperties, Properties, request, SECRET,
  signedElsewhereProperties, STACK_ID, subordinateProperties,
} from '../support/events';
import { opensslCa, RSA } from '../support/foreign-ca';
import { MemoryWorld } from '../support/memory-ports';
import { FACTORY, RenewedFactory } from '../support/renewed-factory';

const keyOf = (name: string) => ({ Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` });

let world: MemoryWorld;
let root: LifecycleResult;
let factory: LifecycleResult;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const lookUp = (ca: string, changes: Properties = {}) => handle(request('lookup', 'Create', lookupProperties(ca, changes)));
const ofFactory = (changes: Properties = {}) => lookUp(factory.physicalResourceId, { LedgerTable: 'factory', ...changes });

beforeEach(async () => {
  world = new MemoryWorld();
  root = await handle(request('ca', 'Create', caProperties({ PathLength: '1' })));
  factory = await handle({ ...request('ca', 'Create', subordinateProperties(root.physicalResourceId, 'factory')), logicalResourceId: 'Factory' });
});

test('the certificate of a CA is looked up in its ledger, with the attributes that the CA has itself', async () => {
  expect((await lookUp(root.physicalResourceId, { Sha256Fingerprint: root.data!.Sha256Fingerprint })).data).toEqual(root.data);
  expect((await ofFactory()).data).toEqual(factory.data);
});

test('the certificate of the CA above is looked up in the ledger of the CA below it, and the ledger above is not asked', async () => {
  world.goneTables.add('ledger');
  const { data } = await ofFactory({ Depth: '1', Sha256Fingerprint: root.data!.Sha256Fingerprint });
  expect(data).toEqual(root.data);
});

test('where the number of CAs above is not known, all of them are answered in one string, and none is an empty one', async () => {
  expect((await ofFactory({ WithChain: 'true' })).data).toEqual({ ...factory.data, IssuerChainPem: root.data!.CertificatePem });
  expect((await ofFactory({ WithChain: 'true', Depth: '1' })).data).toEqual({ ...root.data, IssuerChainPem: '' });
});

test('a look-up has a physical id of its own kind, which is another one for another certificate or resource, and not for another ledger or fingerprint', () => {
  const asked = parseCaLookup(lookupProperties('ca-00000000000000000000000000000000'));
  const by = { stackId: STACK_ID, logicalResourceId: 'Lookup' };
  expect(caLookupId(asked, by)).toBe('lookup-2a0f2439183818f44c18337744dcb6ea'); // final: decision 3
  expect(caLookupId({ ...asked, ledgerTable: 'arn:aws:dynamodb:eu-central-1:111111111111:table/ledger', sha256Fingerprint: '0'.repeat(64), withChain: true }, by))
    .toBe('lookup-2a0f2439183818f44c18337744dcb6ea');
  const others = [
    caLookupId(asked, { ...by, logicalResourceId: 'Other' }), caLookupId(asked, { ...by, stackId: `${STACK_ID}0` }),
    caLookupId({ ...asked, depth: 1 }, by), caLookupId({ ...asked, caId: 'ca-00000000000000000000000000000001' }, by),
  ];
  expect(new Set(['lookup-2a0f2439183818f44c18337744dcb6ea', ...others]).size).toBe(5);
});

test('a look-up that is asked for again answers the same', async () => {
  const event = request('lookup', 'Create', lookupProperties(root.physicalResourceId));
  const answer = await handle(event);
  expect(await handle(event)).toEqual(answer);
  expect(await handle({ ...event, requestType: 'Update', physicalResourceId: answer.physicalResourceId })).toEqual(answer);
  expect(answer.physicalResourceId).toMatch(/^lookup-[0-9a-f]{32}$/);
});

test('a look-up writes nothing, and its removal does nothing, not even where the ledger is gone', async () => {
  const before = JSON.stringify([...world.ledgers.get('ledger')!.entries.values(), ...world.ledgers.get('ledger')!.current]);
  const { physicalResourceId } = await lookUp(root.physicalResourceId);
  await handle(request('lookup', 'Delete', lookupProperties(root.physicalResourceId), physicalResourceId));
  await handle(request('lookup', 'Delete', lookupProperties(root.physicalResourceId), 'Iot-Lookup-1ABCDEF'));
  expect(JSON.stringify([...world.ledgers.get('ledger')!.entries.values(), ...world.ledgers.get('ledger')!.current])).toBe(before);
  world.goneTables.add('ledger');
  expect(await handle(request('lookup', 'Delete', lookupProperties(root.physicalResourceId), physicalResourceId))).toEqual({ physicalResourceId });
});

test('a CA that awaits its certificate is answered with the note that it has itself', async () => {
  const awaited = await handle({ ...request('ca', 'Create', signedElsewhereProperties({ LedgerTable: 'awaited', KeyStorage: keyOf('Awaited') })), logicalResourceId: 'Awaited' });
  const { data } = await lookUp(awaited.physicalResourceId, { LedgerTable: 'awaited', Sha256Fingerprint: awaited.data!.Sha256Fingerprint });
  expect(data!.CertificatePem).toBe(awaited.data!.CertificatePem);
  expect(data!.CertificatePem).toMatch(/^\(not signed yet/);
  const withChain = await lookUp(awaited.physicalResourceId, { LedgerTable: 'awaited', WithChain: 'true' });
  expect(withChain.data).toEqual({ ...data, IssuerChainPem: '' }); // CloudFormation wants every attribute that is referred to
});

test('the fingerprint of a CA that awaits its certificate is a note, and no other string in brackets counts as one', () => {
  const caId = 'ca-00000000000000000000000000000000';
  expect(parseCaLookup(lookupProperties(caId, { Sha256Fingerprint: '(not signed yet)' })).sha256Fingerprint).toBeUndefined(); // final: decision 9
  for (const fingerprint of ['(', '(anything)', '(not signed yet', ' (not signed yet)', `(${'0'.repeat(64)})`, ['(not signed yet)']]) {
    expect(() => parseCaLookup(lookupProperties(caId, { Sha256Fingerprint: fingerprint }))).toThrow('sha256Fingerprint must be 64 lower-case hexadecimal digits, got ');
  }
});

test('an existing CA whose certificate is signed over SHA-1 is looked up as it was adopted', async () => {
  const { certificate, key } = opensslCa('Old Root', { digest: 'sha1', newKey: RSA });
  world.now = new Date(Date.now() + 60_000); // after OpenSSL made it
  world.secretValues.set(EXISTING_KEY, key);
  const declared = existingCaProperties({ LedgerTable: 'existing', CertificatePem: certificate, AllowLegacyChain: 'true' });
  const adopted = await handle(request('existing', 'Create', declared));
  expect((await lookUp(adopted.physicalResourceId, { LedgerTable: 'existing' })).data).toEqual(adopted.data);
});

describe('a certificate in the ledger', () => {
  /** Exchanges what the ledger of the factory's CA holds of it. */
  const exchange = (changes: object): void => {
    const { entries } = world.ledgers.get('factory')!;
    for (const [key, entry] of entries) {
      entries.set(key, { ...entry, ...changes });
    }
  };
  const der = ({ data }: LifecycleResult): Buffer => new X509Certificate(data!.CertificatePem).raw;

  test('is refused by its fingerprint if it is another one in the place of the CA\'s', async () => {
    exchange({ certificate: der(root), chain: undefined });
    await expect(ofFactory({ Sha256Fingerprint: factory.data!.Sha256Fingerprint })).rejects
      .toThrow(`must hold the certificate whose SHA-256 fingerprint begins with ${factory.data!.Sha256Fingerprint.slice(0, 12)} `
        + `for ${factory.physicalResourceId}, got a certificate with ${root.data!.Sha256Fingerprint.slice(0, 12)}; deploy the stack of the CA first`);
  });

  test('is not answered as awaited if it is known', async () => {
    exchange({ status: 'REQUESTED' });
    await expect(ofFactory({ Sha256Fingerprint: factory.data!.Sha256Fingerprint })).rejects
      .toThrow(`must hold the certificate whose SHA-256 fingerprint begins with ${factory.data!.Sha256Fingerprint.slice(0, 12)} `
        + `for ${factory.physicalResourceId}, got a CA that is waiting for its certificate; deploy the stack of the CA first`);
  });

  test('is refused for a CA above that has not signed the one below it', async () => {
    const other = await handle({ ...request('ca', 'Create', caProperties({ PathLength: '1', LedgerTable: 'other', KeyStorage: keyOf('Other') })), logicalResourceId: 'Other' });
    exchange({ chain: der(other) });
    await expect(ofFactory({ Depth: '1' })).rejects.toThrow('must be signed by the certificate that follows it');
  });

  test('is refused if its octets were changed', async () => {
    const changed = Buffer.from(der(root));
    changed[changed.length - 1] = 255 - changed[changed.length - 1];
    exchange({ certificate: changed, chain: undefined });
    await expect(ofFactory()).rejects.toThrow('must be signed by');
  });

  test('of a device is refused as a CA', async () => {
    const device = await handle(request('device', 'Create', deviceProperties(root.physicalResourceId)));
    exchange({ certificate: der(device), chain: undefined });
    await expect(ofFactory()).rejects.toThrow('must be a CA certificate');
  });
});

test.each<[string, Properties, string]>([
  ['no CA\'s id', { CaId: 'device-0123456789abcdef0123456789abcdef' }, 'Lookup: caId must be the caId of a CA'],
  ['a CA that the ledger does not hold', { CaId: 'ca-0123456789abcdef0123456789abcdef' }, 'which is unknown'],
  ['a CA above a root', { Depth: '1' }, 'depth must be at most 0, the number of CAs above ca-'],
  ['no depth', { Depth: undefined }, 'depth must be'],
  ['half a fingerprint', { Sha256Fingerprint: 'abcd' }, 'sha256Fingerprint must be 64 lower-case hexadecimal digits, got "abcd"'],
])('a look-up of %s is refused with a reason', async (_, changes, message) => {
  await expect(lookUp(root.physicalResourceId, changes)).rejects.toThrow(message);
});

describe('a CA that was renewed since the last deployment', () => {
  let renewed: RenewedFactory;
  const pinned = (changes: Properties = {}) => handleLifecycleEvent(request('lookup', 'Create', lookupProperties(renewed.caId, {
    LedgerTable: FACTORY, Sha256Fingerprint: renewed.first.data!.Sha256Fingerprint, ...changes,
  })), renewed.world.ports());
  const change = (isWanted: (serialNumber: string) => boolean, changes: object): void => {
    const { entries } = renewed.world.ledgers.get(FACTORY)!;
    [...entries].filter(([, { serialNumber }]) => isWanted(serialNumber)).forEach(([key, entry]) => entries.set(key, { ...entry, ...changes }));
  };
  const refused = /must hold the certificate whose SHA-256 fingerprint begins with [0-9a-f]{12} for ca-.*, got a certificate with [0-9a-f]{12}; deploy the stack of the CA first/;

  beforeEach(async () => {
    renewed = await RenewedFactory.start({ root: { ValidityDays: '7300' } });
    for (let count = 0; count < 2; count++) {
      renewed.passUntilDue();
      await renewed.run();
    }
  });

  test('is found by the fingerprint of each certificate that it has had, and the one in force is answered', async () => {
    expect(renewed.issued(FACTORY)).toHaveLength(3);
    for (const { certificate } of renewed.issued(FACTORY)) {
      const { data } = await pinned({ Sha256Fingerprint: sha256(certificate!) });
      expect(data).toMatchObject({ SerialNumber: renewed.latest.serialNumber, SubjectKeyIdentifier: renewed.first.data!.SubjectKeyIdentifier });
    }
  });

  test('is refused by a fingerprint that it never had', async () => {
    for (const Sha256Fingerprint of ['0'.repeat(64), renewed.root.data!.Sha256Fingerprint]) {
      await expect(pinned({ Sha256Fingerprint })).rejects.toThrow(refused);
    }
  });

  test('is refused if the ledger has another CA in its place, with the renewed one as the one before', async () => {
    const other = await RenewedFactory.start();
    change(serialNumber => serialNumber === renewed.latest.serialNumber, { certificate: other.latest.certificate, chain: other.latest.chain });
    await expect(pinned()).rejects.toThrow(refused);
  });

  test('is refused if another root has signed the certificate in force, for the same key and under the same name', async () => {
    const { issuer, serialNumber, certificate, notBefore, notAfter } = renewed.own;
    const { privateKeyPem, publicKey } = await generateKeyPair('EC_P256');
    const signer = signerOf(privateKeyPem);
    const name = parseCertificate(new X509Certificate(renewed.root.data!.CertificatePem).raw).subject;
    const validity = { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
    const content = { serialNumber, validity, hashAlgorithm: 'SHA-256' as const };
    const forgedRoot = await issue(PROFILES.ca, { ...content, subject: name, publicKey, pathLength: 1 }, selfIssuer(name, signer));
    const { subject, publicKey: key } = parseCertificate(certificate!);
    const forged = await issue(PROFILES.ca, { ...content, subject, publicKey: key, pathLength: 0 }, {
      name, keyIdentifier: parseCertificate(forgedRoot).keyIdentifier, signer,
    });
    expect(issuer).toBe(renewed.rootId);
    change(each => each === serialNumber, { certificate: forged, chain: forgedRoot });
    await expect(pinned({ Sha256Fingerprint: undefined })).resolves.toBeDefined(); // the ledger alone does not tell
    await expect(pinned()).rejects.toThrow(refused);
  });

  test('is refused if the certificate before it belongs to another CA', async () => {
    change(serialNumber => serialNumber !== renewed.latest.serialNumber, { identity: 'ca-00000000000000000000000000000000' });
    await expect(pinned()).rejects.toThrow(refused);
  });
});
