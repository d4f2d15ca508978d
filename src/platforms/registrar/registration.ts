import { Attributes, LifecycleEvent } from '../../resource/lifecycle-event';

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
