import { AwsApiOptions, AwsService, SignedApi } from './signed-api';
import { sha256 } from '../../../contract/sha256';
import { HttpApi } from '../http-api';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. S3 reports throttling with the status 503. */
const S3: AwsService = { id: 's3', name: 'Amazon S3', throttled: [] };

/** Text files in Amazon S3. The keys that are read have no characters that a URL would encode: S3 signs those in another way. */
export class S3Api {
  private readonly api: SignedApi;

  constructor(http: HttpApi, options: AwsApiOptions) {
    this.api = new SignedApi(http, S3, options);
  }

  /**
   * The text of a file, or `undefined` if the bucket has none with this key. S3 says so only to those who may list the bucket.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
   *
   * @param longest the longest text that is accepted, in characters
   */
  public async text(bucket: string, key: string, longest: number): Promise<string | undefined> {
    const response = await this.api.send({
      action: `s3:GetObject of ${key} in the bucket ${bucket}`,
      method: 'GET',
      path: `/${bucket}/${key}`,
      headers: { 'x-amz-content-sha256': sha256('') },
      longest,
    }, 'NoSuchKey');
    return response?.text;
  }
}
