import { DataPlane } from './data-plane';
import { Decision } from './decision';
import { deviceChange } from './device-change';
import { enrollmentChange } from './enrollment-change';
import { AzureReach, AzureService, serviceName, signIn } from './service';
import { checkChoice, checkForm } from '../../../contract/forms';
import { JsonMap } from '../../../contract/json-map';
import { log } from '../../../lambda/log';
import { complain, secretId } from '../../../resource/property-values';
import { HttpApi } from '../../registrar/http-api';
import { revocationHandler } from '../../registrar/revocation/revocation-handler';
import { NO_NAME, RevocationTarget, RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { Occasion } from '../../registrar/revocation/revoking-ca';
import { commonNameOf } from '../../registrar/shown-certificate';
import {
  AZURE_CLOUD_NAMES, AZURE_DATA_PLANES, AZURE_SERVICE_NAMES, AZURE_SERVICES, AzureCloudName, AzureRevocationEnvironment, AzureServiceName,
} from '../contract';

/** How revocations are carried over to a kind of service. */
interface Revocation {
  readonly decide: (kept: JsonMap | undefined, id: string, revoked: RevokedCertificate) => Promise<Decision>;
  /** Why something with this ID can't be disabled, and what to do about it. */
  readonly limit?: (id: string) => string | undefined;
  /** The least time between two certificates in a check of everything, so that half of the quota is left to others; milliseconds. */
  readonly pace: number;
}

const REVOCATIONS: { readonly [S in AzureServiceName]: Revocation } = {
  // 100 operations a minute for each unit of a hub: https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling
  'azure-iot-hub': {
    decide: deviceChange,
    // https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-identity-registry#disable-devices
    limit: id => id.includes('/') ? `the module ${id} can't be disabled; delete it, or disable its device, by hand` : undefined,
    pace: 1_200,
  },
  // 1,000 operations a minute: https://learn.microsoft.com/azure/iot-dps/about-iot-dps#quotas-and-limits
  'azure-dps': { decide: enrollmentChange, pace: 120 },
};

/** The service to which revocations are carried over. */
type RevocationService = Pick<AzureService, 'cloud' | 'service' | 'name' | 'credentials'>;

/** The entry point of the function that carries the revocations of a CA over to an Azure service. */
export const handler = revocationHandler(environment => {
  const service = serviceIn(environment);
  return {
    name: serviceName(service),
    pace: REVOCATIONS[service.service].pace,
    signIn: (_environment, signal, occasion) => revocationTarget(service, signal, occasion),
  };
});

/** The service that the environment of the function names. */
export function serviceIn(environment: NodeJS.ProcessEnv): RevocationService {
  const { AZURE_CLOUD, AZURE_SERVICE, AZURE_SERVICE_NAME, CREDENTIALS_SECRET_ARN } = environment as Partial<AzureRevocationEnvironment>;
  complain(checkChoice('AZURE_CLOUD', AZURE_CLOUD, AZURE_CLOUD_NAMES)
    ?? checkChoice('AZURE_SERVICE', AZURE_SERVICE, AZURE_SERVICE_NAMES)
    ?? checkForm('AZURE_SERVICE_NAME', AZURE_SERVICE_NAME, AZURE_SERVICES[AZURE_SERVICE as AzureServiceName].name));
  return {
    cloud: AZURE_CLOUD as AzureCloudName,
    service: AZURE_SERVICE as AzureServiceName,
    name: AZURE_SERVICE_NAME as string,
    credentials: secretId('CREDENTIALS_SECRET_ARN', CREDENTIALS_SECRET_ARN),
  };
}

/**
 * Signs in and returns the service as revocations are carried over to it.
 *
 * @throws Error if the credentials do not allow signing in
 */
export async function revocationTarget(
  service: RevocationService, signal: AbortSignal, { wayOut }: Occasion, reach: AzureReach = {},
): Promise<RevocationTarget> {
  const { collection, clouds, ...plane } = AZURE_DATA_PLANES[service.service];
  const { domain, scope } = clouds[service.cloud];
  const token = await signIn(new HttpApi(signal, reach.trustedCas, wayOut), service, scope, signal, reach);
  const url = `${reach.endpoints?.dataPlane ?? `https://${service.name}.${domain}`}/${collection}`;
  return new AzureRevocationTarget(service.service, new DataPlane(token, { ...plane, name: serviceName(service), url }, wayOut, reach.trustedCas));
}

/** Disables what lets devices with revoked certificates connect to an IoT hub, or be provisioned by a provisioning service. */
class AzureRevocationTarget implements RevocationTarget {
  constructor(private readonly service: AzureServiceName, private readonly plane: DataPlane) {}

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const { certificate } = revoked;
    const { decide, limit } = REVOCATIONS[this.service];
    const id = commonNameOf(certificate) ?? '';
    const outOfReach = certificate.ca ? 'a CA certificate can\'t be disabled; delete it, and the enrollment groups that use it, by hand' : limit?.(id);
    if (outOfReach !== undefined) {
      return this.leaveAlone(revoked, outOfReach);
    }
    if (/^\.+$/.test(id) || checkForm('the common name', id, AZURE_DATA_PLANES[this.service].id) !== undefined) {
      return undefined; // nothing can have this ID
    }
    return this.plane.bringIntoLine(id, async kept => {
      const decision = await decide(kept, id, revoked);
      return decision && 'leftAlone' in decision ? this.leaveAlone(revoked, decision.leftAlone) : decision;
    }, signal);
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    await this.plane.find(NO_NAME, signal);
  }

  private leaveAlone({ serialNumber }: RevokedCertificate, why: string): undefined {
    log('WARN', { message: `${this.plane.serviceName}: ${why}`, serialNumber });
  }
}
