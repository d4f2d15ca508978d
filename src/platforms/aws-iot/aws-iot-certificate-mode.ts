/**
 * How AWS IoT Core knows a CA.
 */
export enum AwsIotCertificateMode {
  /**
   * By the endpoint that a device names in TLS (SNI): what AWS recommends. No proof of possession is asked for, and several
   * accounts of a Region can register the same CA.
   */
  SNI_ONLY = 'SNI_ONLY',
  /**
   * By the CA alone, so that a device need not send SNI. One account of a Region can register the CA, with a verification
   * certificate for its registration code.
   */
  DEFAULT = 'DEFAULT',
}
