/** What references of a template stand for. */
export interface Values {
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  /** The value of an export of another stack, or of an output of it. */
  imported(name: string, stackName?: string): unknown;
}

/** A value of a template with its intrinsic functions carried out. */
export function evaluate(value: any, values: Values): any {
  if (Array.isArray(value)) {
    return value.map(each => evaluate(each, values)).filter(each => each !== undefined);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[name, raw] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluate(each, values)])
      .filter(([, each]) => each !== undefined));
  }
  const argument = evaluate(raw, values);
  switch (name) {
    case 'Ref': return argument === 'AWS::NoValue' ? undefined : values.ref(argument);
    case 'Fn::GetAtt': return values.attribute(argument[0], argument[1]);
    case 'Fn::Join': return argument[1].join(argument[0]);
    case 'Fn::Select': return argument[1][Number(argument[0])];
    case 'Fn::Split': return argument[1].split(argument[0]);
    case 'Fn::Sub': return argument.replace(/\$\{([^}.]+)(?:\.([^}]+))?\}/g, (_: string, id: string, attribute?: string) =>
      attribute === undefined ? values.ref(id) : values.attribute(id, attribute));
    case 'Fn::ImportValue': return values.imported(argument);
    case 'Fn::GetStackOutput': return values.imported(argument.OutputName, argument.StackName);
    default: throw new Error(`${name} is not played`);
  }
}

/** The logical ids that a part of a template refers to. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { 'Ref': ref, 'Fn::GetAtt': attribute } = value as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string] };
  return ref !== undefined ? [ref] : attribute ? [attribute[0]] : Object.values(value).flatMap(referencesIn);
}

/** A template as it is deployed. */
export interface Template {
  readonly Resources: Record<string, { Type: string; Properties?: any; DependsOn?: string | string[]; DeletionPolicy?: string }>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

/** The logical ids that each resource waits for, by itself. */
export function dependenciesIn({ Resources }: Template): Map<string, string[]> {
  return new Map(Object.entries(Resources).map(([id, { Properties, DependsOn = [] }]) =>
    [id, [...new Set([...referencesIn(Properties), ...[DependsOn].flat()])].filter(each => each in Resources)]));
}

/** What a resource waits for in the end, itself left out. */
export function closureOf(id: string, dependencies: Map<string, string[]>, found = new Set<string>()): Set<string> {
  for (const each of dependencies.get(id) ?? []) {
    if (!found.has(each)) {
      found.add(each);
      closureOf(each, dependencies, found);
    }
  }
  return found;
}

/** The logical ids in an order in which CloudFormation can make the resources. */
export function inOrder(template: Template): string[] {
  const dependencies = dependenciesIn(template);
  const order: string[] = [];
  const visit = (id: string): void => {
    if (!order.includes(id)) {
      dependencies.get(id)!.forEach(visit);
      order.push(id);
    }
  };
  Object.keys(template.Resources).forEach(visit);
  return order;
}
