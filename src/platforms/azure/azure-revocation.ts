import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AZURE_SERVICE, AzureIotService } from './azure-iot-service';
import { AzureRevocationEnvironment } from './contract';
import { check, Kinds, pathBelow } from '../../constructs/checks/kinds';
import { SECRET } from '../../constructs/checks/object-kinds';
import { validate } from '../../constructs/checks/validation';
import { grantUseSecret, secretIdOf } from '../../constructs/keys/private-key';
import { DEVICE_REVOCATION_KINDS, DeviceRevocationProps, PlatformRevocation } from '../platform-revocation';
import { platformRules } from '../registry';

/**
 * The CA whose revocations are carried over to an Azure service, and the service principal that does so.
 */
export interface AzureRevocationProps extends DeviceRevocationProps {
  /** The service that has devices with certificates of the CA. An IoT hub and its provisioning service need an `AzureRevocation` each. */
  readonly service: AzureIotService;

  /**
   * The secret with the service principal that carries revocations over: a JSON map with `tenantId`, `clientId` and `clientSecret`. The
   * service principal needs a role on the service: IoT Hub Registry Contributor, or Device Provisioning Service Data Contributor. A role of
   * your own needs the data actions `Microsoft.Devices/IotHubs/devices/read` and `/write`, or
   * `Microsoft.Devices/provisioningServices/enrollments/read`, `/write` and `/delete`. The Contributor role does not include them.
   *
   * @see https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-azure-ad
   * @see https://learn.microsoft.com/azure/iot-dps/concepts-control-access-dps-azure-ad
   */
  readonly credentials: ISecret;
}

const KINDS: Kinds<AzureRevocationProps> = { ...DEVICE_REVOCATION_KINDS, service: AZURE_SERVICE, credentials: SECRET };

/**
 * Carries the revocations of a CA over to an Azure IoT hub, or to a Device Provisioning Service. Each looks up the certificate's common name:
 * the device ID, or the registration ID.
 *
 * In an IoT hub, the device is disabled, and its status reason names the certificate. If the device also accepts the thumbprint of another
 * certificate, only the thumbprint of the revoked one is removed, as long as the other certificate is good. A device that authenticates with keys or with other certificates is left
 * alone. If a device accepts any certificate of the CA and the CA has issued it another one, it stays enabled, since the hub can't refuse one
 * of them; the function logs a warning that says what to do. The same applies to modules, which IoT Hub can't disable.
 *
 * In a provisioning service, the individual enrollment with the certificate is disabled. If there is none, a disabled one is created, and
 * takes the place of the enrollment group's trust, unless the CA has issued the device another certificate. Devices that are connected to a
 * hub stay connected, so declare an `AzureRevocation` for the hub as well.
 *
 * The end of a hold takes back what this construct has done for that certificate, or for another one of the device that is not revoked for good,
 * and nothing else. A device under another ID than the common name is not found. Whoever gives a device a new certificate
 * enables the device, or deletes the disabled enrollment, by hand: Azure would accept the revoked certificate again, too.
 *
 * @see https://learn.microsoft.com/rest/api/iothub/service/devices/create-or-update-identity
 * @see https://learn.microsoft.com/azure/iot-dps/how-to-revoke-device-access-portal
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const service: AzureIotService;
 * declare const credentials: Secret;
 * declare const topic: ITopic;
 * const revocation = new AzureRevocation(ca.stack, 'AzureRevocation', { ca, service, credentials });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class AzureRevocation extends PlatformRevocation {
  constructor(scope: Construct, id: string, props: AzureRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { service, credentials } = props;
    const { Cloud, Service, ServiceName } = service._render();
    const environment: AzureRevocationEnvironment = {
      AZURE_CLOUD: Cloud, AZURE_SERVICE: Service, AZURE_SERVICE_NAME: ServiceName, CREDENTIALS_SECRET_ARN: secretIdOf(scope, credentials),
    };
    super(scope, id, props, {
      platform: Service,
      place: `${platformRules(Service).name} ${ServiceName}`,
      bundle: 'registrars',
      handler: 'azureRevocation',
      environment: { ...environment },
      knowsDevices: true,
      showsMarks: true,
    });
    service._rules().forEach(({ value, rule }) => validate(this, [value], rule));
    grantUseSecret(credentials, this._rights);
  }
}
