import { randomUUID } from 'node:crypto';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';

export const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111111111111:stack/Iot/5b6d4a40-0000-11f1-9a3c-0a1b2c3d4e5f';
export const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:';

export type Properties = Record<string, unknown>;

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

/** A cross-certificate: the key of one CA, certified by another one. The ledger of the subject CA is `next` unless it is said. */
export function crossProperties(issuer: string, subjectCa: string, changes: Properties = {}): Properties {
  return {
    LedgerTable: 'ledger', Issuer: issuer, SubjectCaId: subjectCa, SubjectCaLedgerTable: 'next', HashAlgorithm: 'SHA-256', Generation: '1', ...changes,
  };
}

/** A CA below another one, with a ledger of its own; that of its issuer is the usual one unless it is said. */
export function subordinateProperties(issuer: string, table: string, changes: Properties = {}): Properties {
  return caProperties({
    LedgerTable: table,
    IssuerLedgerTable: 'ledger',
    Issuer: issuer,
    Subject: { CommonName: `Acme ${table}` },
    ValidityDays: '1825',
    KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${table}-AbCdEf` },
    ...changes,
  });
}

/** A CA whose certificate is made elsewhere. */
export function signedElsewhereProperties(changes: Properties = {}): Properties {
  const { ValidityDays, ...declared } = caProperties();
  return { ...declared, SignedElsewhere: 'true', ...changes };
}

export const EXISTING_KEY = `${SECRET}ExistingKey-AbCdEf`;
export const PASSPHRASE = `${SECRET}Passphrase-AbCdEf`;

/** A CA that was made elsewhere, with its key in a secret. */
export function existingCaProperties(changes: Properties = {}): Properties {
  return {
    LedgerTable: 'ledger',
    KeyStorage: { Type: 'ExistingSecret', SecretArn: EXISTING_KEY },
    AllowLegacyChain: 'false',
    Generation: '1',
    Platforms: [],
    ...changes,
  };
}

/** A CA that is taken back in. */
export function keptCaProperties(CaId: string, changes: Properties = {}): Properties {
  return { LedgerTable: 'ledger', CaId, Platforms: [], ...changes };
}

/** A certificate from a request: no subject, key algorithm and place of a key unless they are said. */
export function requestedProperties(issuer: string, changes: Properties = {}): Properties {
  const { Subject, KeyAlgorithm, KeyStorage, ...declared } = deviceProperties(issuer);
  return { ...declared, ...changes };
}

export function signatureProperties(issuer: string, changes: Properties = {}): Properties {
  return { LedgerTable: 'ledger', Issuer: issuer, VerificationCode: 'b3a1c0de-4f5e', HashAlgorithm: 'SHA-256', Generation: '1', ...changes };
}

/** A look-up of a CA's certificate. */
export function lookupProperties(ca: string, changes: Properties = {}): Properties {
  return { LedgerTable: 'ledger', CaId: ca, Depth: '0', ...changes };
}

const RESOURCES = {
  ca: { resourceType: 'Custom::PrivateIotCa', logicalResourceId: 'Ca' },
  subordinate: { resourceType: 'Custom::PrivateIotCa', logicalResourceId: 'Factory' },
  kept: { resourceType: 'Custom::KeptIotCa', logicalResourceId: 'KeptCa' },
  existing: { resourceType: 'Custom::ExistingIotCa', logicalResourceId: 'Existing' },
  caCertificate: { resourceType: 'Custom::IotCaCertificate', logicalResourceId: 'CaCertificate' },
  cross: { resourceType: 'Custom::IotCrossCertificate', logicalResourceId: 'Cross' },
  verification: { resourceType: 'Custom::IotVerificationCertificate', logicalResourceId: 'Verification' },
  device: { resourceType: 'Custom::IotDeviceCertificate', logicalResourceId: 'Device' },
  server: { resourceType: 'Custom::IotServerCertificate', logicalResourceId: 'Server' },
  lookup: { resourceType: 'Custom::IotCaLookup', logicalResourceId: 'Lookup' },
  signature: { resourceType: 'Custom::IotProofOfPossessionSignature', logicalResourceId: 'Proof' },
};

/** The kinds of resources. */
export type Kind = keyof typeof RESOURCES;

/** A request with an id of its own. */
export function request(
  kind: Kind, requestType: LifecycleEvent['requestType'], properties: Properties, physicalResourceId?: string,
): LifecycleEvent {
  return { ...RESOURCES[kind], requestType, requestId: randomUUID(), stackId: STACK_ID, properties, physicalResourceId };
}
