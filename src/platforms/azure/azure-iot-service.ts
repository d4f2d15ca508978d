import { AZURE_SERVICES, AzureCloudName, AzureServiceName, AzureServiceProperties, RESOURCE_GROUP, SUBSCRIPTION_ID } from './contract';
import { check, Kinds, oneOf, optional, orToken, TEXT } from '../../constructs/checks/kinds';
import { checkForm } from '../../contract/forms';
import { Complaint } from '../../contract/rules';
import { IotPlatform } from '../iot-platform';

/**
 * A cloud of Azure. Each has subscriptions, tenants and endpoints of its own.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export enum AzureCloud {
  /** The global one. */
  PUBLIC = 'public',
  /** Azure Government, of the United States. */
  US_GOVERNMENT = 'us-government',
  /** Azure in China, operated by 21Vianet. */
  CHINA = 'china',
}

/**
 * Where a service of Azure is. The service itself is made elsewhere.
 */
export interface AzureIotServiceOptions {
  /** The subscription, a UUID. */
  readonly subscriptionId: string;

  /** The name of the resource group. */
  readonly resourceGroup: string;

  /** The name of the service. */
  readonly name: string;

  /**
   * The cloud that it is in.
   *
   * @default AzureCloud.PUBLIC
   */
  readonly cloud?: AzureCloud;
}

const KINDS: Kinds<AzureIotServiceOptions> = {
  subscriptionId: TEXT, resourceGroup: TEXT, name: TEXT, cloud: optional(orToken(oneOf('AzureCloud', AzureCloud))),
};

/** A value of a service, and the rule for it. @internal */
export interface AzureServiceRule {
  readonly value: string;
  readonly rule: () => Complaint;
}

/**
 * A service of Azure that devices connect to, and that holds the CA certificates it trusts.
 */
export class AzureIotService {
  /** An IoT Hub Device Provisioning Service. An enrollment group can name the CA; at most 25 CAs. */
  public static deviceProvisioningService(options: AzureIotServiceOptions): AzureIotService {
    check('AzureIotService.deviceProvisioningService()', KINDS, options);
    return new AzureIotService(IotPlatform.AZURE_DPS, 'azure-dps', options);
  }

  /** An IoT hub. Devices that authenticate by a certificate of the CA have to be registered with it by their device ID. */
  public static iotHub(options: AzureIotServiceOptions): AzureIotService {
    check('AzureIotService.iotHub()', KINDS, options);
    return new AzureIotService(IotPlatform.AZURE_IOT_HUB, 'azure-iot-hub', options);
  }

  private constructor(
    /** The platform whose rules apply. */
    public readonly platform: IotPlatform,
    private readonly service: AzureServiceName,
    private readonly options: AzureIotServiceOptions,
  ) {}

  /** @internal */
  public _rules(): AzureServiceRule[] {
    const { subscriptionId, resourceGroup, name } = this.options;
    return [
      { value: subscriptionId, rule: () => checkForm('subscriptionId', subscriptionId, SUBSCRIPTION_ID) },
      { value: resourceGroup, rule: () => checkForm('resourceGroup', resourceGroup, RESOURCE_GROUP) },
      { value: name, rule: () => checkForm('name', name, AZURE_SERVICES[this.service].name) },
    ];
  }

  /** @internal */
  public _render(): Omit<AzureServiceProperties, 'CredentialsSecretArn'> {
    const { subscriptionId, resourceGroup, name, cloud = AzureCloud.PUBLIC } = this.options;
    return {
      Cloud: cloud satisfies AzureCloudName, Service: this.service, SubscriptionId: subscriptionId, ResourceGroup: resourceGroup, ServiceName: name,
    };
  }
}
