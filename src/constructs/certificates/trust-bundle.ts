import { Construct } from 'constructs';
import { certificatesIn, ChainLink, joined } from '../ca/ca-chain';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, listOf } from '../checks/kinds';
import { CA } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';

/**
 * The certificates that a broker or a device has to trust: those of CAs and of the CAs above them, each once. If the bundle holds
 * both the old and the new CA, a change of CAs breaks no connection.
 */
export class TrustBundle {
  private readonly links: readonly ChainLink[];

  /**
   * @param cas the CAs, at least one
   */
  constructor(cas: IPrivateIotCa[]) {
    check('TrustBundle', { cas: listOf(CA) }, { cas });
    if (cas.length === 0) {
      throw new Error('TrustBundle: cas must hold at least one CA, got none');
    }
    this.links = [...new Map(cas.flatMap(({ _chain }) => _chain.links).map(link => [link.pem, link])).values()];
  }

  /**
   * The concatenated certificates in PEM, for use in the CAs' own stack. For other stacks, see `pemFor`.
   */
  public get pem(): string {
    return joined(this.links.map(({ pem }) => pem));
  }

  /**
   * The concatenated certificates in PEM, for use in the stack of `scope`. The function of that stack looks up the certificates of other
   * stacks' CAs, because CloudFormation exports at most 1,024 characters.
   *
   * @param scope the construct that needs the bundle
   * @example
   * declare const ca: PrivateIotCa;
   * declare const brokers: Stack;
   * new CfnOutput(brokers, 'TrustedCas', { value: new TrustBundle([ca]).pemFor(brokers) });
   */
  public pemFor(scope: Construct): string {
    const certificates = certificatesIn(scope, this.links);
    keepPrivateKeysOut(scope);
    return joined(certificates);
  }
}
