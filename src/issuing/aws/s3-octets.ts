import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ManifestProperties } from '../../contract/fleet-run';
import { AwsCalls, errorName } from '../../lambda/aws/aws-calls';

/** How many octets are asked for at once. A connection that breaks costs no more than these. */
const PORTION = 8 * 1024 * 1024;

/** The object is empty, so it has no first octet. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const EMPTY = 'InvalidRange';
const CHANGED = 'PreconditionFailed';
const ABSENT = ['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket'];

interface Portion {
  readonly octets: Uint8Array;
  /** The length of the object. */
  readonly length: number;
  readonly etag?: string;
  readonly versionId?: string;
}

/** The octets of an object, of one version from the first octet to the last. The next portion is on its way while one is used. */
export class S3Octets {
  private found?: string;

  constructor(private readonly client: S3Client, private readonly calls: AwsCalls, private readonly place: ManifestProperties) {}

  /** The version that was read, or its ETag if the bucket has no versions. */
  public get version(): string {
    return this.found ?? '';
  }

  /** @throws Error if the object is not there, or is replaced meanwhile */
  public async *read(): AsyncIterable<Uint8Array> {
    const first = await this.portion(0);
    if (!first) {
      return;
    }
    const { versionId, etag } = first;
    this.found = versionId ?? etag;
    for (let next: Promise<Portion | undefined> | undefined, portion = first, at = 0; ; portion = (await next)!) {
      at += portion.octets.length;
      const isLast = at >= first.length;
      next = isLast ? undefined : this.portion(at, first);
      next?.catch(() => undefined); // awaited above, unless the reader stops before
      yield portion.octets;
      if (isLast) {
        return;
      }
    }
  }

  /** @returns nothing if the object is empty */
  private async portion(begin: number, pinned?: Portion): Promise<Portion | undefined> {
    const { Bucket, Key, VersionId } = this.place;
    const name = `s3://${Bucket}/${Key}`;
    const command = new GetObjectCommand({
      Bucket, Key, VersionId: pinned?.versionId ?? VersionId, Range: `bytes=${begin}-${begin + PORTION - 1}`, IfMatch: pinned?.etag,
    });
    try {
      return await this.calls.make('s3:GetObject', name, async options => {
        const { Body, ContentRange = '', ETag: etag, VersionId: versionId } = await this.client.send(command, options);
        return { octets: await Body!.transformToByteArray(), length: Number(/\/(\d+)$/.exec(ContentRange)?.[1]), etag, versionId };
      }, [EMPTY, CHANGED, ...ABSENT]);
    } catch (error) {
      if (errorName(error) === EMPTY && begin === 0) {
        return undefined;
      }
      throw errorName(error) === CHANGED ? new Error(`the manifest ${name} must stay as it is while it is read, and it was replaced; run the fleet again`)
        : ABSENT.includes(errorName(error)) ? new Error(`the manifest must be at ${name}, where nothing is; upload it, and run the fleet`) : error;
    }
  }
}
