import { Attributes, LifecycleEvent } from '../../resource/lifecycle-event';

/** A request for what a resource is to be, or was, at a platform. */
export interface RegistrationRequest extends LifecycleEvent {
  /** Ends every call, and every wait between two calls. */
  readonly signal: AbortSignal;
}

/** A resource as it stands at the platform. */
export interface Registration {
  /** Consists of what identifies the resource at the platform, so that a retry finds it. Another ID means another resource. */
  readonly physicalResourceId: string;
  readonly data: Attributes;
}

/**
 * One kind of resource at a platform. Both methods can be called again for the same request, even at the same time: they find what is
 * already there, compare it, and take it over.
 */
export interface Registrar {
  /** Makes the resource what its properties declare. */
  declare(request: RegistrationRequest): Promise<Registration>;
  /** Removes it; does nothing if it is gone, or was never there. */
  remove(request: RegistrationRequest & { readonly physicalResourceId: string }): Promise<void>;
}
