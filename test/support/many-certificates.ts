import { caProperties, deviceProperties, request } from './events';
import { MemoryWorld } from './memory-ports';
import { numberedSerial } from './numbered-certificates';
import { Publications } from '../../src/issuing/ledger/revocation';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { RevokingPorts } from '../../src/issuing/revocation/revoke-selected';

/** A CA with this many certificates in its ledger, which are all alike but for their serial numbers: none of them is verified here. */
export async function certificatesOfOneCa(number: number): Promise<{ caId: string; ports: RevokingPorts & Pick<Ports, 'clock'> & { readonly revocations: Publications } }> {
  const world = new MemoryWorld();
  const { physicalResourceId: caId } = await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports());
  await handleLifecycleEvent(request('device', 'Create', deviceProperties(caId)), world.ports());
  const [entry] = [...world.entries.values()].filter(({ profile }) => profile === 'device');
  for (let index = 1; index < number; index++) {
    const serialNumber = numberedSerial(index);
    world.entries.set(`${caId}/${serialNumber}`, { ...entry, serialNumber });
  }
  const { ledger, anyRevocations } = world.ports();
  return { caId, ports: { ledger: ledger('ledger'), revocations: world.revocations('ledger'), anyRevocations, clock: () => world.now } };
}
