import { isMap, JsonMap } from '../../contract/json-map';
import { KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../contract/key-algorithms';
import { LedgerEntry, ResourceRecord } from '../../issuing/ledger/ledger';

/** The version of the format of state.json. */
export const STATE_VERSION = 2;

/** Everything that a local deployment knows, in the format of state.json. Private keys are in files of their own. */
export interface State {
  readonly version: typeof STATE_VERSION;
  /** The stacks by name, in the order in which they were first deployed. */
  readonly stacks: { [name: string]: StackState };
  /** The ledgers by the name of the table. */
  readonly ledgers: { [table: string]: LedgerState };
  /** The secrets by ARN. */
  readonly secrets: { [arn: string]: SecretState };
  /** The keys that stand in for KMS keys, by ARN; absent if none was ever declared. */
  kmsKeys?: { [arn: string]: KmsKeyState };
  /** What stays of removed or replaced resources. In AWS it would still exist, owned by no stack. */
  kept: KeptResource[];
}

/** A secret, a table or a key whose resource is gone. */
export interface KeptResource {
  /** The stack it was in. */
  readonly stackName: string;
  readonly name: string;
  readonly type: string;
  readonly physicalId: string;
}

/** A deployed resource. */
export interface ResourceState {
  readonly type: string;
  /** The name in messages. */
  readonly name: string;
  readonly physicalId: string;
  /** The id of the nested stack that it is in, which its requests name; absent if it is in the stack itself. */
  readonly stackId?: string;
  /** The properties as CloudFormation would send them: every scalar is a string. For a stand-in, the property that gives it its name. */
  readonly properties: JsonMap;
  readonly attributes: { readonly [name: string]: string };
  /** The logical ids of the resources that it was made after. */
  readonly dependencies: readonly string[];
  readonly deletionPolicy?: string;
}

/** A stack. Until its first deployment has succeeded, it has no outputs. */
export interface StackState {
  readonly stackId: string;
  /** The Region that the stack is meant for, if its app says so. */
  region?: string;
  parameters: { readonly [name: string]: string };
  /**
   * The resources by logical id. Those of a nested stack are here too, so that the two stacks change and are rolled back as one. Their ids
   * consist of the nested stack's logical id and their own, as in `Devices.Sensor`.
   */
  readonly resources: { [logicalId: string]: ResourceState };
  outputs?: { readonly [key: string]: string };
  /** The outputs that other stacks may import, by the name of the export. */
  exports: { readonly [name: string]: string };
  /** The names of the exports that this stack uses. */
  imports: readonly string[];
  /** The request that was in progress when the state was last written. */
  request?: PendingRequest;
  /**
   * The resources that the present operation has changed, as they were before it, in the order of the changes; `null` for
   * resources that did not exist. Empty between operations.
   */
  before: { [logicalId: string]: ResourceState | null };
  /** What no longer belongs to a resource, and has to be deleted once the operation is over. */
  superseded: SupersededResource[];
}

/** A creation or an update that has begun. */
export interface PendingRequest {
  readonly requestType: 'Create' | 'Update';
  readonly requestId: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly resource: Omit<ResourceState, 'physicalId' | 'attributes'>;
  /** Whether the physical resource that it replaces stays. */
  readonly retainReplaced: boolean;
}

/** A resource, or an earlier certificate of a resource, that is to be deleted. */
export interface SupersededResource extends ResourceState {
  readonly logicalId: string;
  /** The id of the request that deletes it. It stays the same, however often a run is stopped during the request. */
  readonly requestId: string;
}

/** The certificates of one ledger. */
export interface LedgerState {
  /** For each identity, the key of its latest certificate in `entries`. */
  readonly latest: { [identity: string]: string };
  /** The records of resources, by the stack's id, a slash and the logical id. */
  readonly resources: { [resource: string]: ResourceRecord };
  /** The entries by issuer and serial number. */
  readonly entries: { [serialNumber: string]: StoredLedgerEntry };
}

/** The members of a ledger entry that are octets, and base64 in JSON. */
export const OCTETS = ['certificate', 'chain', 'certificateSigningRequest', 'signature'] as const satisfies readonly (keyof LedgerEntry)[];

/** A ledger entry as JSON. */
export type StoredLedgerEntry = Omit<LedgerEntry, typeof OCTETS[number]> & { readonly [N in typeof OCTETS[number]]?: string };

/** A secret whose versions are in files. */
export interface SecretState {
  /** The resource whose keys it holds; see `SecretVersions`. */
  readonly owner: string;
  /** The default version; absent until a version becomes the default. */
  readonly current?: string;
}

/** A key that stands in for a key in KMS. */
export interface KmsKeyState {
  readonly keyAlgorithm: KeyAlgorithmName;
  /** SPKI, DER in base64; absent until the key is made. */
  readonly publicKey?: string;
}

/** The state of a directory into which nothing has been deployed yet. */
export function emptyState(): State {
  return { version: STATE_VERSION, stacks: {}, ledgers: {}, secrets: {}, kept: [] };
}

/** Says what is wrong with the format of a state; returns `undefined` if nothing is. */
export function malformation(state: JsonMap): string | undefined {
  if (state.version !== STATE_VERSION) {
    return `its version must be ${STATE_VERSION}, got ${JSON.stringify(state.version) ?? 'none'}; it was written by another version of this tool: `
      + 'use that version, or choose another folder with --out';
  }
  return check(state, 'stacks', everyMember(isStack))
    ?? check(state, 'ledgers', everyMember(isLedger))
    ?? check(state, 'secrets', everyMember(isSecret))
    ?? check({ kmsKeys: {}, ...state }, 'kmsKeys', everyMember(isKmsKey))
    ?? (Array.isArray(state.kept) && state.kept.every(isKept) ? undefined
      : 'its list of kept resources is not in the form that a local deployment writes');
}

type Check = (value: unknown) => boolean;

function check(state: JsonMap, name: string, isRight: Check): string | undefined {
  return isRight(state[name]) ? undefined : `its ${name} are not in the form that a local deployment writes`;
}

const isText: Check = value => typeof value === 'string';
const isTextList: Check = value => Array.isArray(value) && value.every(isText);

function everyMember(isRight: Check): Check {
  return value => isMap(value) && Object.values(value).every(isRight);
}

function isStack(value: unknown): boolean {
  return isMap(value) && isText(value.stackId) && (value.region === undefined || isText(value.region))
    && everyMember(isText)(value.parameters) && everyMember(isResource)(value.resources)
    && (value.outputs === undefined || everyMember(isText)(value.outputs)) && everyMember(isText)(value.exports) && isTextList(value.imports)
    && everyMember(member => member === null || isResource(member))(value.before)
    && Array.isArray(value.superseded) && value.superseded.every(each => isResource(each) && isText(each.logicalId) && isText(each.requestId))
    && (value.request === undefined || isRequest(value.request));
}

function isResource(value: unknown): value is JsonMap {
  return isMap(value) && isText(value.type) && isText(value.name) && isText(value.physicalId) && isMap(value.properties)
    && everyMember(isText)(value.attributes) && isTextList(value.dependencies) && (value.stackId === undefined || isText(value.stackId));
}

function isKept(value: unknown): boolean {
  return isMap(value) && [value.stackName, value.name, value.type, value.physicalId].every(isText);
}

function isRequest(value: unknown): boolean {
  return isMap(value) && isText(value.requestType) && isText(value.requestId) && isText(value.logicalId)
    && isResource({ physicalId: '', attributes: {}, ...(value.resource as object) });
}

function isSecret(value: unknown): boolean {
  return isMap(value) && isText(value.owner) && (value.current === undefined || isText(value.current));
}

function isKmsKey(value: unknown): boolean {
  return isMap(value) && KEY_ALGORITHM_NAMES.includes(value.keyAlgorithm as KeyAlgorithmName)
    && (value.publicKey === undefined || isText(value.publicKey));
}

function isRecord(value: unknown): boolean {
  return isMap(value) && isText(value.requestId) && isText(value.since) && isTextList(value.holds) && isTextList(value.earlier) && typeof value.revision === 'number';
}

function isLedger(value: unknown): boolean {
  return isMap(value) && everyMember(isText)(value.latest) && everyMember(isRecord)(value.resources)
    && everyMember(entry => isMap(entry) && isText(entry.identity) && isText(entry.serialNumber) && isText(entry.status))(value.entries)
    && Object.values(value.latest as JsonMap).every(key => Object.hasOwn(value.entries as JsonMap, key as string));
}
