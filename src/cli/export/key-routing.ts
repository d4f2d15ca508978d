import { dirname } from 'node:path';
import { KeySource } from './key-source';
import { LocalKeys } from './local-keys';
import { CliError } from '../cli-error';
import { localDisk } from '../disk';
import { localArn } from '../local/stand-ins';
import { StateStore } from '../local/state-store';
import { Progress } from '../terminal';

/** Where a local deployment is looked for. */
export interface LocalFolder {
  /** The folder that was named. */
  readonly local?: string;
  /** A file in the folder to look into otherwise. */
  readonly beside: string;
}

const LOCAL_ARNS: readonly string[] = ['secretsmanager', 'ssm'].map(service => localArn(service, ''));

/**
 * Reads what is of a local deployment from its directory, all else from AWS. The name of a parameter does not say where it
 * is: it is the local deployment's where there is one.
 */
export function keySource({ local: folder, beside }: LocalFolder, progress: Progress): KeySource {
  let opened: StateStore | undefined;
  let local: KeySource | undefined;
  let aws: KeySource | undefined;
  const sourceOf = (place: string): KeySource => {
    const isLocal = LOCAL_ARNS.some(prefix => place.startsWith(prefix));
    const store = isLocal || place.startsWith('/') ? opened ??= StateStore.open(folder ?? dirname(beside), localDisk) : undefined;
    if (store?.exists) {
      return local ??= new LocalKeys(store);
    }
    if (isLocal || (store && folder !== undefined)) {
      throw new CliError(`${store!.file}: there is no such file; name the directory of the local deployment with --local`);
    }
    return aws ??= awsSecrets();
  };
  return {
    versionsOf: arn => progress.during(`asking for the versions of ${arn}`, async () => sourceOf(arn).versionsOf(arn)),
    readSecret: (arn, version) => progress.during(`reading ${arn}`, async () => sourceOf(arn).readSecret(arn, version)),
    readParameter: place => progress.during(`reading ${place}`, async () => sourceOf(place).readParameter(place)),
  };
}

/** The client of AWS, loaded when it is used: keys of a local deployment don't wait for it. */
function awsSecrets(): KeySource {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest
  const { AwsSecrets } = require('../aws-secret') as typeof import('../aws-secret');
  return new AwsSecrets();
}
