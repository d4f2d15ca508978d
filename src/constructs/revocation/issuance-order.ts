import { DependencyGroup, IDependable } from 'constructs';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';

const PUBLICATIONS = new WeakMap<IPrivateIotCa, DependencyGroup>();

/**
 * What has to be deployed before a certificate of a CA is issued: the publication of the CA's revocation lists, which may be declared after
 * the certificate.
 */
export function beforeIssuance(ca: IPrivateIotCa): IDependable & Pick<DependencyGroup, 'add'> {
  const group = PUBLICATIONS.get(ca) ?? new DependencyGroup();
  PUBLICATIONS.set(ca, group);
  return group;
}
