import {
  DescribeSecretCommand, DescribeSecretResponse, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient,
  UpdateSecretVersionStageCommand, UpdateSecretVersionStageRequest,
} from '@aws-sdk/client-secrets-manager';
import { AwsCalls, errorName, ifOneOf, MAX_LOOKS } from '../../lambda/aws/aws-calls';
import { NOTHING_TO_PUT_BACK, PutBack, SecretVersions } from '../ports';

/**
 * "Staging labels attached across all versions of a secret": 20.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
const MAX_LABELS = 20;

const CURRENT = 'AWSCURRENT';
const NOT_FOUND = 'ResourceNotFoundException';

/**
 * The versions of private keys in Secrets Manager. A version's ID is the token of the request that writes it, which makes writing
 * idempotent. Each version has a staging label of its own, which keeps it from being deprecated, and so from being removed.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export class SecretsManagerVersions implements SecretVersions {
  constructor(private readonly client: SecretsManagerClient, private readonly calls: AwsCalls) {}

  public async read(secretArn: string, version: string): Promise<string | undefined> {
    const command = new GetSecretValueCommand({ SecretId: secretArn, VersionId: version });
    try {
      const { SecretString } = await this.calls.make('secretsmanager:GetSecretValue', secretArn, options => this.client.send(command, options), [NOT_FOUND]);
      return SecretString;
    } catch (error) {
      return ifOneOf([NOT_FOUND], error);
    }
  }

  public async write(secretArn: string, version: string, value: string, owner: string): Promise<string> {
    const secret = await this.describe(secretArn);
    assertOwned(secretArn, secret, owner);
    assertRoom(secretArn, secret);
    const command = new PutSecretValueCommand({
      SecretId: secretArn, ClientRequestToken: version, SecretString: value, VersionStages: [labelOf(version, owner)],
    });
    try {
      await this.calls.make('secretsmanager:PutSecretValue', secretArn, options => this.client.send(command, options), ['ResourceExistsException']);
      return value;
    } catch (error) {
      ifOneOf(['ResourceExistsException'], error);
    }
    // Another delivery of the request was first. Its value is stored, but may take a moment to become visible.
    const standing = await this.calls.lookFor(() => this.read(secretArn, version));
    if (standing === undefined) {
      throw new Error(`the secret ${secretArn} has a version ${version} that can't be read; deploy again`);
    }
    return standing;
  }

  public async makeCurrent(secretArn: string, version: string, owner: string): Promise<PutBack> {
    let before: string | undefined;
    for (let look = 0; ; look++) {
      const secret = await this.describe(secretArn);
      assertOwned(secretArn, secret, owner);
      const stages = secret.VersionIdsToStages ?? {};
      const holder = Object.keys(stages).find(id => stages[id].includes(CURRENT));
      try {
        if (!stages[version]?.includes(labelOf(version, owner))) { // released before, and declared again
          await this.move(secretArn, { VersionStage: labelOf(version, owner), MoveToVersionId: version }, MOVED_MEANWHILE);
        }
        if (holder !== version) {
          before = holder;
          await this.move(secretArn, { VersionStage: CURRENT, MoveToVersionId: version, RemoveFromVersionId: holder }, MOVED_MEANWHILE);
        }
        return before === undefined ? NOTHING_TO_PUT_BACK : this.putBack(secretArn, version, before);
      } catch (error) {
        ifOneOf(MOVED_MEANWHILE, error);
      }
      if (look === MAX_LOOKS) {
        throw new Error(`the secret ${secretArn} does not accept its version ${version} as the current version; deploy again`);
      }
      await this.calls.pause(look);
    }
  }

  public async release(secretArn: string, version: string, owner: string): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.move(secretArn, { VersionStage: labelOf(version, owner), RemoveFromVersionId: version }, [...GONE, DENIED]);
        return true;
      } catch (error) {
        ifOneOf([...GONE, DENIED], error);
        if (errorName(error) !== DENIED || attempt === RELEASE_ATTEMPTS) {
          return errorName(error) !== DENIED;
        }
      }
      await this.calls.pause(attempt);
    }
  }

  private putBack(secretArn: string, version: string, before: string): PutBack {
    return async () => {
      try {
        await this.move(secretArn, { VersionStage: CURRENT, MoveToVersionId: before, RemoveFromVersionId: version }, [...GONE, DENIED]);
      } catch (error) {
        ifOneOf([...GONE, DENIED], error);
      }
    };
  }

  private async describe(secretArn: string): Promise<DescribeSecretResponse> {
    return this.calls.make('secretsmanager:DescribeSecret', secretArn,
      options => this.client.send(new DescribeSecretCommand({ SecretId: secretArn }), options));
  }

  private async move(secretArn: string, label: Omit<UpdateSecretVersionStageRequest, 'SecretId'>, expected: readonly string[]): Promise<void> {
    const command = new UpdateSecretVersionStageCommand({ SecretId: secretArn, ...label });
    await this.calls.make('secretsmanager:UpdateSecretVersionStage', secretArn, options => this.client.send(command, options), expected);
  }
}

/** AWS returns these errors if a label is no longer where it was, or if a version is not visible yet. */
const MOVED_MEANWHILE: readonly string[] = ['InvalidParameterException', NOT_FOUND];

const DENIED = 'AccessDeniedException';

/** A permission that has gone with the secret does not come back, so the function does not wait for it as it does for others. */
const RELEASE_ATTEMPTS = 2;

/** AWS returns these errors if the secret, the version or its label is gone, or if the secret is scheduled for deletion. */
const GONE: readonly string[] = [NOT_FOUND, 'InvalidParameterException', 'InvalidRequestException'];

/** The label also names the owner. It identifies a key of another resource, whichever ledger that key's certificate is in. */
function labelOf(version: string, owner: string): string {
  return `certificate-${version}-of-${owner}`;
}

const LABEL = /^certificate-[0-9A-F]+-of-(.+)$/;

/** Anyone who may invoke the function can name any place that the function may write to. */
function assertOwned(secretArn: string, { VersionIdsToStages = {} }: DescribeSecretResponse, owner: string): void {
  const owners = Object.values(VersionIdsToStages).flat().flatMap(label => LABEL.exec(label)?.[1] ?? []);
  if (owners.some(each => each !== owner)) {
    throw new Error(`the secret ${secretArn} must hold only keys of this resource, got a key of another certificate; declare a separate secret`);
  }
}

/** Checked beforehand: the client would mistake the limit for throttling, and retry for minutes. */
function assertRoom(secretArn: string, { DeletedDate, VersionIdsToStages = {} }: DescribeSecretResponse): void {
  if (DeletedDate) {
    throw new Error(`the secret ${secretArn} is scheduled for deletion and accepts no keys; `
      + 'restore it (secretsmanager:RestoreSecret) and deploy again');
  }
  const labels = Object.values(VersionIdsToStages).flat();
  if (labels.length >= MAX_LABELS) {
    throw new Error(`the secret ${secretArn} has ${labels.length} staging labels, and at most ${MAX_LABELS} are allowed, one for each retained key; `
      + 'remove the labels certificate-... of keys that are no longer needed (secretsmanager:UpdateSecretVersionStage) and deploy again');
  }
}
