import { CustomResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { certificatesIn, joined } from './ca-chain';
import { sayExported } from './ca-lookup';
import { IPrivateIotCa } from './i-private-iot-ca';
import { issuerProperties } from './known-ca';
import { grantRead } from './ledger-table';
import { CrossCertificateProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { IIotCertificate, IssuedCertificateBase } from '../certificates/iot-certificate';
import { validateCanCertify, validateCanIssue } from '../certificates/issuing-validation';
import { check, having, Kinds, NUMBER, optional } from '../checks/kinds';
import { CA, HASH_ALGORITHM } from '../checks/object-kinds';
import { validGeneration, validHashAlgorithm } from '../checks/validation';
import { CertificateProvider, ledgerOf, readableLedgerOf } from '../provider/certificate-provider';
import { beforeIssuance } from '../revocation/issuance-order';

/**
 * Options of a cross-certificate.
 */
export interface CrossCertificateOptions {
  /**
   * The CA whose key is certified. Its `caCertificates` stay as they are. If it is in another stack, the function of this stack gets the right
   * to read its ledger.
   */
  readonly subjectCa: IPrivateIotCa;

  /**
   * The digest of the signature.
   *
   * @default - HashAlgorithm.SHA_256, or the digest that the signing CA's key in KMS signs over
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * Raise this number, from 1 to 1,000,000, for a new certificate from an otherwise unchanged declaration, for example after a CA that is
   * `signedElsewhere` was renewed.
   *
   * @default 1
   */
  readonly generation?: number;
}

/**
 * Properties of a cross-certificate.
 */
export interface CrossCertificateProps extends CrossCertificateOptions {
  /** The CA that signs the certificate. Its path length must leave room for one more CA. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<CrossCertificateProps> = { ca: CA, subjectCa: CA, hashAlgorithm: optional(HASH_ALGORITHM), generation: optional(NUMBER) };

const ISSUED = having<IssuedCertificateBase>('a certificate that a CA of this library issues, such as new DeviceCertificate()', 'certificatePem', '_issuer');

/**
 * A certificate for the key of one CA, signed by another CA (RFC 5280, section 3.2). Verifiers that trust only the signing CA then
 * accept the certificates of the subject CA, if the cross-certificate is part of the chain that is presented: see `chainFor`.
 *
 * Name, key, key identifier, path length, name constraints and extended key usages are those of the subject CA's own certificate, which the
 * function reads in the ledger of that CA. The certificate ends with the first of the two CAs to end. It is recorded in the ledger of the signing
 * CA, is on its revocation lists if it is revoked, and does not belong in a `TrustBundle`: some verifiers take every certificate that they trust
 * for a root, so its revocation would have no effect.
 *
 * @resource Custom::IotCrossCertificate
 * @example
 * const ca = new PrivateIotCa(this, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, pathLength: 1 });
 * const next = new PrivateIotCa(this, 'Ca2036', { subject: { commonName: 'Acme IoT Root CA 2036' }, predecessor: ca });
 * const cross = new CrossCertificate(this, 'NextByCa', { ca, subjectCa: next });
 * const device = next.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' } });
 * new CfnOutput(this, 'ChainForOldBrokers', { value: cross.chainFor(device) });
 */
export class CrossCertificate extends IssuedCertificateBase implements IIotCertificate {
  /** @internal */
  public readonly _issuer: IPrivateIotCa;
  /** @internal */
  protected readonly _resource: CustomResource;
  private readonly subjectCa: IPrivateIotCa;

  constructor(scope: Construct, id: string, props: CrossCertificateProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, subjectCa } = props;
    validateCanIssue(this, ca);
    validateCanCertify(this, ca, subjectCa);
    this._issuer = ca;
    this.subjectCa = subjectCa;
    const provider = CertificateProvider.of(this);
    const rights = [provider.rightsToIssue(ca, this), provider.rightsToRead(subjectCa)];
    grantRead(subjectCa.ledger, rights[1]);
    const [own] = subjectCa._chain.links;
    sayExported(this, subjectCa);
    const properties: CrossCertificateProperties = {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      SubjectCaId: subjectCa.caId,
      SubjectCaLedgerTable: readableLedgerOf(this, subjectCa),
      SubjectCaSha256Fingerprint: own.lookUp.depth === 0 ? own.lookUp.sha256Fingerprint : undefined,
      HashAlgorithm: validHashAlgorithm(this, ca, props.hashAlgorithm),
      Generation: validGeneration(this, props.generation),
    };
    this._resource = provider.resource(this, ResourceType.CROSS_CERTIFICATE, properties, rights);
    this._resource.node.addDependency(beforeIssuance(ca));
  }

  /**
   * The chain, in PEM, that the holder of a certificate presents to verifiers that trust only the signing CA: the certificate, the CAs between it
   * and the subject CA, this cross-certificate, and the CAs above it without their root. Verifiers that trust the subject CA itself accept this
   * chain too.
   *
   * @param certificate a certificate below the subject CA
   */
  public chainFor(certificate: IIotCertificate): string {
    check(this, { certificate: ISSUED }, { certificate: certificate as IssuedCertificateBase });
    const { links } = (certificate as IssuedCertificateBase)._issuer._chain;
    const [own] = this.subjectCa._chain.links;
    const position = links.findIndex(({ pem }) => pem === own.pem);
    if (position < 0) {
      throw new Error(`${this.node.path}: certificate must be a certificate below ${this.subjectCa.node.path}, whose key is cross-certified, `
        + `got ${certificate.node.path}, which is below ${(certificate as IssuedCertificateBase)._issuer.node.path}`);
    }
    const between = position === 0 ? [] : certificatesIn(this, links.slice(0, position));
    return joined([certificate.certificatePem, ...between, this.certificateChainWithoutRootPem]);
  }
}
