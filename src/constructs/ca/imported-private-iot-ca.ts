import { Token } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CA_ATTRIBUTE_KINDS, CaAttributes } from './ca-attributes';
import { CaChainLinks } from './ca-chain';
import { CaFacts, caFacts } from './ca-facts';
import { checkedLedgerArn, partsOf } from './ca-parts';
import { validateHeldCa } from './ca-validation';
import { knownByCertificates, rememberCa } from './known-ca';
import { PrivateIotCaBase } from './private-iot-ca-base';
import { checkCertificatePem, quote } from '../../contract/rules';
import { checkCaChain } from '../../pki/ca-chain';
import { Certificate, isSelfIssued, parseCertificate } from '../../pki/certificate';
import { readCertificates } from '../../pki/certificate-pem';
import { IotPlatform } from '../../platforms/iot-platform';
import { defaultHashAlgorithm } from '../certificates/default-hash-algorithm';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { check, Kinds, listOf, optional, pathBelow, TEXT } from '../checks/kinds';
import { validate } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { keepPrivateKeysOut } from '../keys/private-key-guard';

/**
 * The attributes by which a stack uses a CA of another stack.
 */
export interface PrivateIotCaAttributes extends CaAttributes {
  /** The CA's certificate in PEM. */
  readonly certificatePem: string;

  /**
   * The certificates of the CAs above it in PEM, one per item: the issuer's first, the root's last. The root may be left out.
   *
   * @default - none: the CA is a root
   */
  readonly issuerCertificates?: string[];
}

const KINDS: Kinds<PrivateIotCaAttributes> = { ...CA_ATTRIBUTE_KINDS, certificatePem: TEXT, issuerCertificates: optional(listOf(TEXT)) };

/** A CA that is a resource of another stack. Not exported. */
export class ImportedPrivateIotCa extends PrivateIotCaBase {
  public readonly caId: string;
  public readonly certificatePem: string;
  public readonly ledger: ITable;
  public readonly privateKeySecret?: ISecret;
  public readonly signingKey?: IKey;
  public readonly keyAlgorithm?: KeyAlgorithm;
  public readonly defaultHashAlgorithm: HashAlgorithm;
  public readonly platforms: IotPlatform[];
  public readonly pathLength?: number;
  public readonly allowedCustomExtensions: string[];
  /** @internal */
  public readonly _chain: CaChainLinks;
  /** @internal */
  public readonly _passphrase?: ISecret;

  constructor(scope: Construct, id: string, attrs: PrivateIotCaAttributes) {
    check(pathBelow(scope, id), KINDS, attrs);
    super(scope, id, { environmentFromArn: checkedLedgerArn(scope, id, attrs.ledgerTableArn) });
    keepPrivateKeysOut(this);
    const { certificatePem, issuerCertificates = [] } = attrs;
    const parts = partsOf(this, attrs);
    const certificates = [certificatePem, ...issuerCertificates];
    const parsed = certificates.map((pem, index) => this.parsed(index === 0 ? 'certificatePem' : `issuerCertificates[${index - 1}]`, pem));
    this.assertChain(certificates);
    this.caId = attrs.caId;
    this.certificatePem = certificatePem;
    rememberCa(this, { ...knownByCertificates(parsed), keyIdentifier: parsed[0]?.keyIdentifier.toString('hex') });
    const last = parsed[parsed.length - 1];
    this._chain = {
      links: certificates.map((pem, depth) => ({ pem, home: this, lookUp: { ca: this, depth, attributes: ['CertificatePem'] } })),
      endsInRoot: last === undefined || isSelfIssued(last),
    };
    const known: CaFacts = parsed[0] ? caFacts(parsed[0]) : {};
    this.keyAlgorithm = known.keyAlgorithm ?? attrs.keyAlgorithm;
    this.pathLength = known.pathLength;
    validate(this, [], () => attrs.keyAlgorithm && this.keyAlgorithm !== attrs.keyAlgorithm
      ? `keyAlgorithm must be that of the CA's certificate, ${this.keyAlgorithm}, got ${quote(attrs.keyAlgorithm._render())}` : undefined);
    this.platforms = attrs.platforms ?? [];
    this.allowedCustomExtensions = attrs.allowedCustomExtensions ?? [];
    this.ledger = parts.ledger;
    this.privateKeySecret = parts.privateKeySecret;
    this._passphrase = parts.passphrase;
    this.signingKey = parts.signingKey;
    this.defaultHashAlgorithm = defaultHashAlgorithm(this.keyAlgorithm, this.signingKey);
    validateHeldCa(this);
  }

  /** Always throws an error: the function belongs to the stack that declares the CA. */
  public get revokeFunction(): never {
    return this.refuseMember('revokeFunction', 'use it in the stack of the CA');
  }

  /** Always throws an error: the function belongs to the stack that declares the CA. */
  public grantRevoke(): never {
    return this.refuseMember('grantRevoke', 'call it in the stack of the CA');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onCertificateIssued(): never {
    return this.refuseEvents('onCertificateIssued');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onCertificateRenewed(): never {
    return this.refuseEvents('onCertificateRenewed');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onCertificateExpiring(): never {
    return this.refuseEvents('onCertificateExpiring');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onCertificateRefused(): never {
    return this.refuseEvents('onCertificateRefused');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onRevocationChanged(): never {
    return this.refuseEvents('onRevocationChanged');
  }

  /** Always throws an error: the events belong to the stack that declares the CA. A `Rule` of your own can match them; see the documentation. */
  public onRevocationListsPublished(): never {
    return this.refuseEvents('onRevocationListsPublished');
  }

  /** Always throws an error: the function that signs the lists belongs to the stack that declares the CA. */
  public publishRevocation(): never {
    return this.refuseMember('publishRevocation', 'call it in the stack of the CA');
  }

  private refuseEvents(method: string): never {
    return this.refuseMember(method, `declare a Rule for the events of ${this.caId}`);
  }

  private refuseMember(member: string, wayOut: string): never {
    throw new Error(`${this.node.path}: ${member} is available only where the CA is declared; ${wayOut}`);
  }

  /** Checks the certificates that precede the first token, as it would those of a CA that is taken over. */
  private assertChain(certificates: readonly string[]): void {
    const unknown = certificates.findIndex(pem => Token.isUnresolved(pem));
    const known = unknown < 0 ? certificates : certificates.slice(0, unknown);
    if (known.length > 0) {
      validate(this, [], () => checkCaChain('certificatePem, with issuerCertificates,', known.join('\n')));
    }
  }

  /** Parses a certificate; `undefined` if it is not known at synthesis. */
  private parsed(property: string, pem: string): Certificate | undefined {
    validate(this, [pem], () => checkCertificatePem(pem, property));
    if (Token.isUnresolved(pem)) {
      return undefined;
    }
    const certificates = readCertificates(property, pem);
    if (certificates.length > 1) {
      throw new Error(`${this.node.path}: ${property} must hold one certificate, got ${certificates.length}; `
        + 'declare each certificate above the CA as an item of issuerCertificates');
    }
    return parseCertificate(certificates[0]);
  }
}
