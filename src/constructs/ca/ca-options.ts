import { IotPlatform } from '../../platforms/iot-platform';
import { Kinds, listOf, optional, TEXT } from '../checks/kinds';
import { PLATFORM } from '../checks/object-kinds';

/**
 * Options that all CAs have in common, wherever they are made.
 */
export interface CaOptions {
  /**
   * The platforms the CA is meant for. Their rules are checked for the CA, and for every device certificate of the CA that
   * does not name platforms of its own.
   *
   * @default - none
   */
  readonly platforms?: IotPlatform[];

  /**
   * The object identifiers of the custom extensions that certificates of the CA may carry (`customExtensions`).
   *
   * @default - none
   */
  readonly allowedCustomExtensions?: string[];
}

/** Not exported. */
export const CA_OPTION_KINDS: Kinds<CaOptions> = { platforms: optional(listOf(PLATFORM)), allowedCustomExtensions: optional(listOf(TEXT)) };
