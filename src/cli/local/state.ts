import { isMap, JsonMap } from '../../contract/json-map';
import { KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../contract/key-algorithms';
import { LedgerEntry, ResourceRecord } from '../../issuing/ledger/ledger';

/** The version of the form of state.json. */
export const STATE_VERSION = 2;

/** All that a local deployment knows, as it stands in state.json. Private keys lie in files of their own. */
export interface State {
  readonly version: typeof STATE_VERSION;
  /** By the stack's name, in the order in which they were first deployed. */
  readonly stacks: { [name: string]: StackState };
  /** By the name of the table. */
  readonly ledgers: { [table: string]: LedgerState };
  /** By ARN. */
  readonly secrets: { [arn: string]: SecretState };
  /** The keys that stand in for KMS keys, by ARN; absent where none was ever declared. */
  kmsKeys?: { [arn: string]: KmsKeyState };
  /** What stayed when its resource went. In AWS it would be there still, as nobody's. */
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
  /** What people are told it is called. */
  readonly name: string;
  readonly physicalId: string;
  /** The id of the nested stack it is in, which requests for it name; absent in the stack itself. */
  readonly stackId?: string;
  /** As CloudFormation would send them: every scalar is a string. Of a stand-in, what gives it its name. */
  readonly properties: JsonMap;
  readonly attributes: { readonly [name: string]: string };
  /** The logical ids of the resources it was made after. */
  readonly dependencies: readonly string[];
  readonly deletionPolicy?: string;
}

/** A stack. Until its first deployment has succeeded, it has no outputs. */
export interface StackState {
  readonly stackId: string;
  /** The Region that it is meant for, where its app says so. */
  region?: string;
  parameters: { readonly [name: string]: string };
  /**
   * By logical id. Those of a nested stack are here too, so that the two change and are rolled back as one: by the nested
   * stack's logical id and their own, as in `Devices.Sensor`.
   */
  readonly resources: { [logicalId: string]: ResourceState };
  outputs?: { readonly [key: string]: string };
  /** The outputs that other stacks may import, by the name of the export. */
  exports: { readonly [name: string]: string };
  /** The names of the exports this stack uses. */
  imports: readonly string[];
  /** The request that was under way when something was last written. */
  request?: PendingRequest;
  /**
   * The resources that the present operation has changed, as they were before it, in the order in which they were
   * changed; `null` for those that did not exist. Empty between operations.
   */
  before: { [logicalId: string]: ResourceState | null };
  /** What no resource has any more, and what has to be deleted once the operation is over. */
  superseded: SupersededResource[];
}

/** A creation or an update that was begun. */
export interface PendingRequest {
  readonly requestType: 'Create' | 'Update';
  readonly requestId: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly resource: Omit<ResourceState, 'physicalId' | 'attributes'>;
  /** Whether what it replaces stays. */
  readonly retainReplaced: boolean;
}

/** A resource, or an earlier certificate of one, that is to be deleted. */
export interface SupersededResource extends ResourceState {
  readonly logicalId: string;
  /** The id of the request that deletes it; the same one however often a run is stopped in it. */
  readonly requestId: string;
}

/** The certificates of one ledger. */
export interface LedgerState {
  /** The key of the latest certificate of an identity among the entries. */
  readonly latest: { [identity: string]: string };
  /** What is known of a resource, by its stack's id, a slash and its logical id. */
  readonly resources: { [resource: string]: ResourceRecord };
  /** By issuer and serial number. */
  readonly entries: { [serialNumber: string]: StoredLedgerEntry };
}

/** What of a ledger entry is octets, and base64 in JSON. */
export const OCTETS = ['certificate', 'chain', 'certificateSigningRequest', 'signature'] as const satisfies readonly (keyof LedgerEntry)[];

/** A ledger entry as JSON. */
export type StoredLedgerEntry = Omit<LedgerEntry, typeof OCTETS[number]> & { readonly [N in typeof OCTETS[number]]?: string };

/** A secret whose versions lie in files. */
export interface SecretState {
  /** The resource whose keys it holds; see `SecretVersions`. */
  readonly owner: string;
  /** The default version; absent until a version is made that. */
  readonly current?: string;
}

/** A key that stands in for one in KMS. */
export interface KmsKeyState {
  readonly keyAlgorithm: KeyAlgorithmName;
  /** SPKI, DER in base64; absent until the key is made. */
  readonly publicKey?: string;
}

/** The state of a directory in which nothing was deployed yet. */
export function emptyState(): State {
  return { version: STATE_VERSION, stacks: {}, ledgers: {}, secrets: {}, kept: [] };
}

/** Says what is wrong with the form of a state, or `undefined` where nothing is. */
export function malformation(state: JsonMap): string | undefined {
  if (state.version !== STATE_VERSION) {
    return `its version must be ${STATE_VERSION}, got ${JSON.stringify(state.version) ?? 'none'}; another version of this tool has written it: `
      + 'use that one, or choose another folder with --out';
  }
  return check(state, 'stacks', everyMember(isStack))
    ?? check(state, 'ledgers', everyMember(isLedger))
    ?? check(state, 'secrets', everyMember(isSecret))
    ?? check({ kmsKeys: {}, ...state }, 'kmsKeys', everyMember(isKmsKey))
    ?? (Array.isArray(state.kept) && state.kept.every(isKept) ? undefined : 'its list of what was kept is not what a local deployment writes');
}

type Check = (value: unknown) => boolean;

function check(state: JsonMap, name: string, isRight: Check): string | undefined {
  return isRight(state[name]) ? undefined : `its ${name} are not what a local deployment writes`;
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
