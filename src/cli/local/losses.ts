import { ResourceType } from '../../contract/resource-types';
import { count } from '../table';
import { ResourceReport, StackReport } from './report';
import { isCertificate } from './stack-scope';
import { ResourceState } from './state';

/** What people call a certificate of each type. */
const NOUNS: { readonly [type: string]: string } = {
  [ResourceType.PRIVATE_IOT_CA]: 'CA',
  [ResourceType.EXISTING_IOT_CA]: 'CA',
  [ResourceType.CA_CERTIFICATE]: 'CA certificate',
  [ResourceType.VERIFICATION_CERTIFICATE]: 'verification certificate',
  [ResourceType.DEVICE_CERTIFICATE]: 'device certificate',
  [ResourceType.SERVER_CERTIFICATE]: 'server certificate',
};

type Loss = ResourceReport & { readonly stackName: string; readonly lostId: string };

/**
 * Says which CAs and certificates are replaced or go, in sentences: each CA with the certificates under it, which go with it,
 * and the others by themselves.
 */
export function lossesIn(reports: readonly StackReport[]): string[] {
  const losses = reports
    .flatMap(({ stackName, resources }) => resources.map(resource => ({ ...resource, stackName })))
    .filter((each): each is Loss => each.lostId !== undefined && NOUNS[each.type] !== undefined);
  const lostCas = new Set(losses.filter(({ type }) => NOUNS[type] === 'CA').map(({ lostId }) => lostId));
  return losses
    .filter(({ lostId, lostIssuer }) => lostCas.has(lostId) || lostIssuer === undefined || !lostCas.has(lostIssuer))
    .map(loss => {
      const under = losses.filter(({ lostIssuer, lostId }) => lostIssuer === loss.lostId && lostId !== loss.lostId);
      const what = `stack ${loss.stackName}: the ${NOUNS[loss.type]} ${loss.name} ${loss.outcome === 'replaced' ? 'is replaced' : 'goes'}`;
      const lost = [...loss.losesKey ? ['its private key'] : [], ...under.length > 0 ? [counted(under)] : []];
      return lost.length > 0 ? `${what}, and with it ${lost.join(', ')}` : what;
    });
}

/** The certificate that a resource has no more once it is replaced or gone. */
export function lossOf({ type, physicalId, properties }: ResourceState): Pick<ResourceReport, 'lostId' | 'lostIssuer' | 'losesKey'> {
  const { Issuer, KeyStorage, RetainKey } = properties;
  return isCertificate(type)
    ? { lostId: physicalId, losesKey: type !== ResourceType.EXISTING_IOT_CA && KeyStorage !== undefined && RetainKey !== 'true', ...typeof Issuer === 'string' && { lostIssuer: Issuer } } : {};
}

function counted(losses: readonly Loss[]): string {
  const nouns = losses.map(({ type }) => NOUNS[type]);
  return [...new Set(nouns)].map(noun => count(nouns.filter(each => each === noun).length, noun)).join(', ');
}
