import { Registrar, Registration, RegistrationRequest } from './registration';
import { RegistrationRecords, resourceOf } from './registration-records';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';
import { RawProperties } from '../../resource/property-values';

/** The latest request for a resource, as recorded. */
export interface LatestRequest {
  readonly requestId: string;
  /** ISO 8601. A request has at most one of the two times; see `RequestTime`. */
  readonly requestedAt?: string;
  readonly expiresAt?: string;
  readonly isRemoval: boolean;
  /** The aim with which the request leaves the resource; absent if there is none. */
  readonly aim?: string;
}

/** A registrar that records its resources, so that a delivery that arrives late, or ends late, changes nothing. */
export interface RecordedRegistrar extends Registrar {
  /** Names the registration that the properties declare, by what is known before it is made. Equal names mean the same registration. */
  aimOf(properties: RawProperties): string;
  /** Whether a physical ID names a registration that these properties declare. */
  isOf(physicalResourceId: string, properties: RawProperties, request: RegistrationRequest): boolean | Promise<boolean>;
  recordsOf(request: RegistrationRequest): RegistrationRecords;
}

/** A physical ID that names no registration: for it, the registrar removes what a failed request has left behind. */
const OF_FAILED_REQUEST = 'failed';

/** The times by which two requests are compared, if both requests have the same one. */
const TIMES = ['requestedAt', 'expiresAt'] as const;

/**
 * The record of the latest request, once this request has begun.
 *
 * @throws OvertakenError if a later request has begun
 */
export function begun(latest: LatestRequest | undefined, event: LifecycleEvent, aim: string): LatestRequest {
  if (latest && isBefore(event, latest)) {
    throw new OvertakenError();
  }
  const { requestId, requestedAt, expiresAt, requestType } = event;
  const isRemoval = requestType === 'Delete';
  return {
    requestId,
    requestedAt: requestedAt?.toISOString(),
    expiresAt: expiresAt?.toISOString(),
    isRemoval,
    aim: !isRemoval ? aim : latest?.aim === aim ? undefined : latest?.aim,
  };
}

/**
 * Whether a request was made before the latest one. If both were made in the same second, the removal is the later one, because
 * CloudFormation immediately removes what it cancels.
 */
function isBefore(event: LifecycleEvent, latest: LatestRequest): boolean {
  const time = TIMES.find(each => event[each] && latest[each]);
  if (latest.requestId === event.requestId || !time) {
    return false;
  }
  const made = event[time]!.toISOString();
  return made < latest[time]! || (made === latest[time] && latest.isRemoval && event.requestType !== 'Delete');
}

/**
 * Makes a registrar carry out only the latest request for a resource. CloudFormation makes one request at a time, but Lambda can deliver
 * an event late, or twice at the same time, and a call that has begun cannot be recalled. So a request that is not the latest is refused,
 * and an overtaken delivery takes back what it has done.
 */
export function inOrder(registrar: RecordedRegistrar): Registrar {
  return {
    declare: async request => {
      const aim = registrar.aimOf(request.properties);
      const records = registrar.recordsOf(request);
      await records.begin(request, aim);
      const isOvertaken = async (): Promise<boolean> => await records.aim(resourceOf(request)) !== aim;
      const registration = await registrar.declare(request).catch(async error => {
        if (await isOvertaken().catch(() => false)) {
          await takeBack(registrar, request, undefined);
        }
        throw error;
      });
      if (await isOvertaken()) {
        await takeBack(registrar, request, registration);
        throw new OvertakenError();
      }
      await removeLeft(registrar, request, registration);
      return registration;
    },
    remove: async request => {
      try {
        await registrar.recordsOf(request).begin(request, registrar.aimOf(request.properties));
      } catch (error) {
        if (error instanceof OvertakenError) {
          throw error;
        }
        // The properties may be wrong, for example after a failed creation. The registrar decides whether there is anything to remove.
      }
      await registrar.remove(request);
    },
  };
}

/** Takes back what a delivery did after a later request had begun: the later request wants what was there before, or nothing. */
async function takeBack(registrar: RecordedRegistrar, request: RegistrationRequest, registration: Registration | undefined): Promise<void> {
  const { oldProperties } = request;
  const own = { ...request, physicalResourceId: registration?.physicalResourceId ?? OF_FAILED_REQUEST };
  if (oldProperties && await registrar.recordsOf(request).aim(resourceOf(request)) === registrar.aimOf(oldProperties)) {
    await registrar.declare({ ...own, properties: oldProperties });
  }
  await registrar.remove(own);
}

/**
 * Removes what a failed update has left behind. CloudFormation never requests that removal, but the next update names the failed update's
 * properties.
 */
async function removeLeft(registrar: RecordedRegistrar, request: RegistrationRequest, registration: Registration): Promise<void> {
  const { oldProperties, physicalResourceId } = request;
  try {
    if (!oldProperties || registrar.aimOf(oldProperties) === registrar.aimOf(request.properties)) {
      return;
    }
    const stands = await Promise.all([physicalResourceId, registration.physicalResourceId].map(id => registrar.isOf(id!, oldProperties, request)));
    if (!stands.includes(true)) {
      await registrar.remove({ ...request, properties: oldProperties, physicalResourceId: OF_FAILED_REQUEST });
    }
  } catch {
    // What made the update fail may make the removal fail too, and must not prevent a rollback. The next request takes over what is left.
  }
}
