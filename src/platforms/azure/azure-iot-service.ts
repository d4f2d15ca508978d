import { AZURE_SERVICES, AzureCloudName, AzureServiceName, AzureServiceProperties, RESOURCE_GROUP, SUBSCRIPTION_ID } from './contract';
import { check, having, Kind, Kinds, oneOf, optional, orToken, TEXT } from '../../constructs/checks/kinds';
import { checkForm } from '../../contract/forms';
import { Complaint } from '../../contract/rules';
import { IotPlatform } from '../iot-platform';

/**
 * An Azure cloud. Each cloud has its own subscriptions, tenants and endpoints.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export enum AzureCloud {
  /** The global Azure cloud. */
  PUBLIC = 'public',
  /** Azure Government, in the United States. */
  US_GOVERNMENT = 'us-government',
  /** Azure in China, operated by 21Vianet. */
  CHINA = 'china',
}

/**
 * The location of an Azure service. The service itself is created elsewhere.
 */
export interface AzureIotServiceOptions {
  /** The ID of the subscription, a UUID. */
  readonly subscriptionId: string;

  /** The name of the resource group. */
  readonly resourceGroup: string;

  /** The name of the service. */
  readonly name: string;

  /**
   * The Azure cloud that the service is in.
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
 * An Azure service that devices connect to, and that holds the CA certificates it trusts.
 */
export class AzureIotService {
  /** An IoT Hub Device Provisioning Service. An enrollment group can refer to the CA. The service holds at most 25 CAs. */
  public static deviceProvisioningService(options: AzureIotServiceOptions): AzureIotService {
    check('AzureIotService.deviceProvisioningService()', KINDS, options);
    return new AzureIotService(IotPlatform.AZURE_DPS, 'azure-dps', options);
  }

  /** An IoT hub. Devices that authenticate with a certificate of the CA must be registered with the hub by their device ID. */
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

/** The kind of a property that holds an Azure service. */
export const AZURE_SERVICE: Kind<AzureIotService> = having('an AzureIotService, such as AzureIotService.iotHub()', 'platform', '_rules');
