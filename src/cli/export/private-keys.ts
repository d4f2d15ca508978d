import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { ExportedCertificate } from './manifest';
import { publicKeyOctets } from '../certificates/certificate-facts';
import { StackOutput } from '../certificates/stack-outputs';

/**
 * Reads the current value of a secret, or the value of a parameter; answers `undefined` where there is none.
 *
 * @param place the ARN of a secret; the ARN or the name of a parameter
 */
export type ReadSecret = (place: string) => Promise<string | undefined>;

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
  /** Secrets and parameters that hold no key of these certificates, in words. */
  readonly notes: readonly string[];
}

/** What outputs can hold that leads to a private key. */
const PLACES: readonly { readonly kind: string; readonly form: RegExp }[] = [
  { kind: 'secret', form: /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/ },
  // The last name is a serial number: other parameters, which an app can have many of, are left alone.
  { kind: 'parameter', form: /^(arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter)?(\/[\w.-]+){1,14}\/[0-9A-Fa-f]{40}$/ },
];

/** Reads the secrets and the parameters that outputs name, and finds the certificates their keys belong to. */
export async function findPrivateKeys(
  outputs: readonly StackOutput[], certificates: readonly ExportedCertificate[], readSecret: ReadSecret,
): Promise<FoundKeys> {
  const keys: FoundKey[] = [];
  const notes: string[] = [];
  const read = new Set<string>();
  for (const { stack, output, value } of outputs) {
    const place = PLACES.find(({ form }) => form.test(value));
    if (place && !read.has(value)) {
      read.add(value);
      const key = privateKeyIn(await readSecret(value));
      const publicKey = key && publicKeyOctets(createPublicKey(key));
      const own = certificates.filter(({ facts }) => publicKey?.equals(publicKeyOctets(facts.certificate.publicKey)));
      if (key && own.length > 0) {
        keys.push({
          privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
          place: value,
          certificates: [...own.filter(({ alone }) => alone), ...own.filter(({ alone }) => !alone)],
        });
      } else {
        notes.push(`${stack}.${output}: the ${place.kind} holds ${key ? 'the key of none of these certificates' : 'no private key in PEM'}; left out`);
      }
    }
  }
  return { keys, notes };
}

function privateKeyIn(secret: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey(secret ?? '');
  } catch {
    return undefined;
  }
}
