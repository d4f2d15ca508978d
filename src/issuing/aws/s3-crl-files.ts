import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { KEEPS_CHANGING, MAX_TURNS } from '../ledger/turns';
import { CrlFile, CrlFiles } from '../revocation/publish-crls';

/** The metadata of an object that holds the number of its list. */
const NUMBER = 'crl-number';

const ABSENT = 'NoSuchKey';

/** The object is no longer as it was found, or is being written by another function. */
const CHANGED = ['PreconditionFailed', 'ConditionalRequestConflict', ABSENT];

/**
 * The files with a CA's lists in an S3 bucket, below a folder. Two functions may publish at once, so each write is conditional on the
 * object that it replaces. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class S3CrlFiles implements CrlFiles {
  constructor(
    private readonly client: S3Client, private readonly calls: AwsCalls, private readonly bucket: string, private readonly folder: string,
  ) {}

  public async replace(file: CrlFile): Promise<number> {
    const { name, content, contentType, number, maxAge } = file;
    const key = `${this.folder}/${name}`;
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const standing = await this.find(key);
      const served = Number(standing?.number);
      if (served >= number) {
        return served;
      }
      const command = new PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        ...standing ? { IfMatch: standing.etag } : { IfNoneMatch: '*' },
        Body: content,
        ContentType: contentType,
        CacheControl: `public, max-age=${maxAge}`,
        Metadata: { [NUMBER]: String(number) },
      });
      try {
        await this.calls.make('s3:PutObject', this.nameOf(key), options => this.client.send(command, options), CHANGED);
        return number;
      } catch (error) {
        ifOneOf(CHANGED, error);
      }
    }
    throw new Error(KEEPS_CHANGING);
  }

  /** The object with this key. Its first octet is asked for, because S3 does not say why it refuses a request for the metadata alone. */
  private async find(key: string): Promise<{ readonly etag?: string; readonly number?: string } | undefined> {
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: 'bytes=0-0' });
    try {
      return await this.calls.make('s3:GetObject', this.nameOf(key), async options => {
        const { ETag, Metadata, Body } = await this.client.send(command, options);
        await Body!.transformToByteArray();
        return { etag: ETag, number: Metadata?.[NUMBER] };
      }, [ABSENT]);
    } catch (error) {
      return ifOneOf([ABSENT], error);
    }
  }

  private nameOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}
