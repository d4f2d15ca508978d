import { inOrder, RecordedRegistrar } from './latest-request';
import { Registrar, RegistrationRequest } from './registration';
import { isMap } from '../../contract/json-map';
import { functionEnvironment } from '../../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext } from '../../lambda/cloudformation/handle-event';
import { entryOf } from '../../lambda/outside-text';
import { NamesIn } from '../../resource/known-names';
import { failureOf, LifecycleResult } from '../../resource/lifecycle-event';
import { assertResponseFits } from '../../resource/response-size';

/** How long after its first refusal a permission that was just granted may take to become effective; milliseconds. */
export const PATIENCE = 60_000;

/** Whether CloudFormation sends an event, or somebody who wants it to look so: the handler of requests finds out. */
export function isRequest(event: unknown): boolean {
  return isMap(event) && event.ResponseURL !== undefined;
}

/**
 * The Lambda handler of a platform's function, which answers CloudFormation itself.
 *
 * @param namesIn finds the names by which the platform knows the declared resources
 */
export function registrarHandler(
  registrars: { readonly [resourceType: string]: Registrar | RecordedRegistrar }, namesIn?: NamesIn,
): (event: unknown, context: InvocationContext) => Promise<void> {
  return (event, context) => handleCloudFormationEvent(event, context, (request, signal) => carryOut(registrars, { ...request, signal }),
    functionEnvironment(process.env), namesIn);
}

/** Carries out one request. Tests also call it. */
export async function carryOut(
  registrars: { readonly [resourceType: string]: Registrar | RecordedRegistrar }, request: RegistrationRequest,
): Promise<LifecycleResult> {
  const { resourceType, requestType, physicalResourceId } = request;
  const found = entryOf(registrars, resourceType);
  try {
    if (!found) {
      throw new Error(`the resource type must be one of ${Object.keys(registrars).join(', ')}, got another type`);
    }
    const registrar = 'aimOf' in found ? inOrder(found) : found;
    if (requestType === 'Delete') {
      await registrar.remove({ ...request, physicalResourceId: physicalResourceId! });
      return { physicalResourceId: physicalResourceId! };
    }
    const registration = await registrar.declare(request);
    assertResponseFits(request, registration.physicalResourceId, registration.data);
    return registration;
  } catch (error) {
    throw failureOf(request, physicalResourceId, error);
  }
}
