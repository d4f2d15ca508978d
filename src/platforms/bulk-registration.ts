import { DeviceResult } from '../contract/fleet';

/** A form in which a platform takes many devices at once. */
export interface BulkRegistration {
  /** The names of the columns of CSV; absent for JSON Lines. */
  readonly columns?: readonly string[];
  /** What a device has: an object for JSON Lines, and the values of the columns otherwise. */
  readonly line: (device: DeviceResult) => object | readonly string[];
}
