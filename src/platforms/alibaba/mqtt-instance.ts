import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Kinds, optional, TEXT } from '../../constructs/checks/kinds';
import { SECRET } from '../../constructs/checks/object-kinds';
import { validate } from '../../constructs/checks/validation';
import { checkEndpoint, checkPresent, checkRegion } from '../registrations';

/** An instance of ApsaraMQ for MQTT, and how it is reached. */
export interface MqttInstance {
  readonly instanceId: string;
  readonly region: string;
  readonly credentials: ISecret;
  readonly endpoint?: string;
}

export const MQTT_INSTANCE_KINDS: Kinds<MqttInstance> = {
  instanceId: TEXT,
  region: TEXT,
  credentials: SECRET,
  endpoint: optional(TEXT),
};

/** The host name of the API. */
export function mqttEndpointOf({ region, endpoint }: Pick<MqttInstance, 'region' | 'endpoint'>): string {
  return endpoint ?? `onsmqtt.${region}.aliyuncs.com`;
}

/** Checks an instance, and how it is reached. */
export function validateMqttInstance(scope: Construct, { instanceId, region, endpoint }: Omit<MqttInstance, 'credentials'>): void {
  const host = mqttEndpointOf({ region, endpoint });
  validate(scope, [instanceId], () => checkPresent('instanceId', instanceId));
  validate(scope, [region], () => checkRegion(region));
  validate(scope, [host], () => checkEndpoint(host));
}
