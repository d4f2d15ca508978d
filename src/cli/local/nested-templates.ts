import { join } from 'node:path';
import { checkTemplate } from '../../contract/cloudformation-limits';
import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { parseJsonMap } from '../json';
import { readBytes, readBytesIfPresent } from '../read-file';
import { stacksReadBy } from './references';
import { parseTemplate, ResourceDeclaration, Template } from './template';

/** The type of a nested stack. */
export const NESTED_STACK_TYPE = 'AWS::CloudFormation::Stack';

/** A template, with the templates of its nested stacks. */
export interface StackTemplate {
  /** The path of the stack's construct, as in `Prod/Iot`. */
  readonly displayName: string;
  readonly template: Template;
  /** The nested stacks whose templates the assembly contains, by the logical ids of their resources. */
  readonly nested: ReadonlyMap<string, StackTemplate>;
  /** The names of the stacks whose outputs the stack or a nested stack reads. */
  readonly reads: readonly string[];
}

/** The paths of the assets in a folder of an assembly, by their keys in the bucket. */
export type AssetFiles = ReadonlyMap<string, string>;

/** Reads the template of a stack and the templates of its nested stacks. */
export function readStackTemplate(
  folder: string, file: string, displayName: string, assets: () => AssetFiles, above: readonly string[] = [],
): StackTemplate {
  if (above.includes(file)) {
    throw new CliError(`${file}: the stack must not contain itself`);
  }
  const content = readBytes(file);
  const parsed = parseJsonMap(file, content);
  const template = parseTemplate(file, parsed);
  const complaint = checkTemplate(parsed, content.length);
  if (complaint) {
    throw new CliError(`${file}: ${complaint}`);
  }
  const nested = new Map([...template.resources].filter(([, { type }]) => type === NESTED_STACK_TYPE).flatMap(([logicalId, resource]) => {
    const path = nestedFile(resource, assets);
    const name = resource.constructPath ?? `${displayName}/${logicalId}`;
    return path === undefined ? [] : [[logicalId, readStackTemplate(folder, join(folder, path), name, assets, [...above, file])] as const];
  }));
  return { displayName, template, nested, reads: [...new Set([...stacksReadBy(parsed), ...[...nested.values()].flatMap(each => each.reads)])] };
}

/**
 * The file of a nested stack's template. The metadata that `cdk synth` writes names it; otherwise it is found among the assets by the
 * end of its URL, which is the asset's key.
 */
function nestedFile({ assetPath, properties }: ResourceDeclaration, assets: () => AssetFiles): string | undefined {
  const path = assetPath ?? [...assets()].find(([key]) => JSON.stringify(properties.TemplateURL ?? '').includes(`/${key}"`))?.[1];
  return path !== undefined && isInside(path) ? path : undefined;
}

/** The asset files, as listed in the asset manifests of a folder. */
export function readAssetFiles(folder: string, artifacts: JsonMap): AssetFiles {
  const manifests = Object.values(artifacts)
    .map(artifact => isMap(artifact) && artifact.type === 'cdk:asset-manifest' && isMap(artifact.properties) ? artifact.properties.file : undefined)
    .filter((file): file is string => typeof file === 'string' && isInside(file));
  return new Map(manifests.flatMap(manifest => {
    const content = readBytesIfPresent(join(folder, manifest));
    const { files } = content ? parseJsonMap(join(folder, manifest), content) : {};
    return membersOf(files).flatMap(({ source, destinations }) => membersOf(destinations).flatMap(({ objectKey }) =>
      typeof objectKey === 'string' && isMap(source) && typeof source.path === 'string' ? [[objectKey, source.path] as const] : []));
  }));
}

function membersOf(value: unknown): JsonMap[] {
  return isMap(value) ? Object.values(value).filter(isMap) : [];
}

/** Whether a path of the assembly leads to a file in the same folder: there are no templates elsewhere. */
function isInside(path: string): boolean {
  return !path.includes('/') && !path.includes('\\') && path !== '' && path !== '..';
}
