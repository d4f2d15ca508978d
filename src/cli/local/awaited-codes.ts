import { referencesIn } from './references';
import { ResourceDeclaration, Template } from './template';
import { RegistrationType } from '../../contract/registrations';
import { ResourceType } from '../../contract/resource-types';

const REGISTRATION_TYPES: readonly string[] = Object.values(RegistrationType);

/**
 * The verification certificates of a template whose code a platform gives only in the deployment, which does not happen here:
 * by their logical ids, with that of the resource that asks the platform.
 */
export function awaitedCodes({ resources }: Template): ReadonlyMap<string, string> {
  const registration = ({ properties }: ResourceDeclaration): string | undefined =>
    [...referencesIn(properties)].find(id => REGISTRATION_TYPES.includes(resources.get(id)?.type ?? ''));
  return new Map([...resources]
    .filter(([, { type }]) => type === ResourceType.VERIFICATION_CERTIFICATE)
    .map(([id, declaration]) => [id, registration(declaration)])
    .filter((pair): pair is [string, string] => pair[1] !== undefined));
}
