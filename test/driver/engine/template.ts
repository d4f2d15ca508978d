export type Properties = { readonly [name: string]: unknown };

/** A resource as a template declares it; `{ Ref }` and `{ 'Fn::GetAtt' }` stand where another resource is meant. */
export interface Declared {
  readonly type: string;
  readonly properties: Properties;
}

/** The custom resources of a template, and the values that it exports. */
export interface Template {
  readonly resources: { readonly [logicalId: string]: Declared };
  readonly exports?: { readonly [name: string]: unknown };
}

/** A resource that there is. */
export interface Existing {
  readonly type: string;
  readonly physicalId: string;
  /** As they were sent. */
  readonly properties: Properties;
  readonly data: { readonly [attribute: string]: string };
}

/** The resources that a value refers to. */
function refersTo(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(refersTo);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { Ref, 'Fn::GetAtt': attribute, ...rest } = value as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string] };
  return [...Ref ? [Ref] : [], ...attribute ? [attribute[0]] : [], ...Object.values(rest).flatMap(refersTo)];
}

/** The logical ids of a template, each after those it refers to. */
export function inOrder({ resources }: Template): string[] {
  const order: string[] = [];
  const visit = (logicalId: string): void => {
    if (!order.includes(logicalId)) {
      [...new Set(refersTo(resources[logicalId].properties))].filter(id => id in resources).forEach(visit);
      order.push(logicalId);
    }
  };
  Object.keys(resources).forEach(visit);
  return order;
}

/** Puts physical ids and attributes in the place of references, and makes every scalar a string, as CloudFormation does. */
export function resolved(value: unknown, existing: ReadonlyMap<string, Existing>): any {
  if (Array.isArray(value)) {
    return value.map(each => resolved(each, existing));
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const { Ref, 'Fn::GetAtt': attribute } = value as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref !== undefined) {
    return existing.get(Ref)!.physicalId;
  }
  if (attribute) {
    return existing.get(attribute[0])!.data[attribute[1]];
  }
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined).map(([name, each]) => [name, resolved(each, existing)]));
}

/** What a physical id says is there; that of a kept CA is followed by the table of its ledger. */
export function identityIn(physicalId: string): string {
  return physicalId.split('/')[0];
}
