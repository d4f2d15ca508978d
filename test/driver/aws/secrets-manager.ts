import { assertKnown, AwsError, UnknownToFake } from './aws-error';

/** A secret: its versions by their ids, and where each staging label is. */
export interface Secret {
  readonly arn: string;
  readonly versions: Map<string, string>;
  readonly labels: Map<string, string>;
  deletedAt?: number;
}

/** Secrets by their ARNs. */
export interface SecretsState {
  readonly secrets: Map<string, Secret>;
  /** Whether versions without a label are removed at once. AWS does so when it likes. */
  dropsDeprecated: boolean;
}

type Input = { readonly [parameter: string]: any };

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html: labels of all versions of a secret, octets of a value. */
const MAX_LABELS = 20;
const MAX_OCTETS = 65_536;

/** AWS Secrets Manager, with the rules of its labels as the API reference has them. */
export class SecretsManager {
  constructor(private readonly state: SecretsState) {}

  public answer(operation: string, input: Input): object {
    const secret = this.secret(input.SecretId);
    switch (operation) {
      case 'DescribeSecret':
        assertKnown(operation, input, ['SecretId']);
        return { ARN: secret.arn, VersionIdsToStages: stagesOf(secret), ...secret.deletedAt ? { DeletedDate: secret.deletedAt / 1000 } : {} };
      case 'GetSecretValue': return this.get(usable(secret), input);
      case 'PutSecretValue': return this.put(usable(secret), input);
      case 'UpdateSecretVersionStage': return this.move(usable(secret), input);
      default: throw new UnknownToFake(`secretsmanager:${operation}`);
    }
  }

  private get(secret: Secret, { SecretId: _, VersionId, VersionStage, ...more }: Input): object {
    assertKnown('GetSecretValue', more, []);
    const stage = VersionStage ?? (VersionId === undefined ? CURRENT : undefined);
    const id = VersionId ?? secret.labels.get(stage);
    const value = id === undefined ? undefined : secret.versions.get(id);
    if (value === undefined || (stage !== undefined && secret.labels.get(stage) !== id)) {
      throw new AwsError('ResourceNotFoundException', 'Secrets Manager can\'t find the specified secret value for '
        + (VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`));
    }
    return { ARN: secret.arn, Name: nameOf(secret), VersionId: id, SecretString: value, VersionStages: stagesOf(secret)[id!] ?? [] };
  }

  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
  private put(secret: Secret, { SecretId: _, ClientRequestToken: id, SecretString: value, VersionStages = [CURRENT], ...more }: Input): object {
    assertKnown('PutSecretValue', more, []);
    if (typeof id !== 'string' || id.length < 32 || id.length > 64 || typeof value !== 'string' || Buffer.byteLength(value) > MAX_OCTETS || VersionStages.length < 1) {
      throw new AwsError('ValidationException', '1 validation error detected');
    }
    const standing = secret.versions.get(id);
    if (standing !== undefined && standing !== value) {
      throw new AwsError('ResourceExistsException', `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`);
    }
    if (standing === undefined) {
      // "If this operation creates the first version for the secret then Secrets Manager automatically attaches the staging label AWSCURRENT to it."
      const stages: string[] = secret.versions.size === 0 ? [...new Set([...VersionStages, CURRENT])] : VersionStages;
      assertRoom(secret, stages);
      secret.versions.set(id, value);
      stages.forEach(stage => this.attach(secret, stage, id));
    }
    return { ARN: secret.arn, Name: nameOf(secret), VersionId: id, VersionStages: stagesOf(secret)[id] ?? [] };
  }

  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
  private move(secret: Secret, { SecretId: _, VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to, ...more }: Input): object {
    assertKnown('UpdateSecretVersionStage', more, []);
    const holder = secret.labels.get(stage);
    if (to !== undefined && !secret.versions.has(to)) {
      throw new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret version: ${to}.`);
    }
    if (from !== undefined && holder !== from) {
      throw new AwsError('InvalidParameterException', `The parameter RemoveFromVersionId is not valid: staging label ${stage} is not attached to version ${from}.`);
    }
    if (from === undefined && holder !== undefined && holder !== to) {
      throw new AwsError('InvalidParameterException', `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version `
        + `${holder}, so you must explicitly reference that version in RemoveFromVersionId.`);
    }
    if (to === undefined) {
      if (stage === CURRENT) {
        throw new AwsError('InvalidParameterException', `You can only move staging label ${CURRENT} to a different secret version. It can't be completely removed.`);
      }
      if (from === undefined) {
        throw new AwsError('InvalidParameterException', 'A version must be given to move the label from or to');
      }
      secret.labels.delete(stage);
    } else {
      assertRoom(secret, [stage]);
      this.attach(secret, stage, to);
    }
    this.dropDeprecated(secret);
    return { ARN: secret.arn, Name: nameOf(secret) };
  }

  /** "Whenever you move AWSCURRENT, Secrets Manager automatically moves the label AWSPREVIOUS to the version that AWSCURRENT was removed from." */
  private attach(secret: Secret, stage: string, id: string): void {
    const holder = secret.labels.get(stage);
    if (stage === CURRENT && holder !== undefined && holder !== id) {
      secret.labels.set(PREVIOUS, holder);
    }
    secret.labels.set(stage, id);
    if (stage === CURRENT && secret.labels.get(PREVIOUS) === id) {
      secret.labels.delete(PREVIOUS);
    }
    this.dropDeprecated(secret);
  }

  private dropDeprecated(secret: Secret): void {
    if (this.state.dropsDeprecated) {
      const kept = new Set(secret.labels.values());
      [...secret.versions.keys()].filter(id => !kept.has(id)).forEach(id => secret.versions.delete(id));
    }
  }

  private secret(id: string): Secret {
    const secret = this.state.secrets.get(id);
    if (!secret) {
      throw new AwsError('ResourceNotFoundException', 'Secrets Manager can\'t find the specified secret.');
    }
    return secret;
  }
}

function usable(secret: Secret): Secret {
  if (secret.deletedAt !== undefined) {
    throw new AwsError('InvalidRequestException', 'You can\'t perform this operation on the secret because it was marked for deletion.');
  }
  return secret;
}

function assertRoom({ labels }: Secret, stages: readonly string[]): void {
  if (new Set([...labels.keys(), ...stages]).size > MAX_LABELS) {
    throw new AwsError('LimitExceededException', `You have exceeded the limit of ${MAX_LABELS} staging labels`);
  }
}

/** Only versions with a label: one without is deprecated. */
function stagesOf({ labels }: Secret): { [version: string]: string[] } {
  const stages: { [version: string]: string[] } = {};
  for (const [label, version] of labels) {
    (stages[version] ??= []).push(label);
  }
  return stages;
}

function nameOf({ arn }: Secret): string {
  return arn.split(':').at(-1)!.slice(0, -7);
}
