import { Caller, InstanceApi } from './instance-api';
import { InstanceCertificates } from './instance-certificates';
import { WaysOut } from './refusal';
import { signRequest } from './sign-request';
import { checkForm } from '../../../contract/forms';
import { complain, optionalText, RawProperties, secretId } from '../../../resource/property-values';
import { credentialsIn, readSecretMap } from '../../registrar/credentials';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import { checkHuaweiRegion, checkSigningRegion, HUAWEI_ENDPOINT, HUAWEI_ID, HUAWEI_PROJECT_ID, signingRegion } from '../contract';

/** An instance of IoTDA as the properties name it. */
export interface HuaweiInstance {
  readonly endpoint: string;
  readonly projectId: string;
  readonly instanceId?: string;
  readonly appId?: string;
  readonly region?: string;
  readonly credentials: string;
}

/** The external dependencies, with the URL of a server that a test runs instead of IoTDA. */
export interface HuaweiReach extends Outside {
  readonly url?: string;
}

export function huaweiInstance(properties: RawProperties): HuaweiInstance {
  const { Endpoint, ProjectId, CredentialsSecretArn } = properties;
  const instanceId = optionalText('instanceId', properties.InstanceId);
  const appId = optionalText('appId', properties.AppId);
  const region = optionalText('region', properties.Region);
  complain(checkForm('endpoint', Endpoint, HUAWEI_ENDPOINT)
    ?? checkForm('projectId', ProjectId, HUAWEI_PROJECT_ID)
    ?? (instanceId === undefined ? undefined : checkForm('instanceId', instanceId, HUAWEI_ID))
    ?? (appId === undefined ? undefined : checkForm('appId', appId, HUAWEI_ID))
    ?? checkHuaweiRegion(Endpoint as string, region));
  return {
    endpoint: Endpoint as string,
    projectId: ProjectId as string,
    instanceId,
    appId,
    region,
    credentials: secretId('credentials', CredentialsSecretArn),
  };
}

/** The API of an instance, whose calls a signal ends. */
export type SignedIn = (signal: AbortSignal) => InstanceApi;

/** Returns the CA certificates of an instance. */
export async function certificatesOf(instance: HuaweiInstance, signal: AbortSignal, reach: HuaweiReach): Promise<InstanceCertificates> {
  return new InstanceCertificates((await apiOf(instance, signal, reach))(signal));
}

/**
 * Reads the credentials for an instance.
 *
 * @param signal ends the reading of the credentials
 * @param waysOut what to do about some refusals instead of what `WAYS_OUT` says
 * @param wayOut what to do about a call for which the time was too short
 */
export async function apiOf(
  instance: HuaweiInstance, signal: AbortSignal, reach: HuaweiReach, waysOut?: WaysOut, wayOut?: string,
): Promise<SignedIn> {
  const { endpoint, projectId, instanceId, appId } = instance;
  const caller = await callerOf(instance, signal, reach);
  const place = {
    url: `${reach.url ?? `https://${endpoint}`}/v5/iot/${projectId}`,
    headers: { 'host': endpoint, 'x-project-id': projectId, ...instanceId !== undefined && { 'instance-id': instanceId } },
    appId,
  };
  return during => new InstanceApi(new HttpApi(during, reach.trustedCas, wayOut), caller, place, waysOut);
}

/**
 * Authenticates the caller by what the secret holds: by a token, or by an access key, which signs each attempt.
 * https://support.huaweicloud.com/api-iothub/iot_06_v5_0004.html
 */
async function callerOf({ credentials, endpoint, region }: HuaweiInstance, signal: AbortSignal, { readSecret }: HuaweiReach): Promise<Caller> {
  const secret = await readSecretMap(credentials, signal, readSecret);
  const [hasToken, hasKey] = [secret.members?.token, secret.members?.accessKeyId].map(value => value !== undefined && value !== null && value !== '');
  if (hasToken === hasKey) {
    throw new Error('credentials must be a secret with the JSON members accessKeyId and secretAccessKey, or with token alone, '
      + `got ${credentials} with ${hasToken ? 'both' : 'neither'}`);
  }
  if (hasToken) {
    const { token } = credentialsIn(secret, ['token']);
    return { authenticate: request => ({ ...request, headers: { ...request.headers, 'x-auth-token': token } }), secrets: [token] };
  }
  const key = credentialsIn(secret, ['accessKeyId', 'secretAccessKey']);
  complain(checkSigningRegion(endpoint, region));
  return { authenticate: request => signRequest(request, key, new Date(), signingRegion(endpoint, region)), secrets: [key.secretAccessKey] };
}
