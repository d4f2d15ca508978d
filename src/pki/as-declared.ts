import { Certificate } from './certificate';
import { RawGeneralName, rawNames } from './general-names';
import { DeclaredNameConstraints } from '../contract/extensions';
import { NameLists } from '../contract/general-names';

/** The limits that a CA's declaration sets. */
export interface DeclaredBounds {
  readonly pathLength?: number;
  readonly nameConstraints?: DeclaredNameConstraints;
}

const REMEDY = 'have it signed with the extensions of its request (`openssl x509 -req -copy_extensions copy`), '
  + 'or declare what the certificate contains';

/**
 * Makes sure that a CA that was signed elsewhere has the limits of its declaration. The CA that signs a request can leave out the
 * extensions that the request asks for, and the omission would go unnoticed.
 */
export function assertBoundAsDeclared(
  { pathLength, nameConstraints }: Certificate, { pathLength: declared, nameConstraints: wanted }: DeclaredBounds,
): void {
  if (declared !== undefined && (pathLength === undefined || pathLength > declared)) {
    throw new Error(`signedCertificate must have a path length of at most ${declared}, as pathLength says, got ${pathLength ?? 'none'}; ${REMEDY}`);
  }
  if (wanted && !(isSame(wanted.permitted, nameConstraints?.permitted) && isSame(wanted.excluded, nameConstraints?.excluded))) {
    throw new Error(`signedCertificate must have the declared name constraints, got ${nameConstraints ? 'others' : 'none'}; ${REMEDY}`);
  }
}

function isSame(declared: NameLists | undefined, found: readonly RawGeneralName[] = []): boolean {
  const [one, other] = [rawNames(declared ?? {}), found].map(names => names.map(({ type, value }) => `${type}:${hexOf(value)}`).sort());
  return JSON.stringify(one) === JSON.stringify(other);
}

function hexOf(value: RawGeneralName['value']): string {
  return (Buffer.isBuffer(value) ? value : Buffer.from(value)).toString('hex');
}
