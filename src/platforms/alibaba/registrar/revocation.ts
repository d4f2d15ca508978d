import { readAccessKey } from './instance';
import { MqttApi } from './mqtt-api';
import { MqttRevocation } from './mqtt-revocation';
import { secretId, text } from '../../../resource/property-values';
import { endpointProperty } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import { revocationHandler } from '../../registrar/revocation/revocation-handler';
import { RevocationTarget } from '../../registrar/revocation/revocation-target';
import { Occasion } from '../../registrar/revocation/revoking-ca';
import { ApsaraMqttRevocationEnvironment } from '../contract';
import { APSARA_MQTT_RULES } from '../rules';

/** Reads the credentials for the instance that the environment of the function names. */
export async function signIn(
  environment: NodeJS.ProcessEnv, signal: AbortSignal, { wayOut }: Occasion, { trustedCas, readSecret }: Outside = {},
): Promise<RevocationTarget> {
  const { INSTANCE_ID, ENDPOINT, CREDENTIALS_SECRET_ARN } = environment as Partial<ApsaraMqttRevocationEnvironment>;
  const [instanceId, endpoint] = [text('INSTANCE_ID', INSTANCE_ID), endpointProperty(ENDPOINT)];
  const credentials = await readAccessKey(secretId('CREDENTIALS_SECRET_ARN', CREDENTIALS_SECRET_ARN), signal, readSecret);
  return new MqttRevocation(within => new MqttApi(new HttpApi(within, trustedCas, wayOut), endpoint, credentials, instanceId));
}

/**
 * The entry point of the function that carries revocations over to ApsaraMQ for MQTT. An account may make 500 calls a second, of which a
 * certificate takes two.
 * https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getdevicecertificate
 */
export const revoke = revocationHandler(() => ({ name: APSARA_MQTT_RULES.name, pace: 20, signIn }));
