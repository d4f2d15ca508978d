import { KeyAlgorithmName } from '../../contract/key-algorithms';

/**
 * The algorithm of a key pair.
 */
export class KeyAlgorithm {
  /** RSA with 2048 bits. Every platform and every TLS stack supports it. */
  public static readonly RSA_2048 = new KeyAlgorithm('RSA_2048');
  /** RSA with 3072 bits, as strong as P-256. */
  public static readonly RSA_3072 = new KeyAlgorithm('RSA_3072');
  /** RSA with 4096 bits. Signing takes ten times as long as with 2048 bits, and making a key takes seconds. */
  public static readonly RSA_4096 = new KeyAlgorithm('RSA_4096');
  /** The NIST curve P-256: small certificates and quick handshakes, for devices and platforms that support elliptic curves. */
  public static readonly EC_P256 = new KeyAlgorithm('EC_P256');
  /** The NIST curve P-384. */
  public static readonly EC_P384 = new KeyAlgorithm('EC_P384');
  /** The NIST curve P-521. */
  public static readonly EC_P521 = new KeyAlgorithm('EC_P521');
  /**
   * Ed25519 (RFC 8410): small and fast, for brokers and devices of your own. No IoT platform documents support for it, and mbedTLS, NSS and
   * BearSSL do not support it.
   */
  public static readonly ED25519 = new KeyAlgorithm('ED25519');

  /** The algorithm of this name. @internal */
  public static _of(name: KeyAlgorithmName): KeyAlgorithm {
    return KeyAlgorithm[name];
  }

  private constructor(
    /** The name in templates and in messages, such as `RSA_2048`. */
    public readonly name: string,
  ) {}

  /** The name. */
  public toString(): string {
    return this.name;
  }

  /** @internal */
  public _render(): KeyAlgorithmName {
    return this.name as KeyAlgorithmName;
  }
}
