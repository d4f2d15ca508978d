import { KeptCaAttributes, ProofOfPossessionSignatureAttributes } from '../../contract/properties';
import { declared } from '../../issuing/declared-resource';
import { foreseen } from '../../issuing/foresight/foreseen-resource';
import { LedgerEntry } from '../../issuing/ledger/ledger';
import { ledgerTables } from '../../issuing/ledger/ledger-tables';
import { isRevoked } from '../../issuing/ledger/revocation';
import { handleLifecycleEvent } from '../../issuing/lifecycle';
import { NOTHING_TO_PUT_BACK, Ports } from '../../issuing/ports';
import { Attributes, LifecycleEvent, LifecycleResult, Requester } from '../../resource/lifecycle-event';
import { identityIn } from '../../resource/physical-id';
import { CliError, messageOf } from '../cli-error';
import { ownId, withoutOwnId } from '../local/nested-ids';
import { State } from '../local/state';
import { holdsUnknown, unknownValue } from '../local/unknown-values';

/** A request of a deployment, and what it would do. */
export interface ForeseenRequest {
  readonly event: LifecycleEvent;
  /** Why the request would fail. */
  readonly refusal?: string;
  /** The physical id after the request; absent if it depends on values that only the deployment will know. */
  readonly physicalId?: string;
  /** The certificate that the resource has before the request. */
  readonly present?: LedgerEntry;
  /** The certificate that the resource gets or loses, as it is after the request; absent if only the deployment will know. */
  readonly next?: LedgerEntry;
  /** Whether a removal revokes the certificate. */
  readonly revokes?: boolean;
}

/** What is deployed can't be read. */
export class UnreadableError extends CliError {}

/** What a request would do depends on something that only the deployment reads. */
class Unforeseeable extends Error {}

/** The attributes that a certificate or a signature can have. */
const ATTRIBUTES = Object.keys({
  CertificatePem: true,
  SerialNumber: true,
  NotBefore: true,
  NotAfter: true,
  Sha256Fingerprint: true,
  Sha1Fingerprint: true,
  SubjectKeyIdentifier: true,
  CertificateSigningRequestPem: true,
  IssuerChainPem: true,
  IgnoredRequests: true,
  PrivateKeyParameter: true,
  RenewalNumber: true,
  CaId: true,
  Signature: true,
} satisfies { readonly [A in keyof (KeptCaAttributes & ProofOfPossessionSignatureAttributes)]-?: true });

/** Foresees the requests of a deployment, one after the other, and goes on after requests that would fail. */
export class Foresight {
  public readonly requests: ForeseenRequest[] = [];
  /** The first thing that could not be read, if there was any: nothing that was foreseen after it counts. */
  public unreadable?: UnreadableError;
  /** The values that certificates will have once the deployment has made them. */
  private readonly later = new Set<string>();
  /** The ids of resources of which only the deployment will know what they have. */
  private readonly uncertain = new Set<string>();
  /** The resources whose requests would fail, by the ids that requests for other resources name. */
  private readonly refused = new Map<string, string>();

  /** @param before the stacks before the deployment */
  constructor(private readonly before: State['stacks']) {}

  /** Foresees a request: the lifecycle of an engine. */
  public readonly lifecycle = async (event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> => {
    try {
      return await this.foresee(event, withoutKeys(ports));
    } catch (error) {
      this.unreadable ??= unreadableIn(error);
      throw error;
    }
  };

  private async foresee(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
    const present = await entryOf(event, event.oldProperties ?? event.properties, event.physicalResourceId, ports);
    if (event.requestType === 'Delete') {
      return isReadable(ledgerTables(event).home) ? this.remove(event, present, ports) : this.removeUnread(event);
    }
    try {
      this.assertIndependent(event);
      if (this.isUncertain(event)) {
        return this.compare(event, present);
      }
      const result = await handleLifecycleEvent(event, ports, foreseen);
      const { physicalResourceId: physicalId, data = {} } = result;
      const next = await entryOf(event, event.properties, physicalId, ports);
      this.requests.push({ event, present, next, physicalId });
      if (next?.reservedBy === event.requestId) {
        Object.values(data).forEach(value => this.later.add(value));
      }
      return result;
    } catch (error) {
      if (unreadableIn(error)) {
        throw error;
      }
      return (error as Error).cause instanceof Unforeseeable ? this.compare(event, present) : this.refuse(event, present, error);
    }
  }

  /** Whether a value is known before the deployment. */
  public isKnown(value: string): boolean {
    return !holdsUnknown(value) && !this.later.has(value);
  }

  private async remove(event: LifecycleEvent, present: LedgerEntry | undefined, ports: Ports): Promise<LifecycleResult> {
    const revocation = async (): Promise<boolean> =>
      present !== undefined && isRevoked(await ports.revocations(ledgerTables(event).home).find(present.issuer, present.serialNumber));
    const wasRevoked = await revocation();
    const result = await handleLifecycleEvent(event, ports);
    const next = await entryOf(event, event.properties, event.physicalResourceId, ports);
    this.requests.push({ event, present, next, revokes: !wasRevoked && await revocation() });
    return result;
  }

  /** Foresees a removal whose ledger only AWS knows, by the declaration alone. */
  private removeUnread(event: LifecycleEvent): LifecycleResult {
    this.requests.push({ event, revokes: event.properties.RevokeOnRemoval === 'true' });
    return { physicalResourceId: event.physicalResourceId! };
  }

  private isUncertain({ properties }: LifecycleEvent): boolean {
    const text = JSON.stringify(properties);
    return holdsUnknown(text) || [...this.uncertain].some(id => text.includes(id));
  }

  /** Foresees a request by its declaration alone: the identity changes if the declared values change. */
  private compare(event: LifecycleEvent, present: LedgerEntry | undefined): LifecycleResult {
    const { physicalResourceId: standing, oldProperties } = event;
    const after = idOf(event);
    const before = oldProperties && idOf({ ...event, properties: oldProperties });
    if (standing !== undefined && after !== undefined && after === before) {
      this.requests.push({ event, present, next: present, physicalId: standing });
      return { physicalResourceId: standing, data: this.attributesOf(event) };
    }
    const physicalResourceId = after ?? standing ?? unknownValue(event.logicalResourceId);
    this.uncertain.add(physicalResourceId);
    this.requests.push({ event, present, physicalId: after });
    return { physicalResourceId, data: unknownAttributes(event) };
  }

  private refuse(event: LifecycleEvent, present: LedgerEntry | undefined, error: unknown): LifecycleResult {
    const { logicalResourceId, physicalResourceId } = event;
    this.requests.push({ event, present, refusal: withoutOwnId(messageOf(error), logicalResourceId) });
    if (physicalResourceId !== undefined) {
      return { physicalResourceId, data: this.attributesOf(event) };
    }
    const id = idOf(event) ?? unknownValue(logicalResourceId);
    [id, ...Object.values(unknownAttributes(event))].forEach(value => this.refused.set(value, logicalResourceId));
    return { physicalResourceId: id, data: unknownAttributes(event) };
  }

  /** The attributes that a resource has before the deployment. */
  private attributesOf({ stackId, logicalResourceId }: Requester): Attributes {
    const found = Object.values(this.before).flatMap(stack => Object.entries(stack.resources)
      .filter(([id, resource]) => (resource.stackId ?? stack.stackId) === stackId && ownId(id) === logicalResourceId));
    return found[0]?.[1].attributes ?? {};
  }

  private assertIndependent({ properties }: LifecycleEvent): void {
    const text = JSON.stringify(properties);
    const refused = [...this.refused].find(([value]) => text.includes(value));
    if (refused) {
      throw new Error(`it depends on ${refused[1]}, which would be refused`);
    }
  }
}

/**
 * The attributes that a deployed resource has according to its ledger. There are none if the ledger would refuse the resource now, or if its
 * declaration depends on a value that only AWS knows, because its identity is then unknown too.
 */
export async function foreseenAttributes(resource: Omit<LifecycleEvent, 'requestType' | 'requestId'>, ports: Ports): Promise<Attributes> {
  if (holdsUnknown(JSON.stringify(resource.properties))) {
    return {};
  }
  const event: LifecycleEvent = { ...resource, requestType: 'Update', requestId: 'present', oldProperties: resource.properties };
  try {
    return (await handleLifecycleEvent(event, withoutKeys(ports), foreseen)).data ?? {};
  } catch (error) {
    const unreadable = unreadableIn(error);
    if (unreadable) {
      throw unreadable;
    }
    return {};
  }
}

function unreadableIn(error: unknown): UnreadableError | undefined {
  return [error, (error as Error).cause].find((each): each is UnreadableError => each instanceof UnreadableError);
}

/** Ports for a foreseen request: its ledgers are copies, and no key is read, made or removed. */
function withoutKeys(ports: Ports): Ports {
  const versions = {
    read: async () => undefined,
    write: async (_place: string, _version: string, value: string) => value,
    makeCurrent: async () => NOTHING_TO_PUT_BACK,
    release: async () => true,
  };
  const refuse = async (place: string): Promise<never> => {
    throw new Unforeseeable(`the deployment reads ${place}`);
  };
  return { ...ports, secrets: versions, parameters: { ...versions, tag: async () => undefined }, secretValue: refuse, hsm: refuse };
}

/** The entry of a resource in the ledger that its properties name. */
async function entryOf(
  event: LifecycleEvent, properties: LifecycleEvent['properties'], physicalId: string | undefined, ports: Ports,
): Promise<LedgerEntry | undefined> {
  const identity = identityIn(physicalId);
  const { home } = ledgerTables({ ...event, properties });
  return identity !== undefined && isReadable(home) ? ports.ledger(home).find(identity) : undefined;
}

/** Whether the name of a ledger is known. */
function isReadable(table: string | undefined): table is string {
  return table !== undefined && !holdsUnknown(table);
}

function idOf(event: LifecycleEvent): string | undefined {
  try {
    return declared(event).physicalId;
  } catch {
    return undefined;
  }
}

function unknownAttributes({ logicalResourceId }: Requester): Attributes {
  return Object.fromEntries(ATTRIBUTES.map(name => [name, unknownValue(`${logicalResourceId}.${name}`)]));
}
