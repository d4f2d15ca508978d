/**
 * How AWS IoT Core identifies a CA.
 */
export enum AwsIotCertificateMode {
  /**
   * By the endpoint that a device names in TLS (SNI), as AWS recommends. No proof of possession is required, and several accounts in a
   * Region can register the same CA.
   */
  SNI_ONLY = 'SNI_ONLY',
  /**
   * By the CA alone, so a device need not send SNI. Only one account in a Region can register the CA, with a verification certificate for
   * its registration code.
   */
  DEFAULT = 'DEFAULT',
}
