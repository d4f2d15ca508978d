import { Declaration } from './declaration';
import { assertBoundAsDeclared } from '../../pki/as-declared';
import { Certificate } from '../../pki/certificate';

/** Makes sure that a CA that was signed elsewhere has the path length and the name constraints that its resource declares. */
export function assertAsDeclared(certificate: Certificate, { pathLength, extensions }: Declaration): void {
  assertBoundAsDeclared(certificate, { pathLength, nameConstraints: extensions?.nameConstraints });
}
