import { randomUUID } from 'node:crypto';
import { LifecycleEvent } from '../../src/handlers/lifecycle-event';

export const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:';

type Properties = Record<string, unknown>;

/** A declared CA, with every scalar as the string that CloudFormation makes of it. */
export function caProperties(changes: Properties = {}): Properties {
  return {
    LedgerTable: 'ledger',
    Subject: { CommonName: 'Acme IoT Root CA' },
    KeyAlgorithm: 'EC_P256',
    HashAlgorithm: 'SHA-256',
    ValidityDays: '3650',
    PathLength: '0',
    Generation: '1',
    Platforms: [],
    KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Ca-AbCdEf` },
    RetainKey: 'true',
    ...changes,
  };
}

export function deviceProperties(issuer: string, changes: Properties = {}): Properties {
  return {
    LedgerTable: 'ledger',
    Issuer: issuer,
    Subject: { CommonName: 'sensor-001' },
    KeyAlgorithm: 'EC_P256',
    HashAlgorithm: 'SHA-256',
    ValidityDays: '365',
    ClipToIssuer: 'false',
    Generation: '1',
    Platforms: [],
    KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Device-AbCdEf` },
    ...changes,
  };
}

export function verificationProperties(issuer: string, changes: Properties = {}): Properties {
  const { KeyStorage, Subject, ...common } = deviceProperties(issuer);
  return { ...common, RegistrationCode: 'code-1', ValidityDays: '30', ...changes };
}

export function signatureProperties(issuer: string, changes: Properties = {}): Properties {
  return { LedgerTable: 'ledger', Issuer: issuer, VerificationCode: 'b3a1c0de-4f5e', HashAlgorithm: 'SHA-256', Generation: '1', ...changes };
}

const RESOURCES = {
  ca: { resourceType: 'Custom::PrivateIotCa', logicalResourceId: 'Ca' },
  verification: { resourceType: 'Custom::IotVerificationCertificate', logicalResourceId: 'Verification' },
  device: { resourceType: 'Custom::IotDeviceCertificate', logicalResourceId: 'Device' },
  signature: { resourceType: 'Custom::IotProofOfPossessionSignature', logicalResourceId: 'Proof' },
};

/** A request with an id of its own. */
export function request(
  kind: keyof typeof RESOURCES, requestType: LifecycleEvent['requestType'], properties: Properties, physicalResourceId?: string,
): LifecycleEvent {
  return { ...RESOURCES[kind], requestType, requestId: randomUUID(), stackId: STACK_ID, properties, physicalResourceId };
}
