import { join } from 'node:path';
import { KitName, KITS } from './kits';
import { BROKER_FILE } from './kits/broker-files';
import { ManifestEntry } from './manifest';
import { CertificateFacts } from '../certificates/certificate-facts';
import { readableDate, validityState } from '../certificates/validity-text';
import { documentText } from '../document';
import { paragraph, table } from '../table';

/** The result of an export. It contains no private key. */
export interface ExportResult {
  readonly folder: string;
  readonly certificates: readonly { readonly facts: CertificateFacts; readonly entry: ManifestEntry }[];
  readonly kit?: { readonly name: KitName; readonly files: readonly string[] };
  /** What the user must know, in words. */
  readonly notes: readonly string[];
  /** What is dangerous, in words. */
  readonly warnings: readonly string[];
  /** The requested keys that are missing, in words. */
  readonly errors: readonly string[];
}

/** The text for people. */
export function exportText({ folder, certificates, kit }: ExportResult, now: Date, columns: number | undefined): string {
  const rows = certificates.map(({ facts, entry: { file, privateKeyFile } }) => [
    facts.shortName,
    [file, ...privateKeyFile === undefined ? [] : [privateKeyFile]].map(each => join(folder, each)).join('\n'),
    facts.serialNumber,
    `${readableDate(facts.notAfter)} (${validityState(facts.notBefore, facts.notAfter, now)})`,
  ]);
  return [
    table(['certificate', 'file', 'serial number', 'valid until'], rows, { columns }),
    `manifest: ${manifestOf(folder)}\n`,
    ...kit ? [paragraph(`${kit.name}: ${kitPaths(folder, kit).join(', ')}`, { columns }), ...missingKey(folder, kit).map(note => `note: ${note}\n`)] : [],
  ].join('');
}

/** The remarks for people beside the text, line by line. */
export function exportRemarks({ notes, warnings, errors }: ExportResult): string[] {
  return [...notes.map(note => `note: ${note}`), ...warnings.map(warning => `warning: ${warning}`), ...errors.map(error => `error: ${error}`)];
}

/** The document for programs. The schema describes it to users: keep both in step. */
export function exportDocument({ folder, certificates, kit, notes, warnings, errors }: ExportResult): string {
  return documentText('export', {
    folder,
    manifest: manifestOf(folder),
    certificates: certificates.map(({ entry }) => entry),
    kit: kit && { name: kit.name, files: kitPaths(folder, kit) },
    notes: [...notes, ...kit ? missingKey(folder, kit) : []],
    warnings,
    errors,
  });
}

/** A note on the key that a kit lacks if the user did not ask for keys. */
function missingKey(folder: string, { name, files }: NonNullable<ExportResult['kit']>): string[] {
  return KITS[name].servesTls && !files.includes(BROKER_FILE.serverKey)
    ? [`${join(folder, name, BROKER_FILE.serverKey)} is missing from the kit; export again with --private-keys to add it`] : [];
}

function manifestOf(folder: string): string {
  return join(folder, 'manifest.json');
}

function kitPaths(folder: string, { name, files }: NonNullable<ExportResult['kit']>): string[] {
  return files.map(file => join(folder, name, file));
}
