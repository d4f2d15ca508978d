import { readApiKey } from './api-key';
import { IotHubApi } from './iot-hub-api';
import { IotHubRevocation } from './iot-hub-revocation';
import { checked, secretId, text } from '../../../resource/property-values';
import { endpointProperty } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import { revocationHandler } from '../../registrar/revocation/revocation-handler';
import { RevocationTarget } from '../../registrar/revocation/revocation-target';
import { Occasion } from '../../registrar/revocation/revoking-ca';
import { checkRegion } from '../../registrations';
import { checkProductId, TencentIotHubRevocationEnvironment } from '../contract';
import { TENCENT_IOT_HUB_RULES } from '../rules';

/** Reads the credentials for the account whose products the environment of the function names. */
export async function signIn(
  environment: NodeJS.ProcessEnv, signal: AbortSignal, { wayOut }: Occasion, { trustedCas, readSecret }: Outside = {},
): Promise<RevocationTarget> {
  const { PRODUCT_IDS, REGION, ENDPOINT, CREDENTIALS_SECRET_ARN } = environment as Partial<TencentIotHubRevocationEnvironment>;
  const productIds = text('PRODUCT_IDS', PRODUCT_IDS).split(',').map(productId => checked<string>(checkProductId, productId));
  const [region, endpoint] = [checked<string>(checkRegion, REGION), endpointProperty(ENDPOINT)];
  const credentials = await readApiKey(secretId('CREDENTIALS_SECRET_ARN', CREDENTIALS_SECRET_ARN), signal, readSecret);
  return new IotHubRevocation(
    within => new IotHubApi(new HttpApi(within, trustedCas, wayOut), endpoint, region, credentials), productIds);
}

/**
 * The entry point of the function that carries revocations over to Tencent Cloud IoT Hub. An account may make 20 of these calls a second, of
 * which half are left to others. https://www.tencentcloud.com/document/product/1105/41906
 */
export const revoke = revocationHandler(() => ({ name: TENCENT_IOT_HUB_RULES.name, pace: 100, signIn }));
