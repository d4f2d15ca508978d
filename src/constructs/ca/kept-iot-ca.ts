import { CustomResource } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CA_ATTRIBUTE_KINDS, CaAttributes } from './ca-attributes';
import { CaChainLinks, chainBelow, chainWithRest } from './ca-chain';
import { partsOf } from './ca-parts';
import { CA_SUCCESSION_KINDS, CaSuccessionOptions, knownSuccession, successionProperties, validateSuccession } from './ca-succession';
import { assertNumberOfCas, validateHeldCa } from './ca-validation';
import { IPrivateIotCa } from './i-private-iot-ca';
import { knownCa, rememberCa } from './known-ca';
import { PrivateIotCaBase } from './private-iot-ca-base';
import { KeptCaAttributes, KeptIotCaProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { quote } from '../../contract/rules';
import { checkFormerStackId } from '../../contract/stack-id';
import { IotPlatform } from '../../platforms/iot-platform';
import { defaultHashAlgorithm } from '../certificates/default-hash-algorithm';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { check, Kinds, NUMBER, optional, TEXT } from '../checks/kinds';
import { CA } from '../checks/object-kinds';
import { sayNotices, validate, validatePathLength } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';

/**
 * Properties of a CA whose key and ledger have outlived its resource.
 */
export interface KeptCaProps extends CaAttributes, CaSuccessionOptions {
  /**
   * The issuer of the CA, if it is a CA of this library.
   *
   * @default - none: the CA is a root, or its issuer is not in AWS
   */
  readonly issuer?: IPrivateIotCa;

  /**
   * The id (ARN) of the stack that declared the CA before and can't release it, because the stack was deleted and the resource was
   * retained (*Retain resources*, or a `DeletionPolicy` of your own). If a deployment fails for lack of it, the error names the stack.
   * By setting it, you vouch that the stack no longer declares the CA; a later removal in that stack takes nothing away.
   *
   * @default - none: a CA that another stack declares is refused
   */
  readonly formerStackId?: string;

  /**
   * The maximum number of CAs below this one in a chain.
   *
   * @default - checked at deployment
   */
  readonly pathLength?: number;
}

const KINDS: Kinds<KeptCaProps> = {
  ...CA_ATTRIBUTE_KINDS, ...CA_SUCCESSION_KINDS, issuer: optional(CA), pathLength: optional(NUMBER), formerStackId: optional(TEXT),
};

/** A CA that a stack takes back. Not exported. */
export class KeptIotCa extends PrivateIotCaBase {
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

  constructor(scope: Construct, id: string, props: KeptCaProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { issuer, formerStackId } = props;
    validateSuccession(this, props);
    validate(this, [formerStackId], () => formerStackId === undefined ? undefined : checkFormerStackId(formerStackId));
    const parts = partsOf(this, props);
    const { account, region } = this.env;
    for (const [what, own, other] of [['account', account, parts.ledger.env.account], ['Region', region, parts.ledger.env.region]]) {
      validate(this, [own, other], () => own === other ? undefined : `ledgerTableArn must be in the ${what} of the stack, ${own}, got ${quote(other)}; `
        + 'use a CA from elsewhere with PrivateIotCa.fromPrivateIotCaAttributes');
    }
    this.ledger = parts.ledger;
    this.privateKeySecret = parts.privateKeySecret;
    this._passphrase = parts.passphrase;
    this.signingKey = parts.signingKey;
    this.keyAlgorithm = props.keyAlgorithm;
    this.defaultHashAlgorithm = defaultHashAlgorithm(this.keyAlgorithm, this.signingKey);
    this.platforms = props.platforms ?? [];
    this.pathLength = props.pathLength;
    this.allowedCustomExtensions = props.allowedCustomExtensions ?? [];
    validateHeldCa(this);
    if (this.pathLength !== undefined) {
      validatePathLength(this, this.pathLength, issuer);
    }
    assertNumberOfCas(this);
    sayNotices(this, this.platforms);

    const provider = CertificateProvider.of(this);
    const rights = [provider.rightsToIssue(this, this), ...issuer ? [provider.rightsToIssue(issuer, this)] : []];
    const properties: KeptIotCaProperties = {
      LedgerTable: this.ledger.tableName,
      IssuerLedgerTable: issuer && ledgerOf(this, issuer),
      CaId: props.caId,
      FormerStackId: formerStackId,
      Platforms: this.platforms.map(platform => platform._render()),
      ...successionProperties(props),
    };
    const resource = provider.resource(this, ResourceType.KEPT_IOT_CA, properties, rights);
    this.caId = attribute(resource, 'CaId');
    rememberCa(this, { ...knownCa(this), keyIdentifier: attribute(resource, 'SubjectKeyIdentifier'), ...knownSuccession(props) });
    this.certificatePem = attribute(resource, 'CertificatePem');
    const sha256Fingerprint = attribute(resource, 'Sha256Fingerprint');
    this._chain = issuer ? chainBelow(this, sha256Fingerprint, issuer)
      : chainWithRest(this, sha256Fingerprint, attribute(resource, 'IssuerChainPem'));
  }
}

function attribute(resource: CustomResource, name: keyof KeptCaAttributes): string {
  return resource.getAttString(name);
}
