import { Caller, InstanceCertificates } from './instance-certificates';
import { signRequest } from './sign-request';
import { checkChoice, checkForm } from '../../../contract/forms';
import { complain, optionalText, RawProperties, secretId } from '../../../resource/property-values';
import { readCredentials } from '../../registrar/credentials';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import {
  checkHuaweiRegion, HUAWEI_CREDENTIAL_KINDS, HUAWEI_CREDENTIALS, HUAWEI_ENDPOINT, HUAWEI_ID, HUAWEI_PROJECT_ID, HuaweiCredentialKind, signingRegion,
} from '../contract';

/** An instance of IoTDA as the properties name it. */
export interface HuaweiInstance {
  readonly endpoint: string;
  readonly projectId: string;
  readonly instanceId?: string;
  readonly appId?: string;
  readonly region?: string;
  readonly credentialsKind: HuaweiCredentialKind;
  readonly credentials: string;
}

/** What tests have instead: a server of their own. */
export interface HuaweiReach extends Outside {
  readonly url?: string;
}

export function huaweiInstance(properties: RawProperties): HuaweiInstance {
  const { Endpoint, ProjectId, CredentialsKind, CredentialsSecretArn } = properties;
  const instanceId = optionalText('instanceId', properties.InstanceId);
  const appId = optionalText('appId', properties.AppId);
  const region = optionalText('region', properties.Region);
  complain(checkForm('endpoint', Endpoint, HUAWEI_ENDPOINT)
    ?? checkForm('projectId', ProjectId, HUAWEI_PROJECT_ID)
    ?? (instanceId === undefined ? undefined : checkForm('instanceId', instanceId, HUAWEI_ID))
    ?? (appId === undefined ? undefined : checkForm('appId', appId, HUAWEI_ID))
    ?? checkChoice('credentials', CredentialsKind, HUAWEI_CREDENTIAL_KINDS)
    ?? checkHuaweiRegion(Endpoint as string, region, CredentialsKind as HuaweiCredentialKind));
  return {
    endpoint: Endpoint as string,
    projectId: ProjectId as string,
    instanceId,
    appId,
    region,
    credentialsKind: CredentialsKind as HuaweiCredentialKind,
    credentials: secretId('credentials', CredentialsSecretArn),
  };
}

/** Answers the CA certificates of an instance. */
export async function certificatesOf(instance: HuaweiInstance, signal: AbortSignal, reach: HuaweiReach): Promise<InstanceCertificates> {
  const { endpoint, projectId, instanceId, appId } = instance;
  return new InstanceCertificates(new HttpApi(signal, reach.trustedCas), await callerOf(instance, signal, reach), {
    url: `${reach.url ?? `https://${endpoint}`}/v5/iot/${projectId}/certificates`,
    headers: { 'host': endpoint, 'x-project-id': projectId, ...instanceId !== undefined && { 'instance-id': instanceId } },
    appId,
  });
}

/** Identifies the caller: by a signature, made for each attempt, or by a token. */
async function callerOf(
  { credentials, credentialsKind, endpoint, region }: HuaweiInstance, signal: AbortSignal, { readSecret }: HuaweiReach,
): Promise<Caller> {
  if (credentialsKind === 'Token') {
    const { token } = await readCredentials(credentials, HUAWEI_CREDENTIALS.Token, signal, readSecret);
    return { authenticate: request => ({ ...request, headers: { ...request.headers, 'x-auth-token': token } }), secrets: [token] };
  }
  const key = await readCredentials(credentials, HUAWEI_CREDENTIALS.AccessKey, signal, readSecret);
  return { authenticate: request => signRequest(request, key, new Date(), signingRegion(endpoint, region)), secrets: [key.secretAccessKey] };
}
