import { CustomResource, Fn, Names, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { IPrivateIotCa } from './i-private-iot-ca';
import { knownCa } from './known-ca';
import { grantRead } from './ledger-table';
import { CaLookupAttributes, CaLookupProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { warn } from '../checks/notices';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';

/** The certificates to look up in a CA's ledger. */
export interface CaLookUp {
  /** The CA whose ledger holds the certificates. */
  readonly ca: IPrivateIotCa;
  /** How many levels above the CA the certificate is: 0 for the CA's own certificate. */
  readonly depth: number;
  /** The fingerprint of the certificate at that depth, if it is known. */
  readonly sha256Fingerprint?: string;
  /** The attributes of the answer to concatenate, in this order. */
  readonly attributes: readonly (keyof CaLookupAttributes)[];
  /** Whether the answer also holds all certificates above that certificate. */
  readonly withChain?: boolean;
}

/** The certificates, which the function in the stack of `scope` looks up. A stack looks up each certificate only once. */
export function lookedUp(scope: IConstruct, lookUp: CaLookUp): string {
  const provider = CertificateProvider.of(scope);
  const id = `Lookup${lookUp.depth}-${Names.nodeUniqueId(lookUp.ca.node)}`;
  const { resource } = provider.node.tryFindChild(id) as CaLookup | undefined ?? new CaLookup(provider, id, lookUp);
  const [first, ...others] = lookUp.attributes.map(attribute => resource.getAttString(attribute));
  return others.length === 0 ? first : Fn.join('', [first, ...others]);
}

const CROSS_STACK_REFERENCES = '@aws-cdk/core:defaultCrossStackReferences';

/**
 * Warns of the fingerprint of a renewed CA that crosses to another stack as an export, which can't change while it is imported. The function accepts
 * the fingerprint from before a renewal, but an update of the CA's resource answers the new one.
 */
export function sayExported(scope: IConstruct, ca: IPrivateIotCa): void {
  const isExported = Stack.of(scope) !== Stack.of(ca) && scope.node.tryGetContext(CROSS_STACK_REFERENCES) !== 'weak';
  warn(scope, 'renewed-ca-is-exported', isExported && knownCa(ca).renewedBefore !== undefined ? `${ca.node.path} has a renewal, and this stack imports its fingerprint by a strong reference: once the `
    + `CA was renewed, CloudFormation refuses to update it; set the context ${CROSS_STACK_REFERENCES} to weak` : undefined);
}

/** The look-up of one certificate in the ledger of another stack's CA. */
class CaLookup extends Construct {
  public readonly resource: CustomResource;

  constructor(provider: CertificateProvider, id: string, { ca, depth, sha256Fingerprint, withChain }: CaLookUp) {
    super(provider, id);
    sayExported(this, ca);
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
