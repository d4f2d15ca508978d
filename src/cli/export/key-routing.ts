import { dirname } from 'node:path';
import { KeySource } from './key-source';
import { LocalKeys } from './local-keys';
import { CliError } from '../cli-error';
import { localDisk } from '../disk';
import { localArn } from '../local/stand-ins';
import { StateStore } from '../local/state-store';
import { Progress } from '../terminal';

/** Where to look for a local deployment. */
export interface LocalFolder {
  /** The folder that the user named. */
  readonly local?: string;
  /** A file in the folder to look into if the user named none. */
  readonly beside: string;
}

const LOCAL_ARNS: readonly string[] = ['secretsmanager', 'ssm'].map(service => localArn(service, ''));

/**
 * Reads the keys of a local deployment from its directory, and all other keys from AWS. The name of a parameter does not tell where the
 * parameter is: if there is a local deployment, it is read from there.
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
      throw new CliError(`${store!.file}: there is no such file; pass the directory of the local deployment with --local`);
    }
    return aws ??= awsSecrets();
  };
  return {
    versionsOf: arn => progress.during(`asking for the versions of ${arn}`, async () => sourceOf(arn).versionsOf(arn)),
    readSecret: (arn, version) => progress.during(`reading ${arn}`, async () => sourceOf(arn).readSecret(arn, version)),
    readParameter: place => progress.during(`reading ${place}`, async () => sourceOf(place).readParameter(place)),
  };
}

/** The AWS client. It is loaded when it is used, so that the keys of a local deployment don't wait for it. */
function awsSecrets(): KeySource {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a dynamic import would be a module of another kind for TypeScript and for jest
  const { AwsSecrets } = require('../aws-secret') as typeof import('../aws-secret');
  return new AwsSecrets();
}
