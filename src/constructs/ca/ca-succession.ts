import { Construct } from 'constructs';
import { IPrivateIotCa } from './i-private-iot-ca';
import { KnownCa, knownCa, replacesAnother } from './known-ca';
import { Retirement } from './retirement';
import { SuccessionProperties } from '../../contract/properties';
import { checkCaId, quote } from '../../contract/rules';
import { isSameName, nameText } from '../../pki/name-comparison';
import { having, Kinds, optional, TEXT } from '../checks/kinds';
import { CA } from '../checks/object-kinds';
import { validate } from '../checks/validation';

/**
 * Options that say which CA comes before this one, and how this one ends.
 */
export interface CaSuccessionOptions {
  /**
   * The CA that this one succeeds. Both issue side by side until the earlier one is retired: see `CrossCertificate`, `TrustBundle` and
   * `retirement`. A CA has at most one successor, and the successor has another name. Leave the property out once the earlier CA leaves the app;
   * neither CA changes because of it.
   *
   * @default - none
   */
  readonly predecessor?: IPrivateIotCa;

  /**
   * Retires the CA: from then on it issues nothing, while it still publishes its revocation lists and answers OCSP requests. Once a deployment has
   * retired it, its construct can be removed from the stack, or replaced by another CA without `replaces`, whatever depends on it. Leave the
   * property out again to take the CA back into use.
   *
   * @default - the CA issues
   */
  readonly retirement?: Retirement;

  /**
   * The `caId` of the CA that this one replaces. Without it, a deployment that would replace a CA with living certificates
   * fails, whether because of a changed word in the declaration or another path of the construct in its stack; the error names
   * the `caId` and what would be lost. You may leave the property in place after the replacement.
   *
   * @default - none: a deployment that would replace a CA with living certificates fails
   */
  readonly replaces?: string;
}

/** Not exported. */
export const CA_SUCCESSION_KINDS: Kinds<CaSuccessionOptions> = {
  predecessor: optional(CA),
  retirement: optional(having<Retirement>('a Retirement, such as Retirement.whenUnused()', '_properties')),
  replaces: optional(TEXT),
};

const SUCCESSORS = new WeakMap<IPrivateIotCa, IPrivateIotCa>();

/** Checks what a CA says about its succession, apart from names. */
export function validateSuccession(ca: IPrivateIotCa, { predecessor, retirement, replaces }: CaSuccessionOptions): void {
  validateCaId(ca, replaces, 'replaces');
  validateCaId(ca, retirement?._properties.RetiredInUse, 'retirement');
  const other = predecessor && SUCCESSORS.get(predecessor);
  if (other) {
    throw new Error(`${ca.node.path}: predecessor must be a CA without another successor, got ${predecessor.node.path}, which ${other.node.path} `
      + 'succeeds; declare one successor, and others as CAs without predecessor');
  }
  if (predecessor) {
    SUCCESSORS.set(predecessor, ca);
  }
}

/** Whether a CA has a successor so far. */
export function hasSuccessor(ca: IPrivateIotCa): boolean {
  return SUCCESSORS.has(ca);
}

/** Checks the name of a successor, once it is known. */
export function validateSuccessorName(ca: IPrivateIotCa, predecessor: IPrivateIotCa | undefined): void {
  const [own, former] = [ca, predecessor].map(each => each && knownCa(each).subjects[0]);
  validate(ca, [], () => own && former && isSameName(own, former)
    ? `subject must differ from that of the predecessor, got ${quote(nameText(own))} for both: platforms and devices tell CAs apart by their names; `
      + 'add the year, for example' : undefined);
}

/** The properties of a CA's resource about its succession. */
export function successionProperties({ retirement, replaces }: CaSuccessionOptions): SuccessionProperties {
  return { Replaces: replaces, ...retirement?._properties };
}

/**
 * Refuses a certificate of a CA that is retired when nothing depends on it. The function refuses it of any retired CA; but if the CA is retired in
 * use, certificates may be declared that exist.
 *
 * @param certificate the construct that declares it
 */
export function validateNotRetired(certificate: Construct, ca: IPrivateIotCa): void {
  validate(certificate, [], () => {
    const successor = SUCCESSORS.get(ca);
    return knownCa(ca).isRetired ? `ca must not be retired, got ${ca.node.path}, which issues nothing any more; `
      + `${successor ? `declare the certificate with its successor ${successor.node.path}` : 'declare a successor (predecessor)'}, or leave out retirement of the CA`
      : undefined;
  });
}

/** What is known about the succession of a CA from its declaration. */
export function knownSuccession(props: CaSuccessionOptions & { readonly generation?: number }): Pick<KnownCa, 'isReplacement' | 'isRetired'> {
  const { retirement } = props;
  return { isReplacement: replacesAnother(props), isRetired: retirement !== undefined && retirement._properties.RetiredInUse === undefined };
}

function validateCaId(ca: Construct, caId: string | undefined, property: keyof CaSuccessionOptions): void {
  validate(ca, [caId], () => caId === undefined ? undefined : checkCaId(caId, property));
}
