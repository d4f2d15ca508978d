import { createPublicKey, generateKeyPairSync, KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { close, listen, urlOf } from './local-server';
import { opensslOutput } from './openssl';

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable' | 'Creating' | 'Updating' | 'PendingReplicaDeletion';

/** A key of the module. */
export interface StrictKey {
  readonly arn: string;
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly privateKey?: KeyObject;
  state: KeyState;
  /** KMS says of a key that is pending deletion that it is disabled, or that it is in an invalid state: either is documented. */
  pendingDeletionAs: 'DisabledException' | 'KMSInvalidStateException';
}

export interface StrictKeyOptions {
  readonly keyUsage?: string;
  readonly region?: string;
  /** Its id in the ARN; that of a multi-Region key begins with `mrk-`. */
  readonly id?: string;
  /** The key's material, made anew unless it is given. */
  readonly privateKey?: KeyObject;
}

/** A call as it went over the wire. */
export interface KmsCall {
  readonly operation: string;
  /** The Region that the request was signed for. */
  readonly region: string;
  readonly input: { readonly [name: string]: string };
}

/** What goes wrong with a call, before or after its effect: an error of AWS by its name, or a lost connection. */
export interface KmsFault {
  readonly error: string;
  readonly when: 'before' | 'after';
}

/** The signing algorithms of the key specs, without RSASSA_PSS, which nobody asks for here. Developer guide, "Key spec reference". */
const RSA_ALGORITHMS = [256, 384, 512].map(bits => `RSASSA_PKCS1_V1_5_SHA_${bits}`);
const SPECS: { readonly [keySpec: string]: { readonly algorithms: readonly string[]; readonly make?: () => KeyObject } } = {
  RSA_2048: { algorithms: RSA_ALGORITHMS, make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey },
  RSA_3072: { algorithms: RSA_ALGORITHMS, make: () => generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey },
  RSA_4096: { algorithms: RSA_ALGORITHMS, make: () => generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey },
  ECC_NIST_P256: { algorithms: ['ECDSA_SHA_256'], make: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey },
  ECC_NIST_P384: { algorithms: ['ECDSA_SHA_384'], make: () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey },
  ECC_NIST_P521: { algorithms: ['ECDSA_SHA_512'], make: () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).privateKey },
  ECC_SECG_P256K1: { algorithms: ['ECDSA_SHA_256'], make: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey },
  ECC_NIST_EDWARDS25519: { algorithms: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'], make: () => generateKeyPairSync('ed25519').privateKey },
  SYMMETRIC_DEFAULT: { algorithms: [] },
};

/** The notes [1] to [3], [5], [11] and [14] to [16] of the table of key states. */
const STATE_ERRORS: { readonly [S in Exclude<KeyState, 'Enabled'>]: readonly [error: string, words: string] } = {
  Disabled: ['DisabledException', 'is disabled'],
  PendingDeletion: ['KMSInvalidStateException', 'is pending deletion'],
  PendingImport: ['KMSInvalidStateException', 'is pending import'],
  Unavailable: ['KMSInvalidStateException', 'is unavailable'],
  Creating: ['KMSInvalidStateException', 'is creating'],
  Updating: ['KMSInvalidStateException', 'is updating'],
  PendingReplicaDeletion: ['KMSInvalidStateException', 'is pending replica deletion'],
};

/** Server faults, which the AWS SDK tries again; all else is a fault of the client. API reference, Sign (Errors). */
const SERVER_FAULTS: readonly string[] = ['DependencyTimeoutException', 'KeyUnavailableException', 'KMSInternalException'];

/** An error of AWS. */
class KmsError extends Error {
  constructor(public readonly type: string, message: string) {
    super(message);
  }
}

/**
 * AWS KMS as its API reference describes Sign and GetPublicKey, over HTTP, with keys of node:crypto. It is strict where
 * moto is not: states, usage, algorithms, lengths, digests and Regions. Rules cite the API reference or the developer guide.
 */
export class StrictKms {
  public static async start(): Promise<StrictKms> {
    const kms = new StrictKms();
    await listen(kms.server);
    return kms;
  }

  /** Every call since the last `reset`, the failed ones too. */
  public calls: KmsCall[] = [];
  /** The signatures that were made, whether or not their answers arrived. */
  public signatures: Buffer[] = [];
  private readonly keys = new Map<string, StrictKey>();
  private readonly server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing));

  private constructor() {}

  /** Which call fails, by its index since the last `reset`. */
  public faults: (index: number, call: KmsCall) => KmsFault | undefined = () => undefined;
  /** Which signatures are answered; others are made anew, as ECDSA makes another one each time. */
  public accepted: (signature: Buffer) => boolean = () => true;

  public get url(): string {
    return urlOf(this.server);
  }

  public createKey(keySpec: string, options: StrictKeyOptions = {}): StrictKey {
    const { keyUsage = 'SIGN_VERIFY', region = 'eu-central-1', id = randomUUID(), privateKey = SPECS[keySpec].make?.() } = options;
    const arn = `arn:aws:kms:${region}:111122223333:key/${id}`;
    const key: StrictKey = { arn, keySpec, keyUsage, privateKey, state: 'Enabled', pendingDeletionAs: 'KMSInvalidStateException' };
    this.keys.set(arn, key);
    return key;
  }

  /** Forgets calls and signatures, and repairs everything but the states of keys. */
  public reset(): void {
    this.calls = [];
    this.signatures = [];
    this.faults = () => undefined;
    this.accepted = () => true;
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const call = {
      operation: /^TrentService\.(\w+)$/.exec(String(incoming.headers['x-amz-target']))![1],
      region: /Credential=[^/]+\/\d{8}\/([a-z0-9-]+)\/kms\/aws4_request/.exec(incoming.headers.authorization!)![1],
      input: await json(incoming) as KmsCall['input'],
    };
    const fault = this.faults(this.calls.push(call) - 1, call);
    let error = fault?.when === 'before' ? fault.error : undefined;
    let output = {};
    try {
      output = error ? {} : this.answer(call);
      error ??= fault?.error;
    } catch (refusal) {
      const { type, message } = refusal as KmsError;
      respond(outgoing, type, message);
      return;
    }
    if (error === 'reset') {
      incoming.socket.destroy();
    } else if (error) {
      respond(outgoing, error, `a message of AWS about ${JSON.stringify(call.input)}`);
    } else {
      outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(output));
    }
  }

  private answer({ operation, region, input }: KmsCall): object {
    const key = this.keys.get(input.KeyId);
    if (!key || key.arn.split(':')[3] !== region) { // developer guide, "Accessing KMS keys": a key is in one Region
      throw new KmsError('NotFoundException', key ? `Invalid arn ${region}` : `Key '${input.KeyId}' does not exist`);
    }
    if (!key.privateKey) { // API reference, GetPublicKey: "the specified KMS key is not valid for the operation"
      throw operation === 'Sign'
        ? new KmsError('InvalidKeyUsageException', `${key.arn} key usage is ${key.keyUsage} which is not valid for Sign.`)
        : new KmsError('UnsupportedOperationException', `${key.arn} key spec is ${key.keySpec} which is not valid for GetPublicKey.`);
    }
    if (key.state !== 'Enabled') {
      const [error, words] = STATE_ERRORS[key.state];
      throw new KmsError(key.state === 'PendingDeletion' ? key.pendingDeletionAs : error, `${key.arn} ${words}.`);
    }
    return operation === 'Sign' ? this.sign(key, key.privateKey, input) : publicKeyOf(key, key.privateKey);
  }

  private sign(key: StrictKey, privateKey: KeyObject, { Message, MessageType = 'RAW', SigningAlgorithm }: KmsCall['input']): object {
    const message = Buffer.from(Message, 'base64');
    if (message.length < 1 || message.length > 4096) { // API reference, Sign, `Message`: length constraints
      throw new KmsError('ValidationException', `Value '${Message}' at 'message' failed to satisfy constraint: length 1 to 4096`);
    }
    if (key.keyUsage !== 'SIGN_VERIFY' || !SPECS[key.keySpec].algorithms.includes(SigningAlgorithm)) { // API reference, Sign: InvalidKeyUsageException
      throw new KmsError('InvalidKeyUsageException', `Algorithm ${SigningAlgorithm} is incompatible with key spec ${key.keySpec}.`);
    }
    const bits = Number(SigningAlgorithm.slice(-3));
    if (MessageType === 'DIGEST' && message.length !== bits / 8) { // API reference, Sign, `MessageType`
      throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
    }
    let signature: Buffer;
    do {
      signature = MessageType === 'DIGEST' ? signDigest(privateKey, bits, message) : sign(`sha${bits}`, message, privateKey);
    } while (!this.accepted(signature));
    this.signatures.push(signature);
    return { KeyId: key.arn, SigningAlgorithm, Signature: signature.toString('base64') };
  }
}

function publicKeyOf({ arn, keySpec, keyUsage }: StrictKey, privateKey: KeyObject): object {
  return {
    KeyId: arn,
    KeySpec: keySpec,
    KeyUsage: keyUsage,
    PublicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    ...keyUsage === 'SIGN_VERIFY' && { SigningAlgorithms: SPECS[keySpec].algorithms },
  };
}

/** API reference, Sign, `MessageType`: KMS "skips the hashing step". node:crypto can't, OpenSSL's command line can. */
function signDigest(privateKey: KeyObject, bits: number, digest: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-kms-'));
  const [key, input, output] = ['key.pem', 'digest', 'signature'].map(name => join(folder, name));
  try {
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(input, digest);
    opensslOutput(['pkeyutl', '-sign', '-inkey', key, '-in', input, '-out', output, '-pkeyopt', `digest:sha${bits}`]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function respond(outgoing: ServerResponse, type: string, message: string): void {
  outgoing.writeHead(SERVER_FAULTS.includes(type) ? 500 : 400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type })
    .end(JSON.stringify({ __type: type, message }));
}
