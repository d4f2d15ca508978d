import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { readStackOutputs, StackOutput } from './certificates/stack-outputs';
import { readableDate, validityState } from './certificates/validity-text';
import { CliError, printable } from './cli-error';
import { localDisk } from './disk';
import { ExportFile, writeExportFiles } from './export/export-files';
import { fileNames } from './export/file-names';
import { isKeyArn, keyArnByName } from './export/key-arns';
import { KitName, KITS } from './export/kits';
import { BROKER_FILE } from './export/kits/broker-files';
import { KitFile } from './export/kits/kit';
import { kitFiles } from './export/kits/kit-files';
import { kitName } from './export/kits/kit-name';
import { ExportedCertificate, exportedCertificates, manifestText } from './export/manifest';
import { findPrivateKeys, FoundKey, ReadSecret } from './export/private-keys';
import { lazy } from './lazy';
import { DirectoryParameters } from './local/directory-parameters';
import { DirectorySecretVersions } from './local/directory-secret-versions';
import { localArn } from './local/stand-ins';
import { StateStore } from './local/state-store';
import { readBytes } from './read-file';
import { table } from './table';
import { Terminal } from './terminal';
import { toPem } from '../pki/pem';
import { CERTIFICATE } from '../pki/pem-blocks';

/** The options of `private-iot-ca export`. */
export interface ExportOptions {
  readonly outputs: string;
  readonly out: string;
  readonly privateKeys?: boolean;
  /** The directory of the local deployment that has the keys. */
  readonly local?: string;
  /** For whom a kit is made beside the files of the outputs, as it was given. */
  readonly platform?: string;
  /** Where the kit's files will be on the broker's machine. */
  readonly brokerFolder?: string;
  /** The CAs that the kit has, by outputs or common names; all where it is absent. */
  readonly ca?: readonly string[];
  /** The output with the broker's certificate. */
  readonly server?: string;
}

/** `private-iot-ca export`; everything is read and checked before the first file is written. */
export async function exportCommand(
  options: ExportOptions, terminal: Terminal, readAwsSecret: ReadSecret = place => lazy.awsSecret().readAwsSecret(place), now = new Date(),
): Promise<void> {
  const kit = options.platform === undefined ? undefined : kitName(options.platform);
  if (kit === undefined && (options.ca ?? options.server) !== undefined) {
    throw new CliError('--ca and --server choose what a kit has; say which one with --platform');
  }
  const all = readStackOutputs(options.outputs, readBytes(options.outputs, whereOutputsAre()));
  // What the CDK exports for other stacks to import is declared again where it is meant for people.
  const outputs = all.filter(({ output, certificates }) => certificates.length > 0 && !output.startsWith('ExportsOutput'));
  if (outputs.length === 0) {
    throw new CliError(`${options.outputs}: no output holds a certificate; declare them with the construct CertificateOutputs, deploy, and export again`);
  }
  const names = fileNames(outputs);
  const certificates = outputs.flatMap((output, index) => exportedCertificates(output, `${names[index]}.pem`));
  const keys = options.privateKeys ? await privateKeys(options, all, certificates, readAwsSecret, terminal) : [];
  const keyFiles = keyFilesOf(options, keys);
  const kitFolder = kit === undefined ? undefined : join(options.out, kit);
  const { files: ofKit, notes } = kit === undefined ? { files: [], notes: [] }
    : kitFiles(kit, { outputs, certificates, keys, folder: options.brokerFolder, choice: { cas: options.ca, server: options.server }, now });
  const entries = certificates.map(each => ({
    ...each.entry, privateKeyArn: keyArn(each, keys, all), privateKeyFile: keyFiles.get(each),
  }));
  writeExportFiles([
    ...outputs.map((output, index): ExportFile => ({
      path: join(options.out, `${names[index]}.pem`),
      content: output.certificates.map(({ certificate }) => toPem(CERTIFICATE, certificate.raw)).join(''),
      kind: 'certificate',
    })),
    ...keys.map((key): ExportFile => (
      { path: join(options.out, keyFiles.get(key.certificates[0])!), content: key.privateKeyPem, kind: 'private key' })),
    ...ofKit.map(({ name, content, kind }): ExportFile => ({ path: join(kitFolder!, name), content, kind })),
    { path: join(options.out, 'manifest.json'), content: manifestText(entries), kind: 'manifest of this tool' },
  ], localDisk);
  terminal.print(describe(options.out, certificates, keyFiles, now));
  if (kit !== undefined) {
    terminal.print(describeKit(kit, kitFolder!, ofKit));
    notes.forEach(note => terminal.warn(`note: ${printable(note)}\n`));
  }
}

/** What to do where the outputs file is missing, which often is that of the local deployment. */
function whereOutputsAre(): string {
  return existsSync(LOCAL_OUTPUTS) ? `\`private-iot-ca local\` has written another one: --outputs ${LOCAL_OUTPUTS}`
    : 'name the file that `cdk deploy --outputs-file outputs.json` or `private-iot-ca local` wrote with --outputs';
}

/** Where `private-iot-ca local` writes by default. */
const LOCAL_OUTPUTS = join('local-out', 'outputs.json');

async function privateKeys(
  options: ExportOptions, outputs: readonly StackOutput[], certificates: readonly ExportedCertificate[],
  readAwsSecret: ReadSecret, terminal: Terminal,
): Promise<readonly FoundKey[]> {
  const { keys, notes } = await findPrivateKeys(outputs, certificates, secretReader(options, readAwsSecret, terminal));
  if (keys.length === 0) {
    throw new CliError(`${options.outputs}: no output holds the ARN of a secret with the private key of one of these certificates, or the name of a parameter with it; `
      + `export without --private-keys, or add such outputs${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`);
  }
  notes.forEach(note => terminal.warn(`note: ${note}\n`));
  return keys;
}

/** The key's file of each certificate that has one: named after the first of them. */
function keyFilesOf({ outputs }: ExportOptions, keys: readonly FoundKey[]): ReadonlyMap<ExportedCertificate, string> {
  const files = keys.map(({ certificates }) => certificates[0].entry.file.replace(/\.pem$/, '.key.pem'));
  const repeated = files.find((file, index) => files.indexOf(file) !== index);
  if (repeated !== undefined) {
    throw new CliError(`${outputs}: two private keys would have the same file, ${repeated}; add an output for each of their certificates`);
  }
  return new Map(keys.flatMap(({ certificates }, index) => certificates.map(each => [each, files[index]] as const)));
}

/** The ARN that the key was read from, where it was read; otherwise the one that the names of the outputs tell. */
function keyArn(certificate: ExportedCertificate, keys: readonly FoundKey[], outputs: readonly StackOutput[]): string | undefined {
  const read = keys.find(({ certificates }) => certificates.includes(certificate));
  return read && isKeyArn(read.place) ? read.place : keyArnByName(certificate, outputs);
}

/**
 * Reads the secrets and the parameters of a local deployment from its directory, all others from AWS. The name of a
 * parameter does not say where it is: it is the local deployment's where there is one.
 */
function secretReader(options: ExportOptions, readAwsSecret: ReadSecret, terminal: Terminal): ReadSecret {
  return async place => {
    const isLocal = LOCAL_ARNS.some(prefix => place.startsWith(prefix));
    const store = isLocal || place.startsWith('/') ? StateStore.open(options.local ?? dirname(options.outputs), localDisk) : undefined;
    if (store?.exists) {
      return readLocally(place, store);
    }
    if (isLocal || (store && options.local !== undefined)) {
      throw new CliError(`${store!.file}: there is no such file; name the directory of the local deployment with --local`);
    }
    return terminal.progress.during(`reading ${place}`, () => readAwsSecret(place));
  };
}

const LOCAL_SECRET = localArn('secretsmanager', '');
const LOCAL_ARNS: readonly string[] = [LOCAL_SECRET, localArn('ssm', '')];

async function readLocally(place: string, store: StateStore): Promise<string | undefined> {
  if (place.startsWith(LOCAL_SECRET)) {
    const secrets = new DirectorySecretVersions(store, localDisk);
    return presentKey(place, await secrets.readCurrent(place), secrets.currentFile(place));
  }
  const name = place.slice(place.indexOf('/')); // an ARN has `parameter` before the slash that the name begins with
  const [path, version] = [posix.dirname(name), posix.basename(name)];
  const parameters = new DirectoryParameters(store, localDisk);
  return presentKey(place, await parameters.read(path, version), parameters.fileOf(path, version));
}

/** The outputs lead to a key, and its file is gone: no other output would help. */
function presentKey(place: string, key: string | undefined, file: string | undefined): string | undefined {
  if (key === undefined && file !== undefined) {
    throw new CliError(`${file}: there is no such file, and it has the private key that ${place} leads to; put it back from a copy, `
      + 'raise the generation of its certificate and run `private-iot-ca local` again, or export without --private-keys');
  }
  return key;
}

function describe(out: string, certificates: readonly ExportedCertificate[], keyFiles: ReadonlyMap<ExportedCertificate, string>, now: Date): string {
  const rows = certificates.map(each => [
    each.facts.shortName,
    [join(out, each.entry.file), ...keyFiles.has(each) ? [join(out, keyFiles.get(each)!)] : []].join('\n'),
    each.facts.serialNumber,
    `${readableDate(each.facts.notAfter)} (${validityState(each.facts.notBefore, each.facts.notAfter, now)})`,
  ]);
  return `${table(['certificate', 'file', 'serial number', 'valid until'], rows)}manifest: ${join(out, 'manifest.json')}\n`;
}

function describeKit(kit: KitName, folder: string, files: readonly KitFile[]): string {
  const keyMissing = KITS[kit].servesTls && !files.some(({ kind }) => kind === 'private key');
  return `${kit}: ${files.map(({ name }) => join(folder, name)).join(', ')}\n`
    + (keyMissing ? `note: ${join(folder, BROKER_FILE.serverKey)} is not among them; export again with --private-keys to have it\n` : '');
}
