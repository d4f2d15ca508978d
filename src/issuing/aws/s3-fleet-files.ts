import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { FleetFiles } from '../fleet/run/fleet-files';

const ABSENT = 'NoSuchKey';

/** The objects of a fleet's runs in an S3 bucket, below a folder. */
export class S3FleetFiles implements FleetFiles {
  /** @param folder without a slash at its end */
  constructor(
    private readonly client: S3Client, private readonly calls: AwsCalls, private readonly bucket: string, private readonly folder: string,
  ) {}

  public async write(name: string, content: string | Buffer, contentType: string): Promise<void> {
    const Key = this.keyOf(name);
    const command = new PutObjectCommand({ Bucket: this.bucket, Key, Body: content, ContentType: contentType });
    await this.calls.make('s3:PutObject', this.nameOf(Key), options => this.client.send(command, options));
  }

  public async read(name: string): Promise<Buffer | undefined> {
    const Key = this.keyOf(name);
    const command = new GetObjectCommand({ Bucket: this.bucket, Key });
    try {
      return await this.calls.make('s3:GetObject', this.nameOf(Key), async options =>
        Buffer.from(await (await this.client.send(command, options)).Body!.transformToByteArray()), [ABSENT]);
    } catch (error) {
      return ifOneOf([ABSENT], error);
    }
  }

  public async *list(folder: string): AsyncIterable<string> {
    const Prefix = this.keyOf(folder);
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.bucket, Prefix, ContinuationToken });
      const { Contents = [], NextContinuationToken } = await this.calls.make('s3:ListBucket', this.nameOf(Prefix), options => this.client.send(command, options));
      yield* Contents.map(({ Key }) => Key!.slice(this.folder.length + 1));
      ContinuationToken = NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  /** The key of an object in the bucket. */
  public keyOf(name: string): string {
    return `${this.folder}/${name}`;
  }

  private nameOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}
