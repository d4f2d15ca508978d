import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { caVersion, endEntityVersions, isVersionOf, KnownCertificates } from './key-choice';
import { describeForm } from './key-forms';
import { KeyPlace } from './key-places';
import { KeySource, UnreadableKeyError } from './key-source';
import { ExportedCertificate, isOfEndEntity } from './manifest';
import { CERTIFICATE } from '../../pki/pem-blocks';
import { CertificateFacts, publicKeyOctets } from '../certificates/certificate-facts';
import { holdsPem } from '../certificates/pem-blocks';

/** A private key, with the certificates that it belongs to. */
export interface FoundKey {
  /** PKCS#8 */
  readonly privateKeyPem: string;
  /** The ARN or the name from which it was read. */
  readonly place: string;
  /** The certificates of this key. Those that are alone in their files come first. */
  readonly certificates: readonly ExportedCertificate[];
}

/** The result of the search for private keys. */
export interface FoundKeys {
  readonly keys: readonly FoundKey[];
  /** Why places have no key that the user asked for, in words. */
  readonly errors: readonly string[];
  /** Why places have no key, in words, if none was expected there or another place has the key. */
  readonly notes: readonly string[];
}

/** A key that was read from one version of a place. */
interface ReadKey extends FoundKey {
  /** Whether the value is one of the `deliveryFormats`, a PEM with certificates beside the key. */
  readonly combined: boolean;
}

/** A place has no key to export. */
class NoKeyError extends Error {
  /**
   * @param unexpected whether the place may hold a key all the same
   * @param ofOthers whether the place holds keys of other certificates than the exported ones
   */
  constructor(message: string, public readonly unexpected: boolean, public readonly ofOthers = false) {
    super(message);
  }
}

/**
 * Finds the keys of certificates. The serial numbers tell whose key a value holds before it is read: the key of a CA is read only from a
 * place that the user named for it.
 *
 * @throws every error that does not concern a single place
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
  const isMissing = (certificate: ExportedCertificate): boolean => !keys.some(({ certificates }) => certificates.includes(certificate));
  const complete = !known.exported.some(certificate => isOfEndEntity(certificate) && isMissing(certificate));
  const renewed = ({ place, error }: typeof failed[number]): ExportedCertificate | undefined =>
    error.ofOthers ? place.ofCertificates.find(isMissing) : undefined;
  const isError = (each: typeof failed[number]): boolean => each.place.ofCa || (each.error.unexpected && !complete) || renewed(each) !== undefined;
  const words = ({ place, error }: typeof failed[number]): string => `${place.name}: ${error.message}`;
  return {
    keys,
    errors: failed.filter(isError).map(each => words(each) + wayOut(renewed(each))),
    notes: failed.filter(each => !isError(each)).map(words),
  };
}

/** What to do if the place of a certificate's key has only the keys of later certificates: a second renewal has released the first one's key. */
function wayOut(renewed: ExportedCertificate | undefined): string {
  return renewed ? `; ${renewed.facts.shortName} has later certificates: raise \`refresh\` of its renewal and deploy, if it has one, and export the outputs of the latest deployment` : '';
}

async function versionsToRead(place: KeyPlace, known: KnownCertificates, source: KeySource): Promise<readonly string[]> {
  const { kind, value, serialNumber, ofCa } = place;
  const versions = serialNumber === undefined ? await source.versionsOf(value) : { ids: [serialNumber] };
  const choice = ofCa ? caVersion(versions, known) : endEntityVersions(kind, versions, known);
  if ('none' in choice) {
    throw new NoKeyError(choice.none, false, choice.ofOthers);
  }
  return choice.read;
}

async function read({ value, serialNumber }: KeyPlace, version: string, source: KeySource): Promise<string> {
  return await (serialNumber === undefined ? source.readSecret(value, version) : source.readParameter(value)) ?? '';
}

/** Checks that a value holds the key that the serial numbers promised: neither a CA's key nor another key is taken for a device's key. */
function keyIn({ kind, value, ofCa }: KeyPlace, version: string, text: string, { exported, cas }: KnownCertificates): ReadKey {
  const key = privateKeyIn(text);
  if (!key) {
    throw new NoKeyError(`the ${kind} holds ${describeForm(text)}; only unencrypted private keys in PEM are exported`, false);
  }
  const publicKey = publicKeyOctets(createPublicKey(key));
  const isOfKey = ({ spki }: CertificateFacts): boolean => publicKey.equals(spki);
  const own = exported.filter(({ facts, entry }) => (ofCa ? entry.role === 'ca' : entry.role !== 'ca' && isVersionOf(facts, version)) && isOfKey(facts));
  if (own.length === 0 || (!ofCa && cas.some(isOfKey))) {
    throw new NoKeyError(ofCa ? `the key in the ${kind} does not belong to any CA whose certificate is an output`
      : `the ${kind} has the serial number of a certificate, but holds another key`, true);
  }
  return {
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    place: value,
    certificates: [...own.filter(({ alone }) => alone), ...own.filter(({ alone }) => !alone)],
    combined: holdsPem(text, CERTIFICATE),
  };
}

/** Each key once, preferably from a place that holds nothing else. */
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
