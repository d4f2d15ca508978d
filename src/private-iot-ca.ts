import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CertificateSubject } from './certificate-subject';
import { PrivateIotCaProperties } from './contract/properties';
import { ResourceType } from './contract/resource-types';
import { checkCaForPlatform, checkPathLength } from './contract/rules';
import { DeviceCertificate, DeviceCertificateOptions } from './device-certificate';
import { HashAlgorithm } from './hash-algorithm';
import { IPrivateIotCa } from './i-private-iot-ca';
import { ImportedPrivateIotCa, PrivateIotCaAttributes } from './imported-private-iot-ca';
import { IIotCertificate, IotCertificateBase } from './iot-certificate';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { KeyStorage } from './key-storage';
import { CertificateProvider } from './private/certificate-provider';
import { grantIssue } from './private/grant-issue';
import { grantRecord, ledgerTable } from './private/ledger-table';
import { grantKeepKey } from './private/private-key';
import { renderSubject, sayNotices, validate, validateSubject, validGeneration, validHashAlgorithm, validityDays } from './private/validation';
import { VerificationCertificate, VerificationCertificateOptions } from './verification-certificate';

/**
 * What a private CA is.
 */
export interface PrivateIotCaProps {
  /** The CA's name. A CA that succeeds another one should have another name: AWS IoT tells them apart by it. */
  readonly subject: CertificateSubject;

  /**
   * The algorithm of the CA's key.
   *
   * @default KeyAlgorithm.RSA_2048, which every platform takes
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * The digest of the CA's signature on its own certificate.
   *
   * @default HashAlgorithm.SHA_256
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * How long the CA is valid, in whole days up to 36,500. Nothing that it issues outlives it.
   *
   * @default Duration.days(3650)
   */
  readonly validity?: Duration;

  /**
   * How many CAs may stand below this one in a chain, 0 to 10. With 0 it signs verification and device certificates only.
   *
   * @default 0
   */
  readonly pathLength?: number;

  /**
   * Where the CA's key is held.
   *
   * @default KeyStorage.secretsManager()
   */
  readonly keyStorage?: KeyStorage;

  /**
   * The platforms the CA is meant for. Their rules are checked for the CA, and for every device certificate below it that
   * does not name platforms of its own.
   *
   * @default - none
   */
  readonly platforms?: IotPlatform[];

  /**
   * Raise it for a new CA, with a new key, of an otherwise unchanged declaration, 1 to 1,000,000. Every certificate below
   * it is then made anew. A CA that another stack uses can't be replaced so, since CloudFormation keeps what is exported
   * while it is imported: declare a second CA beside it, move its users, and remove the first.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the CA's key and ledger when the CA leaves the stack. Devices in the field depend on them: anything
   * but the default is for tests.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: both are kept, unless the deployment that made them is rolled back
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A private CA for IoT devices: a key, a certificate that it signs itself, and a ledger of everything it issues.
 *
 * The key is made during deployment, and no template, output, event or log ever holds it. The certificate changes only when
 * its declaration does: `subject`, `keyAlgorithm`, `hashAlgorithm`, `validity`, `pathLength`, the kind of `keyStorage` or
 * `generation`. A change makes a new CA, and with it new certificates below it.
 *
 * @resource Custom::PrivateIotCa
 */
export class PrivateIotCa extends IotCertificateBase implements IPrivateIotCa, IIotCertificate {
  /**
   * Uses a CA of another stack in the same account and Region.
   *
   * @param scope where the construct is added
   * @param id its id
   * @param attrs the attributes of the CA
   */
  public static fromPrivateIotCaAttributes(scope: Construct, id: string, attrs: PrivateIotCaAttributes): IPrivateIotCa {
    return new ImportedPrivateIotCa(scope, id, attrs);
  }

  public readonly caId: string;
  public readonly certificateChainPem: string;
  public readonly ledger: ITable;
  public readonly privateKeySecret: ISecret;
  public readonly keyAlgorithm?: KeyAlgorithm;
  public readonly validity?: Duration;
  public readonly platforms: IotPlatform[];

  /** @internal */
  protected readonly _resource: CustomResource;

  constructor(scope: Construct, id: string, props: PrivateIotCaProps) {
    super(scope, id);
    const keyAlgorithm = props.keyAlgorithm ?? KeyAlgorithm.RSA_2048;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.keyAlgorithm = keyAlgorithm;
    this.validity = props.validity ?? Duration.days(3650);
    this.platforms = props.platforms ?? [];
    const declared = {
      Subject: renderSubject(props.subject),
      KeyAlgorithm: keyAlgorithm._render(),
      HashAlgorithm: validHashAlgorithm(this, props.hashAlgorithm),
      ValidityDays: validityDays(this, this.validity),
      PathLength: props.pathLength ?? 0,
      Generation: validGeneration(this, props.generation),
      Platforms: this.platforms.map(platform => platform._render()),
      RetainKey: removalPolicy !== RemovalPolicy.DESTROY,
    };
    validateSubject(this, { ...props.subject });
    validate(this, [declared.PathLength], () => checkPathLength(declared.PathLength));
    this.platforms.forEach(platform => validate(this, [], () => checkCaForPlatform(keyAlgorithm._render(), platform._render())));
    assertNumberOfCas(this);
    sayNotices(this, this.platforms);

    const key = (props.keyStorage ?? KeyStorage.secretsManager())._bind(this, {
      description: `Private key of the CA ${this.node.path}`,
      removalPolicy,
    });
    this.privateKeySecret = key.secret;
    this.ledger = ledgerTable(this, removalPolicy);

    const provider = CertificateProvider.of(this);
    const rights = provider.rightsOn(this);
    grantKeepKey(this.privateKeySecret, rights);
    grantRecord(this.ledger, rights);
    const properties: PrivateIotCaProperties = { ...declared, LedgerTable: this.ledger.tableName, KeyStorage: key.properties };
    this._resource = provider.resource(this, ResourceType.PRIVATE_IOT_CA, properties, [rights]);
    this.caId = this._resource.ref;
    this.certificateChainPem = this.certificatePem;
  }

  public addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate {
    return new VerificationCertificate(this, id, { ca: this, ...options });
  }

  public addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate {
    return new DeviceCertificate(this, id, { ca: this, ...options });
  }

  public grantIssue(grantee: IGrantable): Grant {
    return grantIssue(this, grantee);
  }

  public grantReadPrivateKey(grantee: IGrantable): Grant {
    return this.privateKeySecret.grantRead(grantee);
  }
}

/** A stack deploys to one account of a platform, more or less; CAs for other accounts go into other stacks. */
function assertNumberOfCas(ca: PrivateIotCa): void {
  for (const platform of ca.platforms.filter(({ maximumCas }) => maximumCas !== undefined)) {
    const cas = Stack.of(ca).node.findAll().filter(node => node instanceof PrivateIotCa && node.platforms?.includes(platform));
    if (cas.length > platform.maximumCas!) {
      throw new Error(`${ca.node.path}: platforms must name ${platform.platformName} for at most ${platform.maximumCas} CAs, since an account `
        + `can register no more, got ${cas.length}; declare CAs for another account in another stack`);
    }
  }
}
