import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FileKind } from './file-kind';
import { CERTIFICATE, isPrivateKeyLabel, REVOCATION_LIST } from '../../pki/pem-blocks';
import { DEVICE_LIST_HEAD } from '../../platforms/alibaba/kit';
import { readPemBlocks } from '../certificates/pem-blocks';
import { CliError, messageOf } from '../cli-error';
import { Disk, FileMode, makeFolder } from '../disk';
import { parseJsonMap } from '../json';
import { readBytesIfPresent } from '../read-file';
import { KIT_MARK } from './kits/kit';
import { MANIFEST_SCHEMA, MANIFEST_VERSION } from './manifest';

/** A file to be written. */
export interface ExportFile {
  readonly path: string;
  readonly content: string;
  readonly kind: FileKind;
}

const IS_KIND: { readonly [K in FileKind]: (path: string, content: Buffer) => boolean } = {
  'certificate': (path, content) => hasOnlyLabels(path, content, label => label === CERTIFICATE),
  'private key': (path, content) => hasOnlyLabels(path, content, isPrivateKeyLabel),
  'revocation list': (path, content) => hasOnlyLabels(path, content, label => label === REVOCATION_LIST),
  'manifest of this tool': (path, content) => {
    const { $schema, version, certificates } = parseJsonMap(path, content);
    return $schema === MANIFEST_SCHEMA && version === MANIFEST_VERSION && Array.isArray(certificates);
  },
  // The mark is in the first line, or in the second after a line such as `#!/bin/sh`. A text that quotes it further down is the user's own.
  'text of this tool': (_, content) => content.toString('utf8').split('\n', 2).some(line => line.includes(KIT_MARK)),
  'list of devices': (_, content) => content.toString('utf8').startsWith(`${DEVICE_LIST_HEAD}\n`),
};

/** Writes files, after a check that none of them overwrites a file of another kind. Files that are already as they should be stay untouched. */
export function writeExportFiles(files: readonly ExportFile[], disk: Disk): void {
  const repeated = files.find(({ path }, index) => files.findIndex(each => isSameFile(each.path, path)) !== index);
  if (repeated) {
    throw new CliError(`${repeated.path}: two files would have this name (upper and lower case count as the same); rename the output, `
      + 'or export into another folder');
  }
  const changed = files.filter(file => {
    const standing = readBytesIfPresent(file.path);
    if (standing && !isOfKind(file, standing)) {
      throw new CliError(`${file.path}: this file holds something other than a ${file.kind}, and is not overwritten; move it away, or choose another folder`);
    }
    return standing?.toString('utf8') !== file.content || !hasRightMode(file);
  });
  for (const { path, content, kind } of changed) {
    try {
      makeFolder(dirname(path));
    } catch (error) {
      throw new CliError(`${dirname(path)}: can't be created: ${messageOf(error)}`);
    }
    disk.replace(path, content, modeOf(kind));
  }
}

/** Whether two paths can mean the same file: macOS and Windows ignore the case of letters in file names. */
function isSameFile(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function isOfKind({ path, kind }: ExportFile, content: Buffer): boolean {
  try {
    return IS_KIND[kind](path, content);
  } catch {
    return false;
  }
}

function hasOnlyLabels(path: string, content: Buffer, isRight: (label: string) => boolean): boolean {
  const blocks = readPemBlocks(path, content.toString('utf8'));
  return blocks.length > 0 && blocks.every(({ label }) => isRight(label));
}

function modeOf(kind: FileKind): number {
  return kind === 'private key' ? FileMode.PRIVATE : FileMode.PUBLIC;
}

/** Whether a private key is still accessible only to its owner. Windows has no such modes. */
function hasRightMode({ path, kind }: ExportFile): boolean {
  // eslint-disable-next-line no-bitwise -- a mode is a set of bits
  return kind !== 'private key' || process.platform === 'win32' || (statSync(path).mode & 0o777) === FileMode.PRIVATE;
}
