import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { log } from '../../lambda/log';
import { KEEPS_CHANGING, MAX_TURNS } from '../ledger/turns';
import { CrlFile, CrlFiles } from '../revocation/publish-crls';

/** The metadata of an object that holds the number of its list. */
const NUMBER = 'crl-number';

const ABSENT = 'NoSuchKey';

/** The object is empty, so it has no first octet. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const EMPTY = 'InvalidRange';

/** An object with the number of its list; without one if it holds no list that this library has published. */
interface Standing {
  readonly etag?: string;
  readonly number?: number;
}

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
      const standing = await this.find(key, content[0]);
      if (standing?.number !== undefined && standing.number >= number) {
        return standing.number;
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

  /**
   * The object with this key. Its first octet is asked for, because S3 does not say why it refuses a request for the metadata alone. Anyone
   * who may write to the bucket can put something else there, which must not end the publication.
   *
   * @param first the octet with which a list begins in the object's format
   */
  private async find(key: string, first: number): Promise<Standing | undefined> {
    const found = await this.get(key, 'bytes=0-0').catch(error => ifOneOf([EMPTY], error) ?? this.get(key));
    if (!found || (found.octets[0] === first && found.number !== undefined)) {
      return found;
    }
    log('WARN', { message: `${this.nameOf(key)} holds no revocation list of this library; it is overwritten` });
    return { etag: found.etag };
  }

  private async get(key: string, range?: string): Promise<Standing & { readonly octets: Uint8Array } | undefined> {
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: range });
    try {
      return await this.calls.make('s3:GetObject', this.nameOf(key), async options => {
        const { ETag, Metadata, Body } = await this.client.send(command, options);
        return { etag: ETag, number: numberFrom(Metadata?.[NUMBER]), octets: await Body!.transformToByteArray() };
      }, [ABSENT, EMPTY]);
    } catch (error) {
      return ifOneOf([ABSENT], error);
    }
  }

  private nameOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}

function numberFrom(text = ''): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
