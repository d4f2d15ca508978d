import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { caVersion, endEntityVersions, isVersionOf, KnownCertificates } from './key-choice';
import { describeForm } from './key-forms';
import { KeyPlace } from './key-places';
import { KeySource, UnreadableKeyError } from './key-source';
import { ExportedCertificate } from './manifest';
import { CERTIFICATE } from '../../pki/pem-blocks';
import { CertificateFacts, publicKeyOctets } from '../certificates/certificate-facts';
import { holdsPem } from '../certificates/pem-blocks';

/** The key of some of the certificates. */
export interface FoundKey {
  /** PKCS#8 */
  readonly privateKeyPem: string;
  /** The ARN or the name that led to it. */
  readonly place: string;
  /** The certificates of this key; those that stand alone in their file first. */
  readonly certificates: readonly ExportedCertificate[];
}

/** What has come of looking for private keys. */
export interface FoundKeys {
  readonly keys: readonly FoundKey[];
  /** Why a place gives no key that was asked for, in words. */
  readonly errors: readonly string[];
  /** Why a place gives none, where none was expected of it or another one has the key, in words. */
  readonly notes: readonly string[];
}

/** What one version of a place has given. */
interface ReadKey extends FoundKey {
  /** Whether it is a PEM with certificates beside the key, of `deliveryFormats`. */
  readonly combined: boolean;
}

/** A place gives no key. */
class NoKeyError extends Error {
  /** @param unexpected whether it may be that one is there nevertheless */
  constructor(message: string, public readonly unexpected: boolean) {
    super(message);
  }
}

/**
 * Finds the keys of certificates. Before a value is read, the serial numbers say whose it is: the key of a CA is read only at a
 * place that was named for it.
 *
 * @throws whatever is no matter of one place
 */
export async function findPrivateKeys(places: readonly KeyPlace[], known: KnownCertificates, source: KeySource): Promise<FoundKeys> {
  const failed: { readonly place: KeyPlace; readonly error: NoKeyError }[] = [];
  const found: ReadKey[] = [];
  for (const place of places) {
    const attempt = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        failed.push({ place, error: asNoKey(error) });
        return otherwise;
      }
    };
    for (const version of await attempt(() => versionsToRead(place, known, source), [])) {
      found.push(...await attempt(async () => [keyIn(place, version, await read(place, version, source), known)], []));
    }
  }
  const keys = withoutBundles(found);
  const complete = !known.exported.some(certificate => ['device', 'server'].includes(certificate.entry.role)
    && !keys.some(({ certificates }) => certificates.includes(certificate)));
  const isError = ({ place, error }: typeof failed[number]): boolean => place.ofCa || (error.unexpected && !complete);
  const words = ({ place, error }: typeof failed[number]): string => `${place.name}: ${error.message}`;
  return { keys, errors: failed.filter(isError).map(words), notes: failed.filter(each => !isError(each)).map(words) };
}

async function versionsToRead(place: KeyPlace, known: KnownCertificates, source: KeySource): Promise<readonly string[]> {
  const { kind, value, serialNumber, ofCa } = place;
  const versions = serialNumber === undefined ? await source.versionsOf(value) : { ids: [serialNumber] };
  const choice = ofCa ? caVersion(versions, known) : endEntityVersions(kind, versions, known);
  if ('none' in choice) {
    throw new NoKeyError(choice.none, false);
  }
  return choice.read;
}

async function read({ value, serialNumber }: KeyPlace, version: string, source: KeySource): Promise<string> {
  return await (serialNumber === undefined ? source.readSecret(value, version) : source.readParameter(value)) ?? '';
}

/** What was read has to be what the serial numbers said: a CA's key is never taken for a device's, nor another one. */
function keyIn({ kind, value, ofCa }: KeyPlace, version: string, text: string, { exported, cas }: KnownCertificates): ReadKey {
  const key = privateKeyIn(text);
  if (!key) {
    throw new NoKeyError(`the ${kind} holds ${describeForm(text)}; only unencrypted private keys in PEM are exported`, false);
  }
  const publicKey = publicKeyOctets(createPublicKey(key));
  const isOfKey = ({ spki }: CertificateFacts): boolean => publicKey.equals(spki);
  const own = exported.filter(({ facts, entry }) => (ofCa ? entry.role === 'ca' : entry.role !== 'ca' && isVersionOf(facts, version)) && isOfKey(facts));
  if (own.length === 0 || (!ofCa && cas.some(isOfKey))) {
    throw new NoKeyError(ofCa ? `the ${kind} holds the key of no CA whose certificate is an output`
      : `the ${kind} holds another key than that of the certificate whose serial number it has`, true);
  }
  return {
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    place: value,
    certificates: [...own.filter(({ alone }) => alone), ...own.filter(({ alone }) => !alone)],
    combined: holdsPem(text, CERTIFICATE),
  };
}

/** Each key once, from the place that has nothing else where there is one. */
function withoutBundles(keys: readonly ReadKey[]): ReadKey[] {
  const plainFirst = [...keys].sort((one, other) => Number(one.combined) - Number(other.combined));
  const first = (key: ReadKey): ReadKey => plainFirst.find(each => each.privateKeyPem === key.privateKeyPem)!;
  return keys.filter(key => first(key) === key);
}

function asNoKey(error: unknown): NoKeyError {
  if (error instanceof NoKeyError) {
    return error;
  }
  if (error instanceof UnreadableKeyError) {
    return new NoKeyError(error.message, true);
  }
  throw error;
}

function privateKeyIn(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
