import { RevocationReason } from '../../../src/contract/revocation';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { beginPublication as begin, CrlFile, endPublication, lifeLeft, publishCrls, PublishedCa, PublishingPorts, renewCrls } from '../../../src/issuing/revocation/publish-crls';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { parseCrl, revokedIn } from '../../../src/pki/revocation/crl';
import { LifecycleResult } from '../../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, request, SECRET } from '../../support/events';
import { Gate, MemoryWorld } from '../../support/memory-ports';
import { openssl, opensslOutput, temporaryFiles } from '../../support/openssl';

const file = temporaryFiles();
const DAY = 86_400_000;
const SITE = { url: 'http://pki.acme.example/ca', partitions: 1 };

let world: MemoryWorld;
let ca: PublishedCa;
let caPem: string;
let files: Map<string, CrlFile>;

beforeEach(async () => {
  world = new MemoryWorld();
  files = new Map();
  const { physicalResourceId: caId, data } = await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports());
  ca = { caId, table: 'ledger', life: 7 * DAY };
  caPem = data!.CertificatePem!;
});

function ports(gate?: Gate): PublishingPorts {
  return {
    ...world.ports(gate),
    revocations: table => world.revocations(table, gate),
    files: {
      replace: async given => {
        if ((files.get(given.name)?.number ?? 0) < given.number) {
          files.set(given.name, given);
        }
        return files.get(given.name)!.number;
      },
    },
  };
}

function declare(name: string, requestType: 'Create' | 'Update' = 'Create', physicalResourceId?: string): Promise<LifecycleResult> {
  return handleLifecycleEvent({
    ...request('device', requestType, deviceProperties(ca.caId, {
      Subject: { CommonName: name }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` },
    })),
    requestId: `${name} ${requestType}`,
    logicalResourceId: name,
    physicalResourceId,
  }, world.ports());
}

const pemOf = async (name: string) => (await declare(name)).data!.CertificatePem!;

async function revoke(pem: string, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  await revokeCertificate({ issuer: ca.caId, serialNumber: serialNumberOf(pem), reason, orderedBy: 'anna' }, world.ports().revocations('ledger'), world.now);
}

const REQUEST = { owner: 'stack/Publication', requestId: 'create', requestedAt: '2026-03-01T12:00:00.000Z' };
const LATER = { ...REQUEST, requestId: 'later', requestedAt: '2026-03-01T12:05:00.000Z' };

const beginPublication = (of: PublishedCa, site: typeof SITE, to: PublishingPorts, asked = REQUEST) => begin(of, site, asked, to);

const serialNumberOf = (pem: string) => /serial=(.*)/.exec(opensslOutput(['x509', '-noout', '-serial'], pem))![1];
const urlIn = (pem: string) => /URI:(\S+)/.exec(opensslOutput(['x509', '-noout', '-ext', 'crlDistributionPoints'], pem))?.[1];

/** What a validator says that fetches the list that a certificate names. */
function verdictOn(pem: string): string {
  const name = urlIn(pem)!.slice(`${SITE.url}/`.length);
  const crl = file('list.crl', files.get(name)!.content);
  const { status, stderr } = openssl(['verify', '-x509_strict', '-crl_check', '-extended_crl', '-attime', String(world.now.getTime() / 1000),
    '-CAfile', file('ca.pem', caPem), '-CRLfile', crl, file('device.pem', pem)]);
  return status === 0 ? 'good' : /lookup: (.*)/.exec(stderr)![1];
}

describe('a certificate', () => {
  test('that is issued once the CA publishes names its list, which tells OpenSSL whether it is revoked', async () => {
    await beginPublication(ca, SITE, ports());
    const [bad, good] = [await pemOf('bad'), await pemOf('good')];
    expect(urlIn(bad)).toBe('http://pki.acme.example/ca/1-0.crl');
    expect([verdictOn(bad), verdictOn(good)]).toEqual(['good', 'good']);
    await revoke(bad);
    await publishCrls(ca, ports());
    expect([verdictOn(bad), verdictOn(good)]).toEqual(['certificate revoked', 'good']);
  });

  test('that was issued before stays as it is, although its declaration comes again', async () => {
    const before = await declare('sensor');
    await beginPublication(ca, SITE, ports());
    const after = await declare('sensor', 'Update', before.physicalResourceId);
    expect(after).toEqual(before);
    expect(urlIn(after.data!.CertificatePem!)).toBeUndefined();
  });

  test('names the list that it declares, if it declares one', async () => {
    await beginPublication(ca, SITE, ports());
    const { data } = await handleLifecycleEvent(request('device', 'Create', deviceProperties(ca.caId, {
      Extensions: { CrlDistributionPoints: ['http://other.example/ca.crl'] },
    })), world.ports());
    expect(urlIn(data!.CertificatePem!)).toBe('http://other.example/ca.crl');
  });

  test('names no list after the publication has ended', async () => {
    await beginPublication(ca, SITE, ports());
    expect(await endPublication(ca, LATER, ports())).toBe(true);
    expect(urlIn(await pemOf('sensor'))).toBeUndefined();
  });

  test('names no list that nobody can fetch: not before the first one is there', async () => {
    const failing = { ...ports(), files: { replace: () => Promise.reject(new Error('s3:PutObject failed')) } };
    await expect(beginPublication(ca, SITE, failing)).rejects.toThrow('s3:PutObject failed');
    expect(urlIn(await pemOf('early'))).toBeUndefined();
    await beginPublication(ca, SITE, ports());
    expect(urlIn(await pemOf('late'))).toBeDefined();
  });
});

describe('a publication', () => {
  test('stays if another resource publishes for the CA by now, because its construct was renamed', async () => {
    await beginPublication(ca, SITE, ports());
    await beginPublication(ca, SITE, ports(), { ...LATER, owner: 'stack/Renamed' });
    expect(await endPublication(ca, { ...LATER, requestId: 'cleanup' }, ports())).toBe(false);
    expect(urlIn(await pemOf('sensor'))).toBeDefined();
  });

  test('stays if its removal is delivered again after it was declared again', async () => {
    await beginPublication(ca, SITE, ports());
    await endPublication(ca, LATER, ports());
    await beginPublication(ca, SITE, ports(), { ...REQUEST, requestId: 'again', requestedAt: '2026-03-01T12:10:00.000Z' });
    expect(await endPublication(ca, LATER, ports())).toBe(false);
    expect(urlIn(await pemOf('sensor'))).toBeDefined();
  });

  test('that is still being moved when it is rolled back ends where the rollback says', async () => {
    await beginPublication(ca, SITE, ports());
    const moved = { ...SITE, url: 'http://crl.acme.example/ca' };
    let rolledBack = false;
    const slow = ports(async (operation, effect) => {
      if (operation === 'publishedCrl' && !rolledBack) {
        rolledBack = true;
        await beginPublication(ca, SITE, ports(), { ...LATER, requestId: 'rollback', requestedAt: '2026-03-01T12:06:00.000Z' });
      }
      return effect();
    });
    await expect(beginPublication(ca, moved, slow, LATER)).rejects.toThrow('a later request for this resource has begun');
    expect(urlIn(await pemOf('sensor'))).toBe('http://pki.acme.example/ca/1-0.crl');
  });
});

describe('several lists', () => {
  test('share the certificates, and each certificate is on the one that it names', async () => {
    await beginPublication(ca, { ...SITE, partitions: 3 }, ports());
    const devices = await Promise.all(Array.from({ length: 9 }, (_, index) => pemOf(`sensor-${index}`)));
    await Promise.all(devices.map(pem => revoke(pem)));
    await publishCrls(ca, ports());
    expect(devices.map(verdictOn)).toEqual(devices.map(() => 'certificate revoked'));
    const numbersOf = (name: string) => [...revokedIn(parseCrl(files.get(name)!.content))].length;
    expect(['3-0.crl', '3-1.crl', '3-2.crl'].map(numbersOf).reduce((sum, each) => sum + each)).toBe(9);
    expect(numbersOf('complete.crl')).toBe(9);
  });

  test('are still made for certificates that name them when the number of lists has changed', async () => {
    await beginPublication(ca, SITE, ports());
    const old = await pemOf('old');
    await beginPublication(ca, { ...SITE, partitions: 2 }, ports(), LATER);
    const young = await pemOf('young');
    expect([urlIn(old), urlIn(young)]).toEqual([`${SITE.url}/1-0.crl`, expect.stringMatching(/\/2-[01]\.crl$/)]);
    await Promise.all([old, young].map(pem => revoke(pem)));
    await publishCrls(ca, ports());
    expect([old, young].map(verdictOn)).toEqual(['certificate revoked', 'certificate revoked']);
  });

  test('count for the certificates of the former URL too when the URL has changed', async () => {
    await beginPublication(ca, SITE, ports());
    const old = await pemOf('old');
    await beginPublication(ca, { ...SITE, url: 'http://crl.acme.example/ca' }, ports(), LATER);
    expect(urlIn(await pemOf('young'))).toBe('http://crl.acme.example/ca/1-0.crl');
    await revoke(old);
    await publishCrls(ca, ports());
    expect(verdictOn(old)).toBe('certificate revoked');
  });
});

test('a list that is made while a site is added names the new site if it has a greater number', async () => {
  await beginPublication(ca, SITE, ports());
  const moved = { ...SITE, url: 'http://crl.acme.example/ca' };
  let begun: Promise<void> | undefined;
  // Another function is about to take a number when the site is added, with its first lists.
  const other = ports(async (operation, effect) => {
    if (operation === 'takeCrlNumber' && !begun) {
      begun = beginPublication(ca, moved, ports(), LATER);
      await begun;
    }
    return effect();
  });
  await publishCrls(ca, other);
  expect(opensslOutput(['crl', '-inform', 'DER', '-noout', '-text', '-in', file('late.crl', files.get('1-0.crl')!.content)])).toContain(moved.url);
});

test('a ledger that was restored from a backup publishes after the numbers that validators have', async () => {
  await beginPublication(ca, SITE, ports());
  const pem = await pemOf('sensor');
  files.forEach((each, name) => files.set(name, { ...each, number: 500 }));
  await revoke(pem);
  await publishCrls(ca, ports());
  expect(files.get('complete.crl')!.number).toBeGreaterThan(500);
  expect(verdictOn(pem)).toBe('certificate revoked');
});

test('the list of all certificates is there in DER and in PEM, for brokers that read files', async () => {
  await beginPublication(ca, SITE, ports());
  const [der, pem] = ['complete.crl', 'complete.pem'].map(name => files.get(name)!);
  expect(der).toMatchObject({ contentType: 'application/pkix-crl', maxAge: 300 });
  expect(opensslOutput(['crl', '-noout', '-text', '-in', file('pem', pem.content)])).not.toContain('Issuing Distribution Point');
});

describe('the schedule', () => {
  test('makes a new list when half of the life of the last one is over, and not before', async () => {
    await beginPublication(ca, SITE, ports());
    const { number } = files.get('complete.crl')!;
    world.now = new Date(world.now.getTime() + 3.4 * DAY);
    await renewCrls(ca, ports());
    expect(files.get('complete.crl')!.number).toBe(number);
    world.now = new Date(world.now.getTime() + 0.2 * DAY);
    await renewCrls(ca, ports());
    expect(await lifeLeft(ca, ports())).toBe(1);
    expect(files.get('complete.crl')!.number).toBe(number + 1);
  });

  test('makes up for a revocation whose list could not be published', async () => {
    await beginPublication(ca, SITE, ports());
    const pem = await pemOf('sensor');
    await revoke(pem);
    const failing = { ...ports(), files: { replace: () => Promise.reject(new Error('s3:PutObject failed')) } };
    await expect(publishCrls(ca, failing)).rejects.toThrow('s3:PutObject failed');
    expect(verdictOn(pem)).toBe('good');
    world.now = new Date(world.now.getTime() + DAY / 24);
    await renewCrls(ca, ports());
    expect(verdictOn(pem)).toBe('certificate revoked');
  });

  test('renews the OCSP responder also if a list can\'t be made, and names both errors if neither can be', async () => {
    await beginPublication(ca, SITE, ports());
    world.now = new Date(world.now.getTime() + 4 * DAY);
    const renewResponder = jest.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error('kms:Sign failed'));
    const failing = { ...ports(), files: { replace: () => Promise.reject(new Error('s3:PutObject failed')) }, renewResponder };
    await expect(renewCrls(ca, failing)).rejects.toThrow(/^s3:PutObject failed$/);
    await expect(renewCrls(ca, failing)).rejects.toThrow(/^s3:PutObject failed; besides, kms:Sign failed$/);
    expect(renewResponder).toHaveBeenCalledTimes(2);
  });

  test('reports what is left of the life of the list that validators have', async () => {
    expect(await lifeLeft(ca, ports())).toBe(0);
    await beginPublication(ca, SITE, ports());
    world.now = new Date(world.now.getTime() + 5.25 * DAY);
    expect(await lifeLeft(ca, ports())).toBeCloseTo(0.25);
    world.now = new Date(world.now.getTime() + 30 * DAY);
    expect(await lifeLeft(ca, ports())).toBe(0);
  });
});
