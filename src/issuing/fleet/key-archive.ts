/** A private key that was made for a device. */
export interface DeviceKey {
  readonly deviceId: string;
  readonly serialNumber: string;
  /** PKCS#8, PEM: a secret. */
  readonly privateKeyPem: string;
}

/** Where the private keys of devices go that have not made their keys themselves. */
export interface KeyArchive {
  /**
   * Encrypts the keys of a batch to their recipient, and stores them under a name that no other archive has. What is stored before a batch is repeated
   * stays: the ledger names the archive that has the key of a certificate.
   *
   * @returns the name
   */
  store(keys: readonly DeviceKey[]): Promise<string>;
}
