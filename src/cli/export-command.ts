import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeAwaited } from './certificates/awaited-certificates';
import { outputsIn, StackOutput } from './certificates/stack-outputs';
import { CliError, printable } from './cli-error';
import { localDisk } from './disk';
import { ExportFile, writeExportFiles } from './export/export-files';
import { fileNames } from './export/file-names';
import { isKeyArn, keyArnByName } from './export/key-arns';
import { knownCertificates } from './export/key-choice';
import { keyFileOf } from './export/key-files';
import { keyPlaces } from './export/key-places';
import { keySource } from './export/key-routing';
import { ExportedCertificate, exportedCertificates, manifestText } from './export/manifest';
import { findPrivateKeys, FoundKey, FoundKeys } from './export/private-keys';
import { exportDocument, exportRemarks, ExportResult, exportText } from './export/report';
import { Terminal } from './terminal';
import { quote } from '../contract/rules';
import { toPem } from '../pki/pem';
import { CERTIFICATE } from '../pki/pem-blocks';
import { KITS } from './export/kits';
import { BROKER_FILE } from './export/kits/broker-files';
import { kitFiles } from './export/kits/kit-files';
import { kitName } from './export/kits/kit-name';
import { revocationSetting } from './export/kits/revocation-lists';
import { staleKeys } from './export/stale-keys';

/** The options of `private-iot-ca export`. */
export interface ExportOptions {
  readonly outputs: string;
  readonly out: string;
  readonly privateKeys?: boolean;
  /** The outputs that name the secrets of the CAs whose keys are written too. */
  readonly caPrivateKey?: readonly string[];
  /** The directory of the local deployment that holds the keys. */
  readonly local?: string;
  /** The console or broker for which a kit is made, in addition to the files of the outputs; as the user typed it. */
  readonly platform?: string;
  /** Where the kit's files will be on the broker's machine. */
  readonly brokerFolder?: string;
  /** The CAs in the kit, by outputs or common names; all CAs if absent. */
  readonly ca?: readonly string[];
  /** The output with the broker's certificate. */
  readonly server?: string;
  /** Files with the revocation lists of the CAs in the kit. */
  readonly crl?: readonly string[];
  readonly json?: boolean;
}

/**
 * Runs `private-iot-ca export`. It reads and checks everything before it writes the first file.
 *
 * @returns whether all requested keys are among the files
 */
export async function exportCommand(options: ExportOptions, terminal: Terminal, now = new Date()): Promise<boolean> {
  const kit = options.platform === undefined ? undefined : kitName(options.platform);
  if (kit === undefined && [options.ca, options.server, options.brokerFolder, options.crl].some(each => each !== undefined)) {
    throw new CliError('--ca, --server, --broker-folder and --crl apply only to a kit; choose a kit with --platform');
  }
  if (options.brokerFolder !== undefined && (options.brokerFolder === '' || /\p{Cc}/u.test(options.brokerFolder))) {
    throw new CliError(`--broker-folder must be a path without control characters, got ${quote(options.brokerFolder)}`);
  }
  const setting = kit !== undefined && options.crl === undefined ? revocationSetting(join(options.out, kit), KITS[kit]) : undefined;
  if (setting !== undefined) {
    throw new CliError(`--crl must be given, because ${join(options.out, kit!)} makes a broker check revocation lists, and would no longer do so; `
      + `to turn the check off, remove ${setting}`);
  }
  const { source, outputs: all } = outputsIn([options.outputs], whereOutputsAre());
  const outputs = all.filter(({ certificates }) => certificates.length > 0);
  const awaited = describeAwaited(all);
  if (outputs.length === 0) {
    throw new CliError(`${source}: no output holds a certificate${awaited === undefined
      ? '; declare outputs with the construct CertificateOutputs, deploy, and export again' : `, because ${awaited}`}`);
  }
  const names = fileNames(outputs);
  const certificates = outputs.flatMap((output, index) => exportedCertificates(output, `${names[index]}.pem`));
  const { keys, errors, notes: notesOnKeys } = await privateKeys(source, options, all, certificates, terminal);
  const { files: ofKit, notes: notesOnKit } = kit === undefined ? { files: [], notes: [] }
    : kitFiles(kit, {
      outputs, certificates, keys, folder: options.brokerFolder, choice: { cas: options.ca, server: options.server, crls: options.crl }, now,
    });
  const isInKit = ({ privateKeyPem }: FoundKey): boolean => ofKit.some(file => file.content === privateKeyPem);
  const keyFiles = keyFilesOf(source, keys, key => isInKit(key) ? `${kit}/${BROKER_FILE.serverKey}` : undefined);
  const entries = certificates.map(each => ({
    ...each.entry, privateKeyArn: keyArn(each, keys, all), privateKeyFile: keyFiles.get(each),
  }));
  writeExportFiles([
    ...outputs.map((output, index): ExportFile => ({
      path: join(options.out, `${names[index]}.pem`),
      content: output.certificates.map(({ certificate }) => toPem(CERTIFICATE, certificate.raw)).join(''),
      kind: 'certificate',
    })),
    ...keys.filter(key => !isInKit(key)).map((key): ExportFile => (
      { path: join(options.out, keyFiles.get(key.certificates[0])!), content: key.privateKeyPem, kind: 'private key' })),
    ...ofKit.map(({ name, content: text, kind }): ExportFile => ({ path: join(options.out, kit!, name), content: text, kind })),
    { path: join(options.out, 'manifest.json'), content: manifestText(entries), kind: 'manifest of this tool' },
  ], localDisk);
  const result: ExportResult = {
    folder: options.out,
    certificates: certificates.map((each, index) => ({ facts: each.facts, entry: entries[index] })),
    kit: kit && { name: kit, files: ofKit.map(({ name }) => name) },
    notes: [...awaited === undefined ? [] : [awaited], ...notesOnKeys.map(note => `${note}; left out`), ...notesOnKit],
    warnings: [
      ...staleKeys(options.out, certificates, new Set(keyFiles.values())),
      ...keys.filter(isOfCa).map(({ certificates: [ca] }) => `${join(options.out, keyFiles.get(ca)!)} is the private key of the CA ${ca.facts.shortName}: `
        + 'anyone who has it can issue certificates in the name of this CA; keep it off devices and brokers, and out of version control'),
    ],
    errors: errors.map(error => `no key from ${error}`),
  };
  if (options.json) {
    terminal.print(exportDocument(result));
  } else {
    terminal.print(exportText(result, now, terminal.columns));
    exportRemarks(result).forEach(remark => terminal.warn(`${printable(remark)}\n`));
  }
  return errors.length === 0;
}

function isOfCa({ certificates: [{ entry }] }: FoundKey): boolean {
  return entry.role === 'ca';
}

/** What to do if the outputs file is missing. Often, the user means the file of the local deployment. */
function whereOutputsAre(): string {
  return existsSync(LOCAL_OUTPUTS) ? `\`private-iot-ca local\` wrote one elsewhere; pass --outputs ${LOCAL_OUTPUTS}`
    : 'pass --outputs with the file that `cdk deploy --outputs-file outputs.json` or `private-iot-ca local` wrote';
}

/** Where `private-iot-ca local` writes by default. */
const LOCAL_OUTPUTS = join('local-out', 'outputs.json');

async function privateKeys(
  source: string, { outputs: file, privateKeys: ofEndEntities = false, caPrivateKey: ofCas = [], local }: ExportOptions,
  outputs: readonly StackOutput[], certificates: readonly ExportedCertificate[], terminal: Terminal,
): Promise<FoundKeys> {
  const places = keyPlaces(outputs, certificates, { ofEndEntities, ofCas });
  const known = knownCertificates(certificates, outputs.flatMap(output => output.certificates));
  const found = await findPrivateKeys(places, known, keySource({ local, beside: file }, terminal.progress));
  if (ofEndEntities && found.keys.length + found.errors.length === 0) {
    throw new CliError(`${source}: no output holds the ARN of a secret, or the name of a parameter, with the private key of one of these `
      + `certificates; export without --private-keys, or add such outputs${found.notes.length > 0 ? ` (${found.notes.join(', ')})` : ''}`);
  }
  return found;
}

/**
 * The key file of each certificate that has one: the file in the kit, or a file named after the first certificate of the key.
 *
 * @param inKit the file of a key in the kit, if the kit has the key; such a key is not written a second time
 */
function keyFilesOf(
  source: string, keys: readonly FoundKey[], inKit: (key: FoundKey) => string | undefined,
): ReadonlyMap<ExportedCertificate, string> {
  const files = keys.map(key => inKit(key) ?? keyFileOf(key.certificates[0].entry.file));
  const repeated = files.find((file, index) => files.indexOf(file) !== index);
  if (repeated !== undefined) {
    throw new CliError(`${source}: two private keys would be written to the same file, ${repeated}; add an output for each of their certificates`);
  }
  return new Map(keys.flatMap(({ certificates }, index) => certificates.map(each => [each, files[index]] as const)));
}

/** The ARN that the key was read from, if it was read; otherwise the ARN that the names of the outputs imply. */
function keyArn(certificate: ExportedCertificate, keys: readonly FoundKey[], outputs: readonly StackOutput[]): string | undefined {
  const read = keys.find(({ certificates }) => certificates.includes(certificate));
  return read && isKeyArn(read.place) ? read.place : keyArnByName(certificate, outputs);
}
