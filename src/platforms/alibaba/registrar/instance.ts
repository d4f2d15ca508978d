import { X509Certificate } from 'node:crypto';
import { AcsCredentials } from './acs3-signature';
import { MqttApi } from './mqtt-api';
import { RawProperties, secretId, text } from '../../../resource/property-values';
import { certificateProperty } from '../../registrar/certificate-property';
import { readCredentials, ReadSecret } from '../../registrar/credentials';
import { endpointProperty } from '../../registrar/endpoint';
import { HttpApi } from '../../registrar/http-api';
import { Outside } from '../../registrar/outside';
import { RegistrationRequest } from '../../registrar/registration';
import { fingerprintOf } from '../../registrar/shown-certificate';

/** What both resources declare: an instance of ApsaraMQ for MQTT, and a CA to be registered with it. */
export interface InstanceDeclaration {
  readonly instanceId: string;
  readonly ca: X509Certificate;
  readonly endpoint: string;
  readonly credentialsSecretArn: string;
}

export function parseInstance(properties: RawProperties): InstanceDeclaration {
  return {
    instanceId: text('instanceId', properties.InstanceId),
    ca: certificateProperty('ca', properties.CaCertificatePem),
    endpoint: endpointProperty(properties.Endpoint),
    credentialsSecretArn: secretId('credentials', properties.CredentialsSecretArn),
  };
}

const PREFIX = 'apsara-mqtt/';

/**
 * The identity of a resource: the instance and the certificate. The region and the endpoint are not part of it, because they only say how
 * the instance is reached.
 */
export function identityOf({ instanceId, ca }: InstanceDeclaration): string {
  return `${PREFIX}${instanceId}/${fingerprintOf(ca)}`;
}

/** Whether a physical ID was made here; that of a failed creation was not. */
export function isIdentity(physicalResourceId: string): boolean {
  return physicalResourceId.startsWith(PREFIX);
}

export async function instanceApi(
  { endpoint, credentialsSecretArn, instanceId }: InstanceDeclaration, { signal }: RegistrationRequest, { trustedCas, readSecret }: Outside,
): Promise<MqttApi> {
  return new MqttApi(new HttpApi(signal, trustedCas), endpoint, await readAccessKey(credentialsSecretArn, signal, readSecret), instanceId);
}

/** Reads the access key in a secret. */
export function readAccessKey(secretArn: string, signal: AbortSignal, read?: ReadSecret): Promise<AcsCredentials> {
  return readCredentials(secretArn, ['accessKeyId', 'accessKeySecret'], signal, read, ['securityToken']);
}
