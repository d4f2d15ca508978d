import { apiOf, huaweiInstance, HuaweiReach } from './instance';
import { IotdaRevocation } from './iotda-revocation';
import { HUAWEI_IOTDA, REVOCATION_WAYS_OUT } from './refusal';
import { revocationHandler } from '../../registrar/revocation/revocation-handler';
import { RevocationTarget } from '../../registrar/revocation/revocation-target';
import { Occasion } from '../../registrar/revocation/revoking-ca';
import { HuaweiRevocationEnvironment } from '../contract';

/** Reads the credentials for the instance that the environment of the function names. */
export async function signIn(
  environment: NodeJS.ProcessEnv, signal: AbortSignal, { wayOut }: Occasion, reach: HuaweiReach = {},
): Promise<RevocationTarget> {
  const { ENDPOINT, PROJECT_ID, INSTANCE_ID, APP_ID, REGION, CREDENTIALS_SECRET_ARN } = environment as Partial<HuaweiRevocationEnvironment>;
  const instance = huaweiInstance({
    Endpoint: ENDPOINT, ProjectId: PROJECT_ID, InstanceId: INSTANCE_ID, AppId: APP_ID, Region: REGION, CredentialsSecretArn: CREDENTIALS_SECRET_ARN,
  });
  return new IotdaRevocation(await apiOf(instance, signal, reach, REVOCATION_WAYS_OUT, wayOut));
}

/**
 * The entry point of the function that carries revocations over to IoTDA. A certificate that IoTDA knows takes one call in a check, and another
 * one takes a few. No quota of these calls is known, so the pace is that of AWS IoT Core, the most careful of those for a quota by the second.
 */
export const revoke = revocationHandler(() => ({ name: HUAWEI_IOTDA, pace: 200, signIn }));
