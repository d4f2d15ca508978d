import { passphraseIn } from './passphrase';
import { Ports } from './ports';
import { list, record, secretArn, secretId } from './property-values';
import { BundleProperties } from '../contract/properties';
import { quote } from '../contract/rules';
import { combinedPem, derOfPrivateKey, KeyBundle } from '../pki/key-bundles';
import { pkcs12 } from '../pki/pkcs12';

/** A form in which a key and its certificates are delivered besides the PEM of the key. */
export interface DeclaredBundle {
  readonly type: BundleProperties['Type'];
  readonly secretArn: string;
  readonly passphraseSecretArn?: string;
}

/** What a bundle is made of. */
export interface BundleContent extends KeyBundle {
  readonly friendlyName: string;
}

type Maker = (content: BundleContent, passphrase: string, random: Ports['random']) => string;

/** A secret's value is text: what is binary stands in base64. */
const MAKERS: { readonly [T in BundleProperties['Type']]: Maker } = {
  Pkcs12: (content, passphrase, random) => pkcs12({ ...content, passphrase }, random).toString('base64'),
  Pkcs12Legacy: (content, passphrase, random) => pkcs12({ ...content, passphrase, legacy: true }, random).toString('base64'),
  CombinedPem: content => combinedPem(content),
  Der: ({ privateKeyPem }) => derOfPrivateKey(privateKeyPem).toString('base64'),
};

/** The types of bundles that have a passphrase. */
const WITH_PASSPHRASE: readonly string[] = ['Pkcs12', 'Pkcs12Legacy'];

/** Reads the property `Bundles`. */
export function bundlesProperty(value: unknown): DeclaredBundle[] {
  return list('deliveryFormats', value).map(each => {
    const { Type, SecretArn, PassphraseSecretArn } = record('deliveryFormats', each);
    if (typeof Type !== 'string' || !Object.hasOwn(MAKERS, Type)) {
      throw new Error(`deliveryFormats must be of type ${Object.keys(MAKERS).join(', ')}, got ${quote(Type)}`);
    }
    return {
      type: Type as DeclaredBundle['type'],
      secretArn: secretArn('deliveryFormats', SecretArn),
      passphraseSecretArn: WITH_PASSPHRASE.includes(Type) ? secretId('passphrase of deliveryFormats', PassphraseSecretArn) : undefined,
    };
  });
}

/**
 * Writes the bundles of a certificate that are not there yet, and makes them the current ones. A bundle is written once,
 * under the certificate's serial number: PKCS#12 is made with fresh salts, so that a second one would be other bytes.
 */
export async function deliverBundles(
  bundles: readonly DeclaredBundle[], serialNumber: string, content: () => Promise<BundleContent>, ports: Ports,
): Promise<void> {
  for (const { type, secretArn: place, passphraseSecretArn } of bundles) {
    if (await ports.secrets.read(place, serialNumber) === undefined) {
      const passphrase = passphraseSecretArn === undefined ? '' : await passphraseIn(passphraseSecretArn, ports);
      await ports.secrets.write(place, serialNumber, MAKERS[type](await content(), passphrase, ports.random));
    }
    await ports.secrets.makeCurrent(place, serialNumber);
  }
}

/** Makes sure, before anything is made, that the passphrases of bundles are there. */
export async function assertPassphrases(bundles: readonly DeclaredBundle[], ports: Ports): Promise<void> {
  for (const { passphraseSecretArn } of bundles) {
    if (passphraseSecretArn !== undefined) {
      await passphraseIn(passphraseSecretArn, ports);
    }
  }
}

/** Lets the bundles of a certificate go with its key. */
export async function releaseBundles(bundles: readonly DeclaredBundle[], serialNumber: string, ports: Ports): Promise<void> {
  for (const { secretArn: place } of bundles) {
    await ports.secrets.release(place, serialNumber);
  }
}
