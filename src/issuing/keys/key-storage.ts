import { isDeepStrictEqual } from 'node:util';
import { checkParameterPath } from '../../contract/parameter-path';
import { KeyStorageProperties } from '../../contract/properties';
import { quote } from '../../contract/rules';
import { arn, checked, record, RawProperties, secretArn, secretId } from '../../resource/property-values';

type StorageType = KeyStorageProperties['Type'];

const READERS: { readonly [T in StorageType]: (properties: RawProperties) => KeyStorageProperties } = {
  SecretsManager: ({ SecretArn }) => ({ Type: 'SecretsManager', SecretArn: secretArn('keyStorage', SecretArn) }),
  Parameter: ({ Path, EncryptionKeyArn }) => ({
    Type: 'Parameter',
    Path: checked<string>(checkParameterPath, Path),
    ...EncryptionKeyArn === undefined ? {} : { EncryptionKeyArn: arn('keyStorage', 'kms', 'key/', EncryptionKeyArn) },
  }),
  Kms: ({ KeyArn }) => ({ Type: 'Kms', KeyArn: arn('keyStorage', 'kms', 'key/', KeyArn) }),
  ExistingSecret: ({ SecretArn, PassphraseSecretArn }) => ({
    Type: 'ExistingSecret',
    SecretArn: secretId('privateKey', SecretArn),
    ...PassphraseSecretArn === undefined ? {} : { PassphraseSecretArn: secretId('passphrase', PassphraseSecretArn) },
  }),
};

/** Reads the property that says where a private key is held. */
export function keyStorageProperty(value: unknown, allowed: readonly StorageType[]): KeyStorageProperties {
  const properties = record('keyStorage', value);
  const type = allowed.find(each => each === properties.Type);
  if (!type) {
    throw new Error(`keyStorage must be of type ${allowed.join(' or ')}, got ${quote(properties.Type)}`);
  }
  return READERS[type](properties);
}

/** Whether two declarations of a place say the same, in any order. */
export function isSameStorage(one: KeyStorageProperties | undefined, other: KeyStorageProperties | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** Describes the place of one version of a key, for messages. */
export function describePlace(keyStorage: KeyStorageProperties, version: string): string {
  switch (keyStorage.Type) {
    case 'Kms': return `the KMS key ${keyStorage.KeyArn}`;
    case 'Parameter': return `the parameter ${keyStorage.Path}/${version}`;
    default: return `the secret ${keyStorage.SecretArn}`;
  }
}

/** The key with which the function has a place encrypted; absent if AWS's own key encrypts it, or if the place itself determines the key. */
export function encryptionKeyOf(keyStorage: KeyStorageProperties | undefined): string | undefined {
  return keyStorage?.Type === 'Parameter' ? keyStorage.EncryptionKeyArn : undefined;
}

/** Describes a place and the key that encrypts it, for messages that tell places apart. */
export function describeStorage(keyStorage: KeyStorageProperties | undefined): string {
  const encryptionKey = encryptionKeyOf(keyStorage);
  return `${placeOf(keyStorage)}${encryptionKey === undefined ? '' : ` (encrypted with ${encryptionKey})`}`;
}

/** The place itself, for messages and comparisons. */
export function placeOf(keyStorage: KeyStorageProperties | undefined): string | undefined {
  switch (keyStorage?.Type) {
    case 'Kms': return keyStorage.KeyArn;
    case 'Parameter': return keyStorage.Path;
    default: return keyStorage?.SecretArn;
  }
}
