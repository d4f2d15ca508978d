import { Declaration } from './declaration';
import { assertBoundAsDeclared } from '../../pki/as-declared';
import { Certificate } from '../../pki/certificate';

/** Makes sure that a CA which was signed elsewhere is bound as its resource declares it. */
export function assertAsDeclared(certificate: Certificate, { pathLength, extensions }: Declaration): void {
  assertBoundAsDeclared(certificate, { pathLength, nameConstraints: extensions?.nameConstraints });
}
