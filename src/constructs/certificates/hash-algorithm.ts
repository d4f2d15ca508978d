/**
 * The digest over which a certificate is signed. Each digest works with RSA keys and with elliptic curves.
 */
export enum HashAlgorithm {
  /** SHA-256, which every platform and every TLS stack accepts. */
  SHA_256 = 'SHA-256',
  /** SHA-384. */
  SHA_384 = 'SHA-384',
  /** SHA-512, which Alibaba Cloud's own instructions use for the verification certificate. */
  SHA_512 = 'SHA-512',
}
