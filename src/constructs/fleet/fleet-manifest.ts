import { statSync } from 'node:fs';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { scannedManifest } from './scanned-manifest';
import { ManifestProperties } from '../../contract/fleet-run';
import { quote } from '../../contract/rules';
import { check, having, oneOf, optional, struct, TEXT } from '../checks/kinds';

/** The format of a manifest. */
export enum FleetManifestFormat {
  /** Values with a header (RFC 4180), separated by commas, semicolons or tabs. */
  CSV = 'csv',
  /** A JSON object on each line. */
  JSON_LINES = 'jsonl',
}

/** Options of a manifest that is an asset. */
export interface FleetManifestAssetOptions {
  /**
   * The format.
   *
   * @default - by the end of the name: CSV for `.csv`, JSON Lines for `.jsonl` and `.ndjson`
   */
  readonly format?: FleetManifestFormat;
}

/** Options of a manifest in a bucket. */
export interface FleetManifestBucketOptions extends FleetManifestAssetOptions {
  /**
   * The version of the object that runs read.
   *
   * @default - the latest version at the beginning of a run
   */
  readonly objectVersion?: string;
}

/** A manifest, as the constructs know it. @internal */
export interface BoundManifest {
  readonly properties: ManifestProperties;
  readonly grantRead: (policy: Policy) => void;
  /** The number of rows at most, if the manifest is known at synthesis. */
  readonly rows?: number;
  /** Whether a row may have a request, if the manifest is known at synthesis. */
  readonly hasRequests?: boolean;
}

const BUCKET = having<IBucket>('an IBucket of aws-s3, such as Bucket.fromBucketName()', 'bucketName', 'arnForObjects');
const FORMAT = optional(oneOf('FleetManifestFormat', FleetManifestFormat));
const ASSET_OPTIONS = struct<FleetManifestAssetOptions>('a FleetManifestAssetOptions', { format: FORMAT });
const BUCKET_OPTIONS = struct<FleetManifestBucketOptions>('a FleetManifestBucketOptions', { format: FORMAT, objectVersion: optional(TEXT) });

/**
 * The list of the devices of a fleet: a row for each device, with its ID and, if it differs, its certificate signing request, attributes of the subject
 * and subject alternative names. docs/fleets.md lists the columns.
 */
export abstract class FleetManifest {
  /**
   * A file that is uploaded with the app. The fleet runs in each deployment that changes it.
   *
   * @param path the path of the file, relative to the working directory
   * @throws Error if there is no such file, if it holds a private key, or if its name does not tell its format
   */
  public static fromAsset(path: string, options: FleetManifestAssetOptions = {}): FleetManifest {
    check('FleetManifest.fromAsset()', { path: TEXT, options: ASSET_OPTIONS }, { path, options });
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      throw new Error(`FleetManifest.fromAsset(): path must be a file, got ${quote(path)}, which is none or does not exist; paths are relative to the working directory`);
    }
    const format = formatOf('FleetManifest.fromAsset()', path, options.format);
    const isCsv = format === FleetManifestFormat.CSV;
    const { rows, holdsPrivateKey, hasRequests } = scannedManifest(path, isCsv);
    if (holdsPrivateKey) {
      throw new Error(`FleetManifest.fromAsset(): path must be a file without private keys, and ${quote(path)} has one; take it out, and consider it disclosed: a device `
        + 'that has a key sends a certificate signing request');
    }
    return new AssetManifest(path, isCsv ? rows - 1 : rows, hasRequests, format);
  }

  /**
   * An object in a bucket. It may arrive there later: set `runOnDeploy` to `false`, and start the state machine when it is there.
   *
   * @param bucket the bucket; if another account owns it, or its key, their policies must let the fleet's planner read the object
   * @param key the key of the object
   * @throws Error if the key does not tell the format
   */
  public static fromBucket(bucket: IBucket, key: string, options: FleetManifestBucketOptions = {}): FleetManifest {
    check('FleetManifest.fromBucket()', { bucket: BUCKET, key: TEXT, options: BUCKET_OPTIONS }, { bucket, key, options });
    return new BucketManifest(bucket, key, options.objectVersion, formatOf('FleetManifest.fromBucket()', key, options.format));
  }

  /** @internal */
  protected constructor(
    /** The format of the manifest. */
    public readonly format: FleetManifestFormat,
  ) {}

  /** @internal */
  public abstract _bind(scope: Construct): BoundManifest;
}

class AssetManifest extends FleetManifest {
  constructor(private readonly path: string, private readonly rows: number, private readonly hasRequests: boolean, format: FleetManifestFormat) {
    super(format);
  }

  /** @internal */
  public _bind(scope: Construct): BoundManifest {
    const asset = new Asset(scope, 'Manifest', { path: this.path });
    const { bucket, s3ObjectKey } = asset;
    return {
      properties: { Bucket: asset.s3BucketName, Key: s3ObjectKey },
      grantRead: policy => grantReadObject(policy, bucket, s3ObjectKey),
      rows: Math.max(this.rows, 1),
      hasRequests: this.hasRequests,
    };
  }
}

class BucketManifest extends FleetManifest {
  constructor(
    private readonly bucket: IBucket, private readonly key: string, private readonly version: string | undefined, format: FleetManifestFormat,
  ) {
    super(format);
  }

  /** @internal */
  public _bind(_scope: Construct): BoundManifest {
    const { bucket, key, version } = this;
    return {
      properties: { Bucket: bucket.bucketName, Key: key, VersionId: version },
      grantRead: policy => {
        grantReadObject(policy, bucket, key);
        bucket.encryptionKey?.grant(policy, 'kms:Decrypt');
      },
    };
  }
}

/** A run looks first whether the object is there. Afterwards, it asks for the version that it has begun to read. */
function grantReadObject(policy: Policy, bucket: IBucket, key: string): void {
  policy.addStatements(
    new PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [bucket.arnForObjects(key)] }),
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringEquals: { 's3:prefix': key } } }),
  );
}

function formatOf(where: string, name: string, format: FleetManifestFormat | undefined): FleetManifestFormat {
  const known = format ?? (/\.csv$/i.test(name) ? FleetManifestFormat.CSV : /\.(jsonl|ndjson)$/i.test(name) ? FleetManifestFormat.JSON_LINES : undefined);
  if (!known) {
    throw new Error(`${where}: format must be given if the name ends neither with .csv nor with .jsonl or .ndjson, got ${quote(name)}`);
  }
  return known;
}
