import { Aws, CfnResource, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { crlDistribution } from './crl-distribution';
import { beforeIssuance } from './issuance-order';
import { OcspResponder } from './ocsp-responder';
import { onSchedule } from './on-rule';
import {
  PUBLISH_REVOCATION_KINDS, PublishRevocationOptions, REVOCATION_PUBLICATION_KINDS, RevocationPublicationProps,
} from './publish-revocation-options';
import { checkLifeDays, checkListUrl, checkPartitions, COMPLETE_LIST, COMPLETE_LIST_PEM, LIFE_DAYS } from '../../contract/crl-places';
import { REVOCATION_PREFIX } from '../../contract/ledger-keys';
import {
  CA_DIMENSION, LIFE_LEFT_METRIC, METRIC_NAMESPACE, PublisherEnvironment, REVOCATION_PUBLICATION_TYPE, RevocationPublicationProperties,
} from '../../contract/revocation-functions';
import { quote } from '../../contract/rules';
import { validateLedgerStream } from '../ca/ca-parts';
import { grantSign } from '../ca/grant-issue';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { knownCa } from '../ca/known-ca';
import { grantPublish } from '../ca/ledger-table';
import { check, pathBelow } from '../checks/kinds';
import { note } from '../checks/notices';
import { validate } from '../checks/validation';
import { onLedgerChange } from '../events/on-ledger-change';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { functionResource } from '../provider/function-resource';
import { FULL_CORE, libraryFunction } from '../provider/library-function';
import { acknowledgeWildcard } from '../provider/nag';
import { validRemovalPolicy } from '../provider/removal-policy';
import { rolePolicy } from '../provider/role-policy';

/** How often the function looks whether a list has to be renewed. It also makes up for what went wrong before. */
const SCHEDULE = Duration.hours(1);

/** How much of a list's life, in percent, is left when the alarm goes off. Lists are renewed at 50. */
const ALARM_PERCENT = 25;

/** How many hours in a row the list must be too old, or must fail to be made, so that a single missing value does no harm. */
const ALARM_HOURS = 3;

/** A host name in lower case. */
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What serves the bucket. If it went, the lists could no longer be fetched, and CloudFormation can't delete what a retained distribution uses. */
const SERVING = ['AWS::S3::BucketPolicy', 'AWS::CloudFront::OriginAccessControl', 'AWS::CloudFront::CachePolicy'];

/** The function that makes the lists, and its rights. */
type Publisher = ReturnType<typeof libraryFunction> & { readonly rights: Construct };

/** The CA of published lists, and the resource that has published them first. */
interface PublishedLists {
  readonly ca: IPrivateIotCa;
  /** The stream of the ledger, for a ledger that is not made in this app. */
  readonly ledgerStreamArn?: string;
  readonly resource: CustomResource;
}

/** The revocation lists of a CA, published where validators find them. Created by `publishRevocation` of a CA. */
export class RevocationPublication extends Construct {
  /**
   * The URL below which the lists are, such as `http://d111111abcdef8.cloudfront.net/ca-0123456789abcdef0123456789abcdef`.
   */
  public readonly url: string;

  /** The bucket that holds the lists. */
  public readonly bucket: IBucket;

  /**
   * The distribution that serves the bucket.
   *
   * @default - you serve your own bucket
   */
  public readonly distribution?: Distribution;

  /**
   * The alarm that goes off when less than a quarter of the life of the newest list is left, or when nothing is known about it. Tell somebody:
   * `alarm.addAlarmAction(new SnsAction(topic))`. It is absent for a CA that awaits its certificate.
   *
   * @default - the CA awaits its certificate
   */
  public readonly alarm?: Alarm;

  /**
   * The URL of the CA's OCSP responder.
   *
   * @default - there is none, or the CA awaits its certificate
   */
  public readonly ocspUrl?: string;

  /** The role of the function that signs the lists. @internal */
  public readonly _role?: IRole;

  /** What whoever uses the lists needs to know. Absent for a CA that awaits its certificate, of which there are no lists. @internal */
  public readonly _lists?: PublishedLists;

  constructor(scope: Construct, id: string, props: RevocationPublicationProps) {
    check(pathBelow(scope, id), REVOCATION_PUBLICATION_KINDS, props);
    assertUnpublished(pathBelow(scope, id), props.ca);
    super(scope, id);
    keepPrivateKeysOut(this);
    const { ca, validity, partitions = 1, bucket, ...options } = props;
    PUBLICATIONS.set(ca, this);
    const lifeDays = validity?.toDays({ integral: false }) ?? LIFE_DAYS.default;
    validate(this, [lifeDays], () => checkLifeDays(lifeDays, validity?.toHumanString()));
    validate(this, [partitions], () => checkPartitions(partitions));
    validateLedgerStream(this, ca.ledger, options.ledgerStreamArn);
    this.assertPlace(props);
    const removalPolicy = validRemovalPolicy(this, options.removalPolicy, RemovalPolicy.RETAIN);
    const made = bucket ? undefined : crlDistribution(this, options, removalPolicy);
    this.bucket = bucket ?? made!.bucket;
    this.distribution = made?.distribution;
    const base = options.url ?? `http://${options.domainName ?? made!.distribution.distributionDomainName}`;
    this.url = `${base}/${ca.caId}`;
    if (options.domainName === undefined && made) {
      note(this, 'crl-domain', 'certificates name the domain of the CloudFront distribution for as long as they are valid, so it must stay; '
        + 'with a domainName of your own, the lists can move');
    }
    if (knownCa(ca).isReplacement) {
      note(this, 'former-ca', 'the CA that this one replaces has no lists and no revokeFunction any more, so what it has issued can\'t be revoked; '
        + 'where its certificates are still in use, declare a second CA instead, and keep the former one until they have expired');
    }
    if (awaitsCertificate(ca)) {
      return;
    }

    const ocsp = options.ocsp ? new OcspResponder(this, 'Ocsp', ca, made!.distribution) : undefined;
    this.ocspUrl = ocsp && `${base}${ocsp.path}`;
    if (removalPolicy !== RemovalPolicy.DESTROY) {
      this.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => SERVING.includes(cfnResourceType))
        .forEach(resource => resource.applyRemovalPolicy(removalPolicy));
    }
    const publisher = this.publisher(ca, lifeDays, partitions, ocsp?.secret);
    this._role = publisher.role;
    const properties: RevocationPublicationProperties = {
      CaId: ca.caId, Bucket: this.bucket.bucketName, Url: this.url, OcspUrl: this.ocspUrl, Partitions: partitions, LifeDays: lifeDays,
    };
    const resource = functionResource(this, 'Resource', publisher.function, { resourceType: REVOCATION_PUBLICATION_TYPE, properties });
    resource.node.addDependency(publisher.rights, ...made ? [made.distribution, made.bucket] : []);
    this._lists = { ca, ledgerStreamArn: options.ledgerStreamArn, resource };
    beforeIssuance(ca).add(resource);
    // A batch is tried again for a day, and the schedule goes on.
    onLedgerChange(this, { ca, ...publisher, ledgerStreamArn: options.ledgerStreamArn }, [{ prefix: REVOCATION_PREFIX }], {
      batchSize: 1000,
      maxBatchingWindow: Duration.seconds(5), // so that many revocations at once need few lists
    });
    onSchedule(this, publisher.function, SCHEDULE, 'Renews the revocation lists of a CA');
    this.alarm = new Alarm(this, 'Alarm', {
      alarmDescription: `The revocation list of the CA ${ca.node.path} can't be made or is not renewed; brokers that check it will refuse all devices once it has expired`,
      metric: new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: LIFE_LEFT_METRIC,
        dimensionsMap: { [CA_DIMENSION]: ca.caId },
        statistic: Stats.MINIMUM,
        period: SCHEDULE,
      }),
      threshold: ALARM_PERCENT,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: ALARM_HOURS,
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.alarm.node.addDependency(resource); // which reports the first value
  }

  /** The URL of the list of all certificates of the CA, in DER (`application/pkix-crl`). Brokers that read lists from files take it. */
  public get completeListUrl(): string {
    return `${this.url}/${COMPLETE_LIST}`;
  }

  /** The URL of the list of all certificates of the CA, in PEM. */
  public get completeListPemUrl(): string {
    return `${this.url}/${COMPLETE_LIST_PEM}`;
  }

  private assertPlace({ bucket, url, domainName, certificate, encryptionKey, removalPolicy, ocsp }: RevocationPublicationProps): void {
    if ((bucket === undefined) !== (url === undefined)) {
      throw new Error(`${this.node.path}: bucket and url must be given together, because certificates name the URL at which you serve the bucket, got only ${bucket ? 'bucket' : 'url'}`);
    }
    if ((domainName === undefined) !== (certificate === undefined)) {
      throw new Error(`${this.node.path}: domainName and certificate must be given together, because CloudFront serves a domain only with its certificate, `
        + `got only ${domainName === undefined ? 'certificate' : 'domainName'}`);
    }
    const forNewBucket = { domainName, encryptionKey, removalPolicy, ocsp: ocsp || undefined };
    const ofOwnBucket = Object.entries(forNewBucket).find(([, value]) => value !== undefined);
    if (bucket && ofOwnBucket) {
      throw new Error(`${this.node.path}: ${ofOwnBucket[0]} must be left out with your own bucket: it is for the bucket and the distribution that this construct makes`);
    }
    const { region } = Stack.of(this);
    validate(this, [region], () => bucket || !/^(?:us-gov|cn)-/.test(region) ? undefined
      : `bucket and url must be given in ${region}, where ${region.startsWith('cn-')
        ? 'Amazon CloudFront serves no content from its own domain' : 'Amazon CloudFront is not available'}`);
    validate(this, [url], () => url === undefined ? undefined : checkListUrl(url));
    validate(this, [domainName], () => domainName === undefined || HOST.test(domainName) ? undefined
      : `domainName must be a host name in lower case, without a scheme, got ${quote(domainName)}`);
  }

  /** The function that makes the lists, with the right to sign them. */
  private publisher(ca: IPrivateIotCa, lifeDays: number, partitions: number, responder: Secret | undefined): Publisher {
    const environment: PublisherEnvironment = {
      STACK_ID: Aws.STACK_ID,
      CA_ID: ca.caId,
      LEDGER_TABLE: ca.ledger.tableName,
      CRL_BUCKET: this.bucket.bucketName,
      CRL_URL: this.url,
      CRL_PARTITIONS: String(partitions),
      CRL_LIFE_DAYS: String(lifeDays),
      ...responder && { OCSP_URL: this.ocspUrl, OCSP_RESPONDER_SECRET: responder.secretArn },
    };
    const made = libraryFunction(this, {
      description: 'Publishes the revocation lists of a CA',
      bundle: 'revocation',
      handler: 'publish',
      memorySize: FULL_CORE,
      timeout: Duration.minutes(5),
      isScheduled: true,
      environment: { ...environment },
    });
    const rights = rolePolicy(this, 'Rights', made.role);
    grantSign(ca, rights);
    grantPublish(ca.ledger, rights);
    const files = this.bucket.arnForObjects(`${ca.caId}/*`);
    rights.addStatements(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [files] }),
      // Without this right, S3 does not say that a file is missing. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
    if (responder) {
      rights.addStatements(new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], resources: [responder.secretArn],
      }));
    }
    this.bucket.encryptionKey?.grant(rights, 'kms:Decrypt', 'kms:GenerateDataKey');
    acknowledgeWildcard(rights, files, 'The function writes the lists of the CA, which are in one folder');
    return { ...made, rights };
  }
}

const PUBLICATIONS = new WeakMap<IPrivateIotCa, RevocationPublication>();

/** Publishes the lists of a CA below the CA itself. */
export function publishRevocation(ca: IPrivateIotCa & Construct, options: PublishRevocationOptions = {}): RevocationPublication {
  check(ca, PUBLISH_REVOCATION_KINDS, options);
  return new RevocationPublication(ca, 'Revocation', { ca, ...options });
}

/** The publication of a CA's lists, if there is one so far. */
export function publicationOf(ca: IPrivateIotCa): RevocationPublication | undefined {
  return PUBLICATIONS.get(ca);
}

function assertUnpublished(path: string, ca: IPrivateIotCa): void {
  if (PUBLICATIONS.has(ca)) {
    throw new Error(`${path}: ca must be a CA whose revocation lists are not published yet, got ${ca.node.path}, whose certificates can name only one place; `
      + 'keep the RevocationPublication that the first call has returned');
  }
}

/** Whether the certificate of a CA is still to be made elsewhere. */
function awaitsCertificate(ca: IPrivateIotCa & { readonly _awaitsCertificate?: boolean }): boolean {
  return ca._awaitsCertificate === true;
}
