import { CustomResource, Fn, Names } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { IPrivateIotCa } from './i-private-iot-ca';
import { grantRead } from './ledger-table';
import { CaLookupAttributes, CaLookupProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';

/** Which certificates of a CA's ledger are looked up. */
export interface CaLookUp {
  /** The CA in whose ledger they are. */
  readonly ca: IPrivateIotCa;
  /** How many CAs above it: 0 for its own certificate. */
  readonly depth: number;
  /** What is known of the certificate at that depth. */
  readonly sha256Fingerprint?: string;
  /** What is taken of the answer, one after the other. */
  readonly attributes: readonly (keyof CaLookupAttributes)[];
  /** Whether the answer holds all certificates above that one too. */
  readonly withChain?: boolean;
}

/** The certificates, which the function of the stack of `scope` looks up; each once for a stack. */
export function lookedUp(scope: IConstruct, lookUp: CaLookUp): string {
  const provider = CertificateProvider.of(scope);
  const id = `Lookup${lookUp.depth}-${Names.nodeUniqueId(lookUp.ca.node)}`;
  const { resource } = provider.node.tryFindChild(id) as CaLookup | undefined ?? new CaLookup(provider, id, lookUp);
  const [first, ...others] = lookUp.attributes.map(attribute => resource.getAttString(attribute));
  return others.length === 0 ? first : Fn.join('', [first, ...others]);
}

/** The look-up of one certificate in the ledger of a CA of another stack. */
class CaLookup extends Construct {
  public readonly resource: CustomResource;

  constructor(provider: CertificateProvider, id: string, { ca, depth, sha256Fingerprint, withChain }: CaLookUp) {
    super(provider, id);
    const rights = provider.rightsToRead(ca);
    grantRead(ca.ledger, rights);
    const properties: CaLookupProperties = {
      LedgerTable: ledgerOf(this, ca),
      CaId: ca.caId,
      Depth: depth,
      WithChain: withChain,
      Sha256Fingerprint: sha256Fingerprint,
    };
    this.resource = provider.resource(this, ResourceType.CA_LOOKUP, properties, [rights]);
  }
}
