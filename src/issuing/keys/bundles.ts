import { custodyOf } from './custody';
import { ownerOf } from './key-owner';
import { describePlace } from './key-storage';
import { passphraseIn } from './passphrase';
import { BundleProperties } from '../../contract/properties';
import { checkDeliveryFormats, quote } from '../../contract/rules';
import { combinedPem, derOfPrivateKey, KeyBundle } from '../../pki/key-bundles';
import { pkcs12 } from '../../pki/pkcs12';
import { complain, list, record, secretArn, secretId } from '../../resource/property-values';
import { Declaration } from '../declaration/declaration';
import { IssuingCa } from '../issuing-ca';
import { IssuedEntry } from '../ledger/genuine-entry';
import { LedgerEntry } from '../ledger/ledger';
import { Ports } from '../ports';

/** The content of a bundle. */
export interface BundleContent extends KeyBundle {
  readonly friendlyName: string;
}

type Maker = (content: BundleContent, passphrase: string, random: Ports['random']) => string;

/** A secret's value is text, so binary forms are in base64. */
const MAKERS: { readonly [T in BundleProperties['Type']]: Maker } = {
  Pkcs12: (content, passphrase, random) => pkcs12({ ...content, passphrase }, random).toString('base64'),
  Pkcs12Legacy: (content, passphrase, random) => pkcs12({ ...content, passphrase, legacy: true }, random).toString('base64'),
  CombinedPem: content => combinedPem(content),
  Der: ({ privateKeyPem }) => derOfPrivateKey(privateKeyPem).toString('base64'),
};

/** The types of bundles that have a passphrase. */
const WITH_PASSPHRASE: readonly string[] = ['Pkcs12', 'Pkcs12Legacy'];

/** Reads the property `Bundles`. */
export function bundlesProperty(value: unknown): BundleProperties[] {
  complain(checkDeliveryFormats(list('deliveryFormats', value).length));
  return list('deliveryFormats', value).map(each => {
    const { Type, SecretArn, PassphraseSecretArn } = record('deliveryFormats', each);
    if (typeof Type !== 'string' || !Object.hasOwn(MAKERS, Type)) {
      throw new Error(`deliveryFormats must be of type ${Object.keys(MAKERS).join(', ')}, got ${quote(Type)}`);
    }
    return {
      Type: Type as BundleProperties['Type'],
      SecretArn: secretArn('deliveryFormats', SecretArn),
      ...WITH_PASSPHRASE.includes(Type) ? { PassphraseSecretArn: secretId('passphrase of deliveryFormats', PassphraseSecretArn) } : {},
    };
  });
}

/**
 * Writes the missing bundles of a certificate. A bundle is written once, under the certificate's serial number: PKCS#12 is made with fresh
 * salts, so a second bundle would have other bytes.
 */
export async function writeBundles(
  bundles: readonly BundleProperties[], entry: LedgerEntry, content: () => Promise<BundleContent>, ports: Ports,
): Promise<void> {
  const { serialNumber } = entry;
  for (const { Type, SecretArn, PassphraseSecretArn } of bundles) {
    if (await ports.secrets.read(SecretArn, serialNumber) === undefined) {
      const passphrase = PassphraseSecretArn === undefined ? '' : await passphraseIn(PassphraseSecretArn, ports);
      await ports.secrets.write(SecretArn, serialNumber, MAKERS[Type](await content(), passphrase, ports.random), ownerOf(entry, Type));
    }
  }
}

/**
 * Writes the missing bundles of a certificate as they are declared, with its key and the certificates of the CAs above it.
 *
 * @throws Error if the key is gone
 */
export async function writeBundlesOf(declaration: Declaration, entry: IssuedEntry, ca: IssuingCa | undefined, ports: Ports): Promise<void> {
  const { serialNumber, certificate } = entry;
  await writeBundles(declaration.bundles, entry, async () => {
    const key = await custodyOf(declaration.keyStorage, ports).find(serialNumber);
    if (!key?.privateKeyPem) {
      throw new Error(`${describePlace(declaration.keyStorage!, serialNumber)} no longer holds the key of the certificate ${serialNumber}; `
        + 'raise `generation`');
    }
    return { privateKeyPem: key.privateKeyPem, certificate, chain: ca?.chain ?? [], friendlyName: declaration.subject!.commonName! };
  }, ports);
}

/** Makes sure, before anything is made, that the passphrases of the bundles exist. */
export async function assertPassphrases(bundles: readonly BundleProperties[], ports: Ports): Promise<void> {
  for (const { PassphraseSecretArn } of bundles) {
    if (PassphraseSecretArn !== undefined) {
      await passphraseIn(PassphraseSecretArn, ports);
    }
  }
}
