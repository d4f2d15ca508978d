import { NO_NAME } from './revocation-target';
import { RevokingCa } from './revoking-ca';
import { PlatformRevocationCheckProperties } from '../../../contract/revocation-functions';
import { sha256 } from '../../../contract/sha256';
import { log } from '../../../lambda/log';
import { KnownNames } from '../../../resource/known-names';
import { RawProperties, record } from '../../../resource/property-values';
import { Registrar, Registration, RegistrationRequest } from '../registration';

/** How long a check goes on trying, so that a deployment does not wait for a platform that is down; milliseconds. */
const TIME_TO_CHECK = 120_000;

/** The form of a serial number, and the number of no certificate. */
const NO_SERIAL_NUMBER = '0'.repeat(40);

/**
 * Signs in to a platform and makes a harmless read of everything that is needed to carry revocations over: of the first page of the CA's
 * revocations, of the ledgers of the other CAs, and of the platform.
 *
 * @throws Error that says what can't be reached, or what refuses the function
 */
export async function assertInReach({ caId, ledger, others, target }: RevokingCa, signal: AbortSignal): Promise<void> {
  for await (const _page of ledger(signal).revocations(caId)) {
    break;
  }
  for (const other of others(signal)) {
    for await (const _certificate of other.ledger.others({ issuer: other.caId, serialNumber: NO_SERIAL_NUMBER }, NO_NAME)) {
      break;
    }
  }
  await (await target(signal)).assertInReach(signal);
}

/** The states of the declaration that a physical id names: the one that was checked last, and the one before. */
const CHECK_ID = /^revocation-check-([0-9a-f]{32})(?:-after-([0-9a-f]{32}))?$/;

/**
 * The check that a deployment makes whenever it changes what the function works with. Nothing is made, so a removal does nothing.
 *
 * A failed check fails the deployment. It must not fail the rollback as well, which would leave a stack that can't be updated, and
 * CloudFormation does not tell a rollback from any other update. Therefore the physical id remembers the declaration that was checked before.
 * An update that goes back to it, or that leaves the declaration as it was checked, succeeds whatever its check says, and the log says that
 * the check has failed.
 */
export class DeploymentCheck implements Registrar {
  /** @param check throws if revocations can't be carried over */
  constructor(private readonly check: (signal: AbortSignal) => Promise<void>) {}

  public async declare({ requestType, physicalResourceId = '', properties, signal }: RegistrationRequest): Promise<Registration> {
    const declared = digestOf(properties);
    const [, checked, before] = requestType === 'Update' && CHECK_ID.exec(physicalResourceId) || [];
    const isKnown = declared === checked || declared === before;
    try {
      await this.check(AbortSignal.any([signal, AbortSignal.timeout(TIME_TO_CHECK)]));
    } catch (error) {
      if (!isKnown) {
        throw error;
      }
      const { name, message } = error as Error;
      log('WARN', { message: 'the check failed; the deployment goes on, because this declaration was checked before', errorName: name, errorMessage: message });
    }
    const after = isKnown || checked === undefined ? '' : `-after-${checked}`;
    return { physicalResourceId: declared === checked ? physicalResourceId : `revocation-check-${declared}${after}`, data: {} };
  }

  public async remove(): Promise<void> {
    // nothing was made
  }
}

/** The names that messages may show although they are long: those of tables, secrets and platforms. */
export function namesInCheck({ Environment }: RawProperties): KnownNames {
  return { declared: Object.values(record('Environment', Environment)).filter(value => typeof value === 'string') };
}

/** What the function works with: the same for the same environment, in whatever order CloudFormation sends it. */
function digestOf({ Environment }: RawProperties & Partial<PlatformRevocationCheckProperties>): string {
  return sha256(JSON.stringify(Object.entries(record('Environment', Environment)).sort())).slice(0, 32);
}
