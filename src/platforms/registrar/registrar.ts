import { inOrder, RecordedRegistrar } from './latest-request';
import { functionEnvironment } from '../../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext } from '../../lambda/cloudformation/handle-event';
import { Attributes, failureOf, LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { entryOf } from '../../lambda/outside-text';
import { assertResponseFits } from '../../resource/response-size';

/** How long, from its first refusal on, a right that was just given is taken to be on its way; milliseconds. */
export const PATIENCE = 60_000;

/** What a resource is to be, or was, at a platform. */
export interface RegistrationRequest extends LifecycleEvent {
  /** Ends every call, and every wait between two. */
  readonly signal: AbortSignal;
}

/** A resource as it stands at the platform. */
export interface Registration {
  /** Made of what identifies the resource at the platform, so that a retry finds it; another id means another resource. */
  readonly physicalResourceId: string;
  readonly data: Attributes;
}

/**
 * One kind of resource at a platform. Both methods can be called again for the same request, also at the same time: what is there
 * already is found, compared, and taken over.
 */
export interface Registrar {
  /** Makes the resource what its properties declare. */
  declare(request: RegistrationRequest): Promise<Registration>;
  /** Removes it; does nothing if it is gone, or was never there. */
  remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void>;
}

/** The Lambda handler of a platform's function, which answers CloudFormation itself. */
export function registrarHandler(
  registrars: { readonly [resourceType: string]: Registrar | RecordedRegistrar },
): (event: unknown, context: InvocationContext) => Promise<void> {
  return (event, context) => handleCloudFormationEvent(event, context, (request, signal) => carryOut(registrars, { ...request, signal }),
    functionEnvironment(process.env));
}

/** Carries out one request. Also what the tests drive. */
export async function carryOut(
  registrars: { readonly [resourceType: string]: Registrar | RecordedRegistrar }, request: RegistrationRequest,
): Promise<LifecycleResult> {
  const { resourceType, requestType, physicalResourceId } = request;
  const found = entryOf(registrars, resourceType);
  try {
    if (!found) {
      throw new Error(`the resource type must be one of ${Object.keys(registrars).join(', ')}, got another one`);
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
