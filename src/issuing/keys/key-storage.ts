import { isDeepStrictEqual } from 'node:util';
import { checkParameterPath } from '../../contract/parameter-path';
import { KeyStorageProperties, ParameterKeyStorage } from '../../contract/properties';
import { quote } from '../../contract/rules';
import { arn, checked, record, RawProperties, secretArn, secretId } from '../../resource/property-values';

type StorageType = KeyStorageProperties['Type'];

/** What the function knows about a kind of place. `custodyOf` knows who holds a key there. */
interface StorageKind<S extends KeyStorageProperties> {
  readonly read: (properties: RawProperties) => S;
  /** The place itself, for messages and comparisons. */
  readonly place: (storage: S) => string;
  /** Describes the place of one version of a key, for messages. */
  readonly describe: (storage: S, version: string) => string;
  /** The key with which the function has the place encrypted, if it chooses one. */
  readonly encryptionKey?: (storage: S) => string | undefined;
  /** `true` if keys never leave the place. */
  readonly isHsm?: true;
}

const KINDS: { readonly [T in StorageType]: StorageKind<Extract<KeyStorageProperties, { Type: T }>> } = {
  SecretsManager: {
    read: ({ SecretArn }) => ({ Type: 'SecretsManager', SecretArn: secretArn('keyStorage', SecretArn) }),
    place: ({ SecretArn }) => SecretArn,
    describe: ({ SecretArn }) => `the secret ${SecretArn}`,
  },
  Parameter: {
    read: ({ Path, EncryptionKeyArn }) => ({
      Type: 'Parameter',
      Path: checked<string>(checkParameterPath, Path),
      ...EncryptionKeyArn === undefined ? {} : { EncryptionKeyArn: arn('keyStorage', 'kms', 'key/', EncryptionKeyArn) },
    }),
    place: ({ Path }) => Path,
    describe: ({ Path }, version) => `the parameter ${Path}/${version}`,
    encryptionKey: ({ EncryptionKeyArn }) => EncryptionKeyArn,
  },
  Kms: {
    read: ({ KeyArn }) => ({ Type: 'Kms', KeyArn: arn('keyStorage', 'kms', 'key/', KeyArn) }),
    place: ({ KeyArn }) => KeyArn,
    describe: ({ KeyArn }) => `the KMS key ${KeyArn}`,
    isHsm: true,
  },
  ExistingSecret: {
    read: ({ SecretArn, PassphraseSecretArn }) => ({
      Type: 'ExistingSecret',
      SecretArn: secretId('privateKey', SecretArn),
      ...PassphraseSecretArn === undefined ? {} : { PassphraseSecretArn: secretId('passphrase', PassphraseSecretArn) },
    }),
    place: ({ SecretArn }) => SecretArn,
    describe: ({ SecretArn }) => `the secret ${SecretArn}`,
  },
};

function kindOf(keyStorage: KeyStorageProperties): StorageKind<KeyStorageProperties> {
  return KINDS[keyStorage.Type] as StorageKind<KeyStorageProperties>;
}

/** Reads the property that says where a private key is held. */
export function keyStorageProperty(value: unknown, allowed: readonly StorageType[]): KeyStorageProperties {
  const properties = record('keyStorage', value);
  const type = allowed.find(each => each === properties.Type);
  if (!type) {
    throw new Error(`keyStorage must be of type ${allowed.join(' or ')}, got ${quote(properties.Type)}`);
  }
  return KINDS[type].read(properties);
}

/** Whether two declarations of a place say the same, in any order. */
export function isSameStorage(one: KeyStorageProperties | undefined, other: KeyStorageProperties | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** Describes the place of one version of a key, for messages. */
export function describePlace(keyStorage: KeyStorageProperties, version: string): string {
  return kindOf(keyStorage).describe(keyStorage, version);
}

/** The key with which the function has a place encrypted; absent if AWS's own key encrypts it, or if the place itself determines the key. */
export function encryptionKeyOf(keyStorage: KeyStorageProperties | undefined): string | undefined {
  return keyStorage && kindOf(keyStorage).encryptionKey?.(keyStorage);
}

/** Describes a place and the key that encrypts it, for messages that tell places apart. */
export function describeStorage(keyStorage: KeyStorageProperties | undefined): string {
  const encryptionKey = encryptionKeyOf(keyStorage);
  return `${placeOf(keyStorage)}${encryptionKey === undefined ? '' : ` (encrypted with ${encryptionKey})`}`;
}

/** The place itself, for messages and comparisons. */
export function placeOf(keyStorage: KeyStorageProperties | undefined): string | undefined {
  return keyStorage && kindOf(keyStorage).place(keyStorage);
}

/** Whether keys are in parameters. */
export function isParameter(keyStorage: KeyStorageProperties | undefined): keyStorage is ParameterKeyStorage {
  return keyStorage?.Type === 'Parameter';
}

/** Whether keys never leave a place, so that it is asked for signatures. */
export function isHsm(keyStorage: KeyStorageProperties | undefined): boolean {
  return keyStorage !== undefined && kindOf(keyStorage).isHsm === true;
}
