import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { optionalString } from '../json';
import { ParameterDeclaration, parseParameter } from './parameters';

/** A resource as its template declares it. */
export interface ResourceDeclaration {
  readonly type: string;
  /** The name of the condition under which the resource exists. */
  readonly condition?: string;
  readonly dependsOn: readonly string[];
  readonly properties: JsonMap;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  /** The path of its construct, as its author knows it, if the CDK wrote it into the template. */
  readonly constructPath?: string;
  /** The file of its asset in the assembly, if the CDK wrote it into the template. */
  readonly assetPath?: string;
}

/** An output as its template declares it. */
export interface OutputDeclaration {
  readonly value: unknown;
  readonly condition?: string;
  /** The name under which other stacks can import it; an expression. */
  readonly exportName?: unknown;
}

/** The sections of a CloudFormation template that a local deployment carries out. */
export interface Template {
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly mappings: ReadonlyMap<string, JsonMap>;
  readonly conditions: ReadonlyMap<string, unknown>;
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
  /** What only CloudFormation itself can carry out: rules and transforms, as in `rule R`. */
  readonly leftOut: readonly string[];
}

/** The rule that the CDK adds to every stack. It is about the bootstrap stack of an account, and there is no such stack here. */
const BOOTSTRAP_RULE = 'CheckBootstrapVersion';

/** Parses a template and checks its form. Its expressions are evaluated later. */
export function parseTemplate(file: string, template: JsonMap): Template {
  const section = <T>(name: string, parse: (entry: JsonMap, where: string) => T): Map<string, T> =>
    entries(file, template, name, (entry, where) => {
      if (!isMap(entry)) {
        throw new CliError(`${where} must be a map`);
      }
      return parse(entry, where);
    });
  return {
    parameters: section('Parameters', parseParameter),
    mappings: section('Mappings', mapping => mapping),
    conditions: entries(file, template, 'Conditions', condition => condition),
    resources: section('Resources', parseResource),
    outputs: section('Outputs', parseOutput),
    leftOut: [
      ...[...entries(file, template, 'Rules', rule => rule).keys()].filter(rule => rule !== BOOTSTRAP_RULE).map(rule => `rule ${rule}`),
      ...[template.Transform ?? []].flat().map(transform => `transform ${typeof transform === 'string' ? transform : 'of the template'}`),
    ],
  };
}

function entries<T>(file: string, template: JsonMap, name: string, parse: (entry: unknown, where: string) => T): Map<string, T> {
  const section = template[name] ?? {};
  if (!isMap(section)) {
    throw new CliError(`${file}: ${name} must be a map`);
  }
  return new Map(Object.entries(section).map(([key, entry]) => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
    if (!/^[A-Za-z0-9]+$/.test(key)) {
      throw new CliError(`${file}: ${name}: the name ${JSON.stringify(key)} must consist of letters and digits`);
    }
    return [key, parse(entry, `${file}: ${name}.${key}`)];
  }));
}

function parseResource(resource: JsonMap, where: string): ResourceDeclaration {
  const properties = resource.Properties ?? {};
  const dependsOn = [resource.DependsOn ?? []].flat();
  if (typeof resource.Type !== 'string') {
    throw new CliError(`${where}.Type must be a string`);
  }
  if (!isMap(properties)) {
    throw new CliError(`${where}.Properties must be a map`);
  }
  if (!dependsOn.every((item): item is string => typeof item === 'string')) {
    throw new CliError(`${where}.DependsOn must be the name of a resource, or a list of names`);
  }
  const { 'aws:cdk:path': constructPath, 'aws:asset:path': assetPath } = isMap(resource.Metadata) ? resource.Metadata : {};
  return {
    type: resource.Type,
    condition: optionalString(resource, 'Condition', where),
    dependsOn,
    properties,
    deletionPolicy: optionalString(resource, 'DeletionPolicy', where),
    updateReplacePolicy: optionalString(resource, 'UpdateReplacePolicy', where),
    // The CDK names a construct's resource `Resource`, a custom resource's `Default`, and a nested stack's as the second alternative here:
    constructPath: typeof constructPath === 'string'
      ? constructPath.replace(/(\/(Resource|Default))+$|\.NestedStack\/[^/]+\.NestedStackResource$/, '') : undefined,
    assetPath: typeof assetPath === 'string' ? assetPath : undefined,
  };
}

function parseOutput(output: JsonMap, where: string): OutputDeclaration {
  if (output.Value === undefined) {
    throw new CliError(`${where}.Value is missing`);
  }
  return {
    value: output.Value,
    condition: optionalString(output, 'Condition', where),
    exportName: isMap(output.Export) ? output.Export.Name : undefined,
  };
}
