import { join, relative, resolve, sep } from 'node:path';
import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { own, parseJsonMap } from '../json';
import { readBytes } from '../read-file';
import { inDependencyOrder } from './dependencies';
import { AssetFiles, readAssetFiles, readStackTemplate, StackTemplate } from './nested-templates';

/** A stack of a cloud assembly. */
export interface AssemblyStack extends StackTemplate {
  /** The stack's name in CloudFormation. `cdk` accepts its `displayName` too. */
  readonly name: string;
  readonly artifactId: string;
  /** The Region that the stack is meant for, if the app says so. */
  readonly region?: string;
  readonly templateFile: string;
  /** The values of parameters that the assembly gives. */
  readonly parameters: { readonly [name: string]: string };
  /** The template files of the stacks that must be deployed before this stack. */
  readonly dependencies: readonly string[];
}

const STACK = 'aws:cloudformation:stack';
const NESTED_ASSEMBLY = 'cdk:cloud-assembly';

/**
 * Reads the stacks of a synthesized cloud assembly, including those of its stages. Each comes after the stacks that it depends on.
 *
 * @param directory what `cdk synth` wrote, usually `cdk.out`
 */
export function readAssembly(directory: string): AssemblyStack[] {
  const stacks = readStacks(directory);
  if (stacks.length === 0) {
    throw new CliError(`${directory}: the app has no stacks`);
  }
  const names = new Map<string, AssemblyStack>();
  for (const stack of stacks) {
    const other = names.get(stack.name);
    if (other) {
      throw new CliError(`${directory}: the stacks ${other.displayName} and ${stack.displayName} have the same name, ${stack.name}; `
        + 'a local deployment identifies stacks by their names');
    }
    names.set(stack.name, stack);
  }
  return inReadingOrder(directory, stacks, names);
}

/**
 * Orders stacks after the stacks whose outputs they read. The manifest does not record that for stacks in different accounts, and stacks of
 * different stages can read each other's outputs too.
 */
function inReadingOrder(directory: string, stacks: readonly AssemblyStack[], byName: ReadonlyMap<string, AssemblyStack>): AssemblyStack[] {
  const byFile = new Map(stacks.map(stack => [stack.templateFile, {
    ...stack,
    dependencies: [...new Set([
      ...stack.dependencies, ...stack.reads.filter(name => name !== stack.name).flatMap(name => byName.get(name)?.templateFile ?? []),
    ])],
  }]));
  const order = inDependencyOrder([...byFile.keys()], file => byFile.get(file)!.dependencies, cycle => {
    throw new CliError(`${directory}: the stacks ${cycle.map(file => byFile.get(file)!.displayName).join(' → ')} read each other's outputs`);
  });
  return order.map(file => byFile.get(file)!);
}

/**
 * Reads the stacks of a folder, and of the assemblies in it.
 *
 * @param before the template files of the stacks that must be deployed before the stacks of this folder
 */
export function readStacks(directory: string, before: readonly string[] = []): AssemblyStack[] {
  const file = join(directory, 'manifest.json');
  const manifest = parseJsonMap(file, readBytes(file, 'run `cdk synth` first, or pass its output folder with --app'));
  const artifacts = manifest.artifacts;
  if (typeof manifest.version !== 'string' || !isMap(artifacts)) {
    throw new CliError(`${file}: this is not the manifest of a cloud assembly; pass the output folder of \`cdk synth\` with --app`);
  }
  const dependenciesOf = (id: string): string[] => stringList(own(artifacts, id), 'dependencies', `${file}: artifact ${id}`)
    .filter(dependency => Object.hasOwn(artifacts, dependency));
  const order = inDependencyOrder(Object.keys(artifacts), dependenciesOf, cycle => {
    throw new CliError(`${file}: the artifacts ${cycle.join(' → ')} depend on each other`);
  });
  let assets: AssetFiles | undefined;
  const folder: AssemblyFolder = { directory, file, assetFiles: () => assets ??= readAssetFiles(directory, artifacts) };
  const found = new Map<string, AssemblyStack[]>();
  for (const id of order) {
    const artifact = own(artifacts, id) as JsonMap;
    const properties = isMap(artifact.properties) ? artifact.properties : {};
    const needed = [...before, ...dependenciesOf(id).flatMap(dependency => (found.get(dependency) ?? []).map(stack => stack.templateFile))];
    if (artifact.type === NESTED_ASSEMBLY) {
      found.set(id, readStacks(below(directory, properties.directoryName, `${file}: artifact ${id}: directoryName`), needed));
    } else if (artifact.type === STACK) { // others are assets, the construct tree and the like
      found.set(id, [readStack(folder, id, artifact, properties, needed)]);
    }
  }
  return order.flatMap(id => found.get(id) ?? []);
}

/** A folder of an assembly. */
interface AssemblyFolder {
  readonly directory: string;
  /** Its manifest. */
  readonly file: string;
  readonly assetFiles: () => AssetFiles;
}

function readStack(
  { directory, file, assetFiles }: AssemblyFolder, id: string, artifact: JsonMap, properties: JsonMap, dependencies: string[],
): AssemblyStack {
  const name = properties.stackName ?? id;
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) {
    throw new CliError(`${file}: artifact ${id}: stackName must consist of at most 128 letters, digits and hyphens, and begin with a letter`);
  }
  const templateFile = inside(directory, properties.templateFile, `${file}: artifact ${id}: templateFile`);
  const displayName = typeof artifact.displayName === 'string' ? artifact.displayName : name;
  return {
    ...readStackTemplate(directory, templateFile, displayName, assetFiles),
    name,
    artifactId: id,
    templateFile,
    region: regionOf(artifact.environment),
    parameters: isMap(properties.parameters) ? Object.fromEntries(Object.entries(properties.parameters).filter(isTextMember)) : {},
    dependencies,
  };
}

function isTextMember(member: [string, unknown]): member is [string, string] {
  return typeof member[1] === 'string';
}

/** The Region in `aws://ACCOUNT/REGION`. */
function regionOf(environment: unknown): string | undefined {
  const region = typeof environment === 'string' ? /^aws:\/\/[^/]+\/([^/]+)$/.exec(environment)?.[1] : undefined;
  return region === 'unknown-region' ? undefined : region;
}

/** A path in the assembly, which must not lead out of it. */
function inside(directory: string, path: unknown, where: string): string {
  if (typeof path !== 'string' || path === '') {
    throw new CliError(`${where} must be a path`);
  }
  const from = relative(resolve(directory), resolve(directory, path));
  if (from === '..' || from.startsWith(`..${sep}`)) {
    throw new CliError(`${where} must lead to a place in the assembly, got ${JSON.stringify(path)}`);
  }
  return join(directory, path);
}

/** The path of another folder of the assembly. It must not be the same folder, so that no folder contains itself. */
function below(directory: string, path: unknown, where: string): string {
  const folder = inside(directory, path, where);
  if (resolve(folder) === resolve(directory)) {
    throw new CliError(`${where} must lead to another folder, got ${JSON.stringify(path)}`);
  }
  return folder;
}

function stringList(artifact: unknown, property: string, where: string): string[] {
  const list = isMap(artifact) ? artifact[property] ?? [] : undefined;
  if (!Array.isArray(list) || !list.every(item => typeof item === 'string')) {
    throw new CliError(`${where} must be a map whose ${property} are a list of names`);
  }
  return list;
}

/** The stacks that the user named and the stacks that they depend on, as with `cdk deploy`; all stacks if the user named none. */
export function selectStacks(stacks: readonly AssemblyStack[], names: readonly string[]): AssemblyStack[] {
  if (names.length === 0) {
    return [...stacks];
  }
  const wanted = new Set<string>();
  for (const name of names) {
    const stack = stacks.find(each => isNamed(each, name));
    if (!stack) {
      throw new CliError(`--stack: must be one of ${stacks.map(each => each.name).join(', ')}, got ${JSON.stringify(name)}`);
    }
    wanted.add(stack.templateFile);
  }
  for (const stack of [...stacks].reverse()) {
    if (wanted.has(stack.templateFile)) {
      stack.dependencies.forEach(file => wanted.add(file));
    }
  }
  return stacks.filter(stack => wanted.has(stack.templateFile));
}

/** Whether a name on the command line means this stack. */
export function isNamed(stack: AssemblyStack, name: string): boolean {
  return [stack.name, stack.displayName, stack.artifactId].includes(name);
}
