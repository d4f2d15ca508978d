import { Form, listOf, mapOf, oneOf, record, text, time, ValueOf, wholeNumber } from './form';
import { isMap, JsonMap } from '../../contract/json-map';
import { KEY_ALGORITHM_NAMES } from '../../contract/key-algorithms';
import { isSerialNumber, REVOCATION_REASON_NAMES, REVOCATION_STATES } from '../../contract/revocation';
import { LedgerEntry, ResourceRecord } from '../../issuing/ledger/ledger';
import { Revocation } from '../../issuing/ledger/revocation';

/** The version of the format of state.json. */
export const STATE_VERSION = 3;

const DESIRED_RESOURCE = {
  type: text,
  /** The name in messages. */
  name: text,
  /** The properties as CloudFormation would send them: every scalar is a string. For a stand-in, the property that gives it its name. */
  properties: isMap,
  /** The logical ids of the resources that it was made after. */
  dependencies: listOf(text),
};

const PHYSICAL_RESOURCE = { ...DESIRED_RESOURCE, physicalId: text, attributes: mapOf(text) };

const OPTIONAL = {
  /** The id of the nested stack that it is in, which its requests name; absent if it is in the stack itself. */
  stackId: text,
  deletionPolicy: text,
};

const desiredResource = record(DESIRED_RESOURCE, OPTIONAL);

const resource = record(PHYSICAL_RESOURCE, OPTIONAL);

/** The id of the deletion's request stays the same, however often a run is stopped during the request. */
const supersededResource = record({ ...PHYSICAL_RESOURCE, logicalId: text, requestId: text }, OPTIONAL);

const request = record({
  requestId: text,
  resource: desiredResource,
}, {
  /** Whether the physical resource that it replaces stays. */
  updateReplacePolicy: text,
});

const stack = record({
  stackId: text,
  parameters: mapOf(text),
  /**
   * The resources by logical id. Those of a nested stack are here too, so that the two stacks change and are rolled back as one. Their ids
   * consist of the nested stack's logical id and their own, as in `Devices.Sensor`.
   */
  resources: mapOf(resource),
  /** The outputs that other stacks may import, by the name of the export. */
  exports: mapOf(text),
  /** The names of the exports that this stack uses. */
  imports: listOf(text),
  /** The creation or update that was in progress when the state was last written, by the logical id. */
  requests: mapOf(request),
  /**
   * The resources that the present operation has changed, as they were before it, in the order of the changes; `null` for
   * resources that did not exist. Empty between operations.
   */
  before: mapOf((value): value is ResourceState | null => value === null || resource(value)),
  /** What no longer belongs to a resource, and has to be deleted once the operation is over, by the id of the request that deletes it. */
  superseded: mapOf(supersededResource),
}, {
  /** The Region that the stack is meant for, if its app says so. */
  region: text,
  /** Absent until the first deployment of the stack has succeeded. */
  outputs: mapOf(text),
});

/** The members of a ledger entry that are octets, and base64 in JSON. */
export const OCTETS = ['certificate', 'chain', 'certificateSigningRequest', 'signature'] as const satisfies readonly (keyof LedgerEntry)[];

/** A ledger entry as JSON. */
export type StoredLedgerEntry = Omit<LedgerEntry, typeof OCTETS[number]> & { readonly [N in typeof OCTETS[number]]?: string };

const entry = record({ identity: text, serialNumber: text, status: text }) as Form<unknown> as Form<StoredLedgerEntry>;

const resourceRecord = record({
  requestId: text, since: text, holds: listOf(text), earlier: listOf(text), revision: wholeNumber,
}) as Form<unknown> as Form<ResourceRecord>;

const revocation = record({
  issuer: text,
  serialNumber: isSerialNumber,
  state: oneOf(REVOCATION_STATES),
  reason: oneOf(REVOCATION_REASON_NAMES),
  revokedAt: time,
  orderedBy: text,
  notAfter: time,
  revision: wholeNumber,
}, { invalidityDate: time }) as Form<Revocation>;

const ledger = record({
  /** For each identity, the key of its latest certificate in `entries`. */
  latest: mapOf(text),
  /** The records of resources, by the stack's id, a slash and the logical id. */
  resources: mapOf(resourceRecord),
  /** The certificates by issuer and serial number. */
  entries: mapOf(entry),
}, {
  /** What is recorded about revoked certificates, by issuer and serial number. */
  revoked: mapOf(revocation),
  /** What is recorded about the revocation lists of each CA. */
  crls: mapOf(record({ number: wholeNumber }, {
    publishedAt: time,
    /** The name of the list's files, without an extension: it stays the same when the CA leaves its stack. */
    file: text,
  })),
});

/** The parts of the state. The stacks are in the order in which they were first deployed. */
const PARTS = {
  stacks: mapOf(stack),
  /** The ledgers by the name of the table. */
  ledgers: mapOf((value): value is LedgerState => ledger(value) && Object.values(value.latest).every(key => Object.hasOwn(value.entries, key))),
  /** The secrets by ARN. Their versions are in files. */
  secrets: mapOf(record({
    /** The resource whose keys the secret holds; see `SecretVersions`. */
    owner: text,
  }, {
    /** The default version; absent until a version becomes the default. */
    current: text,
  })),
  /** The keys that stand in for KMS keys, by ARN. */
  kmsKeys: mapOf(record({ keyAlgorithm: oneOf(KEY_ALGORITHM_NAMES) }, {
    /** SPKI, DER in base64; absent until the key is made. */
    publicKey: text,
  })),
  /** The secrets, tables and keys whose resources are gone, by their physical ids. In AWS they would still exist, owned by no stack. */
  kept: mapOf(record({
    /** The stack it was in. */
    stackName: text,
    name: text,
    type: text,
  })),
};

/** The desired state of a resource. */
export type DesiredResource = ValueOf<typeof desiredResource>;

/** A deployed resource. */
export type ResourceState = ValueOf<typeof resource>;

/** A resource, or an earlier certificate of a resource, that is to be deleted. */
export type SupersededResource = ValueOf<typeof supersededResource>;

/** A creation or an update that has begun. */
export type PendingRequest = ValueOf<typeof request>;

/** A stack. */
export type StackState = ValueOf<typeof stack>;

/** The certificates of one ledger. */
export type LedgerState = ValueOf<typeof ledger>;

/** A key that stands in for a key in KMS. */
export type KmsKeyState = State['kmsKeys'][string];

/** Everything that a local deployment knows, in the format of state.json. Private keys are in files of their own. */
export type State = { readonly version: number } & { readonly [N in keyof typeof PARTS]: ValueOf<typeof PARTS[N]> };

/** The state of a directory into which nothing has been deployed yet. */
export function emptyState(): State {
  return { version: STATE_VERSION, stacks: {}, ledgers: {}, secrets: {}, kmsKeys: {}, kept: {} };
}

/** Says what is wrong with the format of a state; returns `undefined` if nothing is. */
export function malformation(state: JsonMap): string | undefined {
  if (state.version !== STATE_VERSION) {
    return `its version must be ${STATE_VERSION}, got ${JSON.stringify(state.version) ?? 'none'}; it was written by another version of this tool: `
      + 'use that version, or choose another folder with --out';
  }
  const wrong = Object.entries<Form<unknown>>(PARTS).find(([name, form]) => !form(state[name]));
  return wrong && `its ${wrong[0] === 'kept' ? 'list of kept resources is' : `${wrong[0]} are`} not in the form that a local deployment writes`;
}
