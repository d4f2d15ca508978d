import { sign } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { bitString, sequence, Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { toPem } from '../../src/pki/pem';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { deviceProperties, EXISTING_KEY, existingCaProperties, keptCaProperties, request } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { openssl } from '../support/openssl';
import { CA_EXTENSIONS, derOf, OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();

/** A certificate whose signed part is changed, signed again by a key on a curve over SHA-256. */
function resigned(certificatePem: string, privateKeyPem: string, change: (tbs: Buffer) => void): string {
  const fields = new DerReader(derOf(certificatePem)).sequence();
  const tbs = fields.element(Tag.SEQUENCE);
  change(tbs);
  return toPem('CERTIFICATE', sequence(tbs, fields.element(Tag.SEQUENCE), bitString(sign('sha256', tbs, privateKeyPem))));
}

/** All of it is valid by RFC 5280, section 6.1: critical policies, no key identifier, and the root's name in another encoding than in the root. */
describe('a CA that is valid and unlike others', () => {
  const above = cas.root({ subject: '/CN=Above' });
  const extensions = [...CA_EXTENSIONS.slice(0, 2), 'subjectKeyIdentifier=none', 'authorityKeyIdentifier=none', 'certificatePolicies=critical,1.2.3.4'];
  const ca = cas.below(above, { subject: '/CN=Below', extensions });
  const certificatePem = resigned(ca.certificatePem, above.privateKeyPem, tbs => tbs.fill(Tag.PRINTABLE_STRING, tbs.indexOf('Above') - 2, tbs.indexOf('Above') - 1));

  let world: MemoryWorld;
  let caId: string;
  const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
  const properties = existingCaProperties({ CertificatePem: certificatePem + above.certificatePem });

  beforeEach(async () => {
    world = new MemoryWorld();
    world.now = new Date(Date.now() + 60_000); // after whatever OpenSSL makes meanwhile
    world.secretValues.set(EXISTING_KEY, ca.privateKeyPem);
    caId = (await handle(request('existing', 'Create', properties))).physicalResourceId;
  });

  /** Not by OpenSSL's strict rules, which want a key identifier. */
  async function issuesWhatOpensslTakes(): Promise<void> {
    const { data } = await handle(request('device', 'Create', deviceProperties(caId)));
    const files = [['CAfile', above.certificatePem], ['untrusted', certificatePem]].flatMap(([name, text]) => [`-${name}`, cas.path(`${name}.pem`, text)]);
    const { status, stdout } = openssl(['verify', ...files, cas.path('leaf.pem', data!.CertificatePem)]);
    expect([status, stdout]).toEqual([0, expect.stringContaining(': OK')]);
  }

  test('issues if it is adopted', issuesWhatOpensslTakes);

  test('issues if it is kept and taken back', async () => {
    await handle(request('existing', 'Delete', properties, caId));
    await handle(request('kept', 'Create', keptCaProperties(caId)));
    await issuesWhatOpensslTakes();
  });
});
