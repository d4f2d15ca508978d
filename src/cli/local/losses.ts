import { isMap } from '../../contract/json-map';
import { ResourceType } from '../../contract/resource-types';
import { identityIn } from '../../resource/physical-id';
import { count } from '../table';
import { ResourceReport, StackReport } from './report';
import { isCertificate } from './stack-scope';
import { ResourceState, StackState } from './state';

/** What people call a certificate of each type. */
const NOUNS: { readonly [type: string]: string } = {
  [ResourceType.PRIVATE_IOT_CA]: 'CA',
  [ResourceType.EXISTING_IOT_CA]: 'CA',
  [ResourceType.KEPT_IOT_CA]: 'CA',
  [ResourceType.CA_CERTIFICATE]: 'CA certificate',
  [ResourceType.CROSS_CERTIFICATE]: 'cross-certificate',
  [ResourceType.VERIFICATION_CERTIFICATE]: 'verification certificate',
  [ResourceType.DEVICE_CERTIFICATE]: 'device certificate',
  [ResourceType.SERVER_CERTIFICATE]: 'server certificate',
};

type Loss = ResourceReport & { readonly stackName: string; readonly lostId: string };
type Stacks = { readonly [name: string]: Pick<StackState, 'resources'> };

/**
 * Says in sentences which CAs and certificates are replaced or removed: each CA with the certificates that it has issued, which are lost
 * with it, and the other certificates by themselves. A CA that another resource has taken over is not among them.
 *
 * @param stacks the stacks after the run
 */
export function lossesIn(reports: readonly StackReport[], stacks: Stacks): string[] {
  const standing = new Set(resourcesIn(stacks).map(({ physicalId }) => identityIn(physicalId)));
  const losses = reports
    .flatMap(({ stackName, resources }) => resources.map(resource => ({ ...resource, stackName })))
    .filter((each): each is Loss => each.lostId !== undefined && NOUNS[each.type] !== undefined && !standing.has(each.lostId));
  const lostCas = new Set(losses.filter(({ type }) => NOUNS[type] === 'CA').map(({ lostId }) => lostId));
  return losses
    .filter(({ lostId, lostIssuer }) => lostCas.has(lostId) || lostIssuer === undefined || !lostCas.has(lostIssuer))
    .map(loss => {
      const under = losses.filter(({ lostIssuer, lostId }) => lostIssuer === loss.lostId && lostId !== loss.lostId);
      const what = `stack ${loss.stackName}: the ${NOUNS[loss.type]} ${loss.name} ${loss.outcome === 'replaced' ? 'will be replaced' : 'will be removed'}`;
      const lost = [...loss.losesKey ? ['its private key'] : [], ...counted(under)];
      const withIt = lost.length > 0 ? `${what}, along with ${enumerated(lost)}` : what;
      return [withIt, ...orphansOf(loss.lostId, stacks)].join('; ');
    });
}

function resourcesIn(stacks: Stacks): ResourceState[] {
  return Object.values(stacks).flatMap(({ resources }) => Object.values(resources));
}

/** The certificates that stacks still declare although their CA is lost. With weak references, nothing keeps the CA for these stacks. */
function orphansOf(caId: string, stacks: Stacks): string[] {
  return Object.entries(stacks).flatMap(([stackName, { resources }]) => {
    const orphans = Object.values(resources).filter(({ type, properties }) => NOUNS[type] !== undefined && properties.Issuer === caId);
    return orphans.length > 0 ? [`${enumerated(counted(orphans))} of stack ${stackName} will be left without ${orphans.length > 1 ? 'their' : 'its'} CA`] : [];
  });
}

/** The certificate that a resource loses when it is replaced or removed. */
export function lossOf({ type, physicalId, properties }: ResourceState): Pick<ResourceReport, 'lostId' | 'lostIssuer' | 'losesKey'> {
  if (!isCertificate(type)) {
    return {};
  }
  const { Issuer, KeyStorage, RetainKey } = properties;
  // This library does not delete a key that is in KMS, or in a secret that belongs to someone else.
  const losesKey = isMap(KeyStorage) && !['Kms', 'ExistingSecret'].includes(String(KeyStorage.Type)) && RetainKey !== 'true';
  return { lostId: identityIn(physicalId), losesKey, ...typeof Issuer === 'string' && { lostIssuer: Issuer } };
}

function counted(certificates: readonly { readonly type: string }[]): string[] {
  const nouns = certificates.map(({ type }) => NOUNS[type]);
  return [...new Set(nouns)].map(noun => count(nouns.filter(each => each === noun).length, noun));
}

/** `a, b and c` */
function enumerated(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts.join();
}
