import { describePlace, encryptionKeyOf, placeOf } from './key-storage';
import { passphraseIn } from './passphrase';
import { KEY_ALGORITHMS, KeyAlgorithmName } from '../../contract/key-algorithms';
import { ExistingKeyStorage, KeyStorageProperties, ParameterKeyStorage, SecretKeyStorage } from '../../contract/properties';
import { quote } from '../../contract/rules';
import { Tag } from '../../contract/tags';
import { keyAlgorithmOfPublicKey, publicKeyOf } from '../../pki/keys';
import { readAnyPrivateKey } from '../../pki/private-key-formats';
import { Signer, signerOf } from '../../pki/signer';
import { keyVersionOf, LedgerEntry } from '../ledger/ledger';
import { CaKeyPorts, NOTHING_TO_PUT_BACK, Ports, PutBack, SecretVersions } from '../ports';

/** A key pair in custody. */
export interface HeldKey {
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** PKCS#8, PEM: a secret. Absent if the key does not leave the place that holds it. */
  readonly privateKeyPem?: string;
  /** A signer with the key. */
  readonly signer: () => Signer;
}

/**
 * The custody of a certificate's private key. A version has the serial number of the certificate that the key was made for. An owner is the resource whose keys a
 * place holds: see `SecretVersions`.
 */
export interface Custody {
  /** The key of a version; `undefined` if there is none. */
  find(version: string): Promise<HeldKey | undefined>;
  /**
   * The key of a version, which is made now if there is none. A key in a parameter also gets the tags.
   *
   * @param same another version: if there is no key, a copy of that version's key is stored in place of a new key. Only keys in secrets and
   *   parameters have versions.
   */
  obtain(version: string, algorithm: KeyAlgorithmName, owner: string, tags?: readonly Tag[], same?: string): Promise<HeldKey>;
  /** Makes a version the default version of its place. */
  makeCurrent(version: string, owner: string): Promise<PutBack>;
  /** Releases a version, and says whether it is gone: see `SecretVersions`. */
  release(version: string, owner: string): Promise<boolean>;
}

/** The custody of a declared place, or of a key that is not kept. */
export function custodyOf(keyStorage: KeyStorageProperties | undefined, ports: Ports): Custody {
  switch (keyStorage?.Type) {
    case undefined: return new NoCustody(ports);
    case 'SecretsManager': return new VersionCustody(ports.secrets, keyStorage, ports);
    case 'Parameter': return new VersionCustody(ports.parameters, keyStorage, ports);
    case 'Kms': return new HsmCustody(keyStorage.KeyArn, ports);
    case 'ExistingSecret': return new ExistingCustody(keyStorage, ports);
  }
}

/**
 * The key of a CA, which is in a secret or in KMS, never in a parameter.
 *
 * @throws Error if its place does not hold it
 */
export async function keyOfCa(ca: Pick<LedgerEntry, 'keyStorage' | 'serialNumber' | 'keyVersion'>, ports: CaKeyPorts): Promise<HeldKey> {
  const { keyStorage } = ca;
  const version = keyVersionOf(ca);
  const key = await findCaKey(keyStorage, version, ports);
  if (!key) {
    throw new Error(`${describePlace(keyStorage!, version)} does not hold the key of the CA (version ${version}); restore it`);
  }
  return key;
}

/** Whether two places are the same, however their other facts are written. A parameter that another key encrypts is another place. */
export function isSamePlace(one: KeyStorageProperties | undefined, other: KeyStorageProperties | undefined): boolean {
  return one?.Type === other?.Type && placeOf(one) === placeOf(other) && encryptionKeyOf(one) === encryptionKeyOf(other);
}

function findCaKey(keyStorage: KeyStorageProperties | undefined, version: string, ports: CaKeyPorts): Promise<HeldKey | undefined> {
  switch (keyStorage?.Type) {
    case 'SecretsManager': return versionOf(ports.secrets, keyStorage.SecretArn, version);
    case 'Kms': return keyInHsm(keyStorage.KeyArn, ports);
    case 'ExistingSecret': return existingKey(keyStorage, ports);
    default: return Promise.resolve(undefined);
  }
}

async function versionOf(versions: SecretVersions, place: string, version: string): Promise<HeldKey | undefined> {
  const stored = await versions.read(place, version);
  return stored === undefined ? undefined : inMemory(stored);
}

async function keyInHsm(keyArn: string, ports: Pick<Ports, 'hsm'>): Promise<HeldKey> {
  const signer = await ports.hsm(keyArn);
  return { publicKey: signer.publicKey, signer: () => signer };
}

async function existingKey({ SecretArn, PassphraseSecretArn }: ExistingKeyStorage, ports: Pick<Ports, 'secretValue'>): Promise<HeldKey | undefined> {
  const value = await ports.secretValue(SecretArn);
  if (value === undefined) {
    return undefined;
  }
  const passphrase = PassphraseSecretArn === undefined ? undefined : await passphraseIn(PassphraseSecretArn, ports);
  const { privateKeyPem, publicKey } = readAnyPrivateKey(value, passphrase);
  return inMemory(privateKeyPem, publicKey);
}

function inMemory(privateKeyPem: string, publicKey = publicKeyOf(privateKeyPem)): HeldKey {
  return { privateKeyPem, publicKey, signer: () => signerOf(privateKeyPem) };
}

function assertAlgorithm(key: HeldKey, algorithm: KeyAlgorithmName, place: string): HeldKey {
  const found = keyAlgorithmOfPublicKey(key.publicKey);
  if (found !== algorithm) {
    throw new Error(`${place} must hold a key of ${KEY_ALGORITHMS[algorithm].bits} bits (${algorithm}), `
      + `got ${found === undefined ? 'a key of another kind' : quote(found)}`);
  }
  return key;
}

class VersionCustody implements Custody {
  private readonly place: string;
  private readonly encryptionKey?: string;

  constructor(
    private readonly versions: SecretVersions, private readonly storage: SecretKeyStorage | ParameterKeyStorage, private readonly ports: Ports,
  ) {
    this.place = placeOf(storage)!;
    this.encryptionKey = encryptionKeyOf(storage);
  }

  public find(version: string): Promise<HeldKey | undefined> {
    return versionOf(this.versions, this.place, version);
  }

  public async obtain(version: string, algorithm: KeyAlgorithmName, owner: string, tags?: readonly Tag[], same?: string): Promise<HeldKey> {
    const stored = await this.versions.read(this.place, version) ?? await this.versions.write(
      this.place, version, same === undefined ? (await this.ports.generateKeyPair(algorithm)).privateKeyPem : await this.copyOf(same), owner,
      { encryptionKey: this.encryptionKey, tags },
    );
    return assertAlgorithm(inMemory(stored), algorithm, describePlace(this.storage, version));
  }

  public makeCurrent(version: string, owner: string): Promise<PutBack> {
    return this.versions.makeCurrent(this.place, version, owner);
  }

  public release(version: string, owner: string): Promise<boolean> {
    return this.versions.release(this.place, version, owner);
  }

  private async copyOf(version: string): Promise<string> {
    const key = await this.versions.read(this.place, version);
    if (key === undefined) {
      throw new Error(`${describePlace(this.storage, version)} no longer holds the key of the certificate ${version}; restore it, or raise \`generation\``);
    }
    return key;
  }
}

/** The key is a resource of its own, and one key serves all certificates. */
class HsmCustody implements Custody {
  constructor(private readonly keyArn: string, private readonly ports: Ports) {}

  public find(): Promise<HeldKey> {
    return keyInHsm(this.keyArn, this.ports);
  }

  public async obtain(_version: string, algorithm: KeyAlgorithmName): Promise<HeldKey> {
    return assertAlgorithm(await this.find(), algorithm, `the KMS key ${this.keyArn}`);
  }

  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  public async release(): Promise<boolean> {
    return true;
  }
}

/** The key was made elsewhere and is only read. */
class ExistingCustody implements Custody {
  constructor(private readonly place: ExistingKeyStorage, private readonly ports: Ports) {}

  public find(): Promise<HeldKey | undefined> {
    return existingKey(this.place, this.ports);
  }

  public async obtain(): Promise<never> {
    throw new Error(`the secret ${this.place.SecretArn} holds the key of an existing CA; no key is made for it`);
  }

  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  public async release(): Promise<boolean> {
    return true;
  }
}

/** The key is made for one certificate and then thrown away. */
class NoCustody implements Custody {
  constructor(private readonly ports: Ports) {}

  public async find(): Promise<undefined> {
    return undefined;
  }

  public async obtain(_version: string, algorithm: KeyAlgorithmName): Promise<HeldKey> {
    const { privateKeyPem, publicKey } = await this.ports.generateKeyPair(algorithm);
    return inMemory(privateKeyPem, publicKey);
  }

  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  public async release(): Promise<boolean> {
    return true;
  }
}
