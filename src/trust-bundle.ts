import { IPrivateIotCa } from './i-private-iot-ca';
import { joined } from './private/ca-chain';

/**
 * What a broker or a device has to trust: the certificates of CAs and of the CAs above them, each once. With the old and the
 * new CA in it, a change of CAs breaks no connection.
 */
export class TrustBundle {
  /** The certificates, PEM, one after the other. */
  public readonly pem: string;

  /**
   * @param cas the CAs, at least one
   */
  constructor(cas: IPrivateIotCa[]) {
    if (cas.length === 0) {
      throw new Error('cas must hold a CA at least');
    }
    this.pem = joined([...new Set(cas.flatMap(({ caCertificates }) => caCertificates))]);
  }
}
