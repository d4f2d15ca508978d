import { isDeepStrictEqual } from 'node:util';
import { arn, record, RawProperties, secretArn } from './property-values';
import { KeyStorageProperties } from '../contract/properties';
import { quote } from '../contract/rules';

type StorageType = KeyStorageProperties['Type'];

const READERS: { readonly [T in StorageType]: (properties: RawProperties) => KeyStorageProperties } = {
  SecretsManager: ({ SecretArn }) => ({ Type: 'SecretsManager', SecretArn: secretArn('keyStorage', SecretArn) }),
  Parameter: ({ Path, EncryptionKeyArn }) => ({
    Type: 'Parameter',
    Path: parameterPath(Path),
    ...EncryptionKeyArn === undefined ? {} : { EncryptionKeyArn: arn('keyStorage', 'kms', 'key/', EncryptionKeyArn) },
  }),
  Kms: ({ KeyArn }) => ({ Type: 'Kms', KeyArn: arn('keyStorage', 'kms', 'key/', KeyArn) }),
  ExistingSecret: ({ SecretArn, PassphraseSecretArn }) => ({
    Type: 'ExistingSecret',
    SecretArn: secretArn('privateKey', SecretArn),
    ...PassphraseSecretArn === undefined ? {} : { PassphraseSecretArn: secretArn('passphrase', PassphraseSecretArn) },
  }),
};

/** Where a private key is held, as a property says. */
export function keyStorageProperty(value: unknown, allowed: readonly StorageType[]): KeyStorageProperties {
  const properties = record('keyStorage', value);
  const type = allowed.find(each => each === properties.Type);
  if (!type) {
    throw new Error(`keyStorage must be of type ${allowed.join(' or ')}, got ${quote(properties.Type)}`);
  }
  return READERS[type](properties);
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html: up to 15 levels, 1,011 characters in all. */
function parameterPath(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[\w.-]+){1,14}$/.test(value) || value.length > 900 || /^\/(aws|ssm)/i.test(value)) {
    throw new Error(`keyStorage must name a path of parameters, as in /iot/devices/sensor-001, got ${quote(value)}`);
  }
  return value;
}

/** Whether two declarations of a place say the same, in whatever order. */
export function isSameStorage(one: KeyStorageProperties | undefined, other: KeyStorageProperties | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** The place of one version of a key, as a message names it. */
export function describePlace(keyStorage: KeyStorageProperties, version: string): string {
  switch (keyStorage.Type) {
    case 'Kms': return `the KMS key ${keyStorage.KeyArn}`;
    case 'Parameter': return `the parameter ${keyStorage.Path}/${version}`;
    default: return `the secret ${keyStorage.SecretArn}`;
  }
}

/** The place itself, for messages and comparisons. */
export function placeOf(keyStorage: KeyStorageProperties | undefined): string | undefined {
  switch (keyStorage?.Type) {
    case 'Kms': return keyStorage.KeyArn;
    case 'Parameter': return keyStorage.Path;
    default: return keyStorage?.SecretArn;
  }
}
