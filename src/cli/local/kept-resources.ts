import { Engine } from './engine';
import { FleetLog } from './fleet-log';
import { KeptCa, KeptPlace } from './report';
import { hasStandIn, isTable, KMS_KEY_TYPE, localArn, SECRET_TYPE } from './stand-ins';
import { isMap } from '../../contract/json-map';
import { CA_RESOURCE_TYPES } from '../../contract/resource-types';
import { isSerialNumber } from '../../contract/revocation';
import { identityIn } from '../../resource/physical-id';
import { CliError } from '../cli-error';
import { own } from '../json';
import { ResourceState, StackState, State, StoredLedgerEntry } from './state';

/** What stays of removed resources. In AWS it would still exist, owned by no stack, until it is taken back by its name or ARN. */
export class KeptResources {
  private readonly noted: { readonly place: KeptPlace; readonly physicalId?: string }[] = [];
  private readonly notedCas: KeptCa[] = [];

  constructor(private readonly stackName: string, private readonly stack: StackState, private readonly engine: Engine) {}

  /** The places that no resource uses any more, without those that another CA has been given (`PrivateIotCa.fromKeptCa`). */
  public get places(): KeptPlace[] {
    const cas = this.caIds();
    // For a CA that was taken back, the ledger knows the place of its key.
    const keys = this.entries.filter(({ identity }) => cas.includes(identity));
    const used = JSON.stringify([this.remaining.map(({ properties }) => properties), keys.map(({ keyStorage }) => keyStorage)]);
    return this.noted.filter(({ physicalId }) => physicalId === undefined || !used.includes(physicalId)).map(({ place }) => place);
  }

  /** The CAs that can be taken back from these places. */
  public get cas(): KeptCa[] {
    const declared = this.caIds();
    return this.notedCas.filter(({ caId }) => !declared.includes(caId));
  }

  /** Records a removed or replaced resource whose secret, table or key stays. The caller saves the state. */
  public keep(resource: ResourceState): void {
    const { name, type, physicalId } = resource;
    if (hasStandIn(type)) {
      this.state.kept[physicalId] = { stackName: this.stackName, name, type };
      this.note(resource, placeOf(resource, this.engine), physicalId);
    }
  }

  /** Deletes the record of a resource, in a rollback. */
  public restore({ physicalId }: ResourceState): void {
    delete this.state.kept[physicalId];
  }

  /** Notes what stays of a deleted certificate: the key of a CA, if its secret still belongs to a resource, or a CA whose ledger and key stay. */
  public noteCertificate(resource: ResourceState): void {
    const { name, type, physicalId, properties: { LedgerTable, KeyStorage }, attributes: { SerialNumber } } = resource;
    if (!isMap(KeyStorage)) {
      return;
    }
    const { Type, SecretArn, KeyArn } = KeyStorage;
    const caId = identityIn(physicalId);
    const version = this.entries.find(({ identity, serialNumber }) => identity === caId && serialNumber === SerialNumber)?.keyVersion ?? SerialNumber;
    // A CA that waits for its certificate has words in place of a serial number.
    if (isSerialNumber(version) && Object.values(this.stack.resources).some(each => each.physicalId === SecretArn)) {
      this.note(resource, this.engine.secrets.versionFile(String(SecretArn), version));
    }
    if (CA_RESOURCE_TYPES.includes(type) && caId !== undefined && this.isKept(LedgerTable) && (Type === 'ExistingSecret' || this.isKept(SecretArn ?? KeyArn))) {
      this.notedCas.push({
        name,
        caId,
        ledgerTableArn: localArn('dynamodb', `table/${String(LedgerTable)}`),
        ...SecretArn === undefined ? { signingKeyArn: String(KeyArn) } : { privateKeySecretArn: String(SecretArn) },
      });
    }
  }

  /** Refuses a table to which its template gives the name of a kept table. As in AWS, even a table that no stack owns is not taken over. */
  public assertNone(physicalId: string, place: string): void {
    const kept = own(this.state.kept, physicalId);
    if (kept) {
      throw new CliError(`${place}: ${physicalId} already exists: it was kept when ${kept.name} of stack ${kept.stackName} was removed; `
        + 'as in AWS, a new resource can\'t take it over; give the new resource another name');
    }
  }

  /** What all ledgers hold. */
  private get entries(): StoredLedgerEntry[] {
    return Object.values(this.state.ledgers).flatMap(({ entries }) => Object.values(entries));
  }

  private get state(): State {
    return this.engine.store.state;
  }

  /** The resources of all stacks, as they are now. */
  private get remaining(): ResourceState[] {
    return Object.values(this.state.stacks).flatMap(({ resources }) => Object.values(resources));
  }

  private caIds(): (string | undefined)[] {
    return this.remaining.filter(({ type }) => CA_RESOURCE_TYPES.includes(type)).map(({ physicalId }) => identityIn(physicalId));
  }

  /** @param id a physical id, or the ARN of a key */
  private isKept(id: unknown): boolean {
    return Object.keys(this.state.kept).some(each => id === each || id === localArn('kms', `key/${each}`));
  }

  private note({ name, type }: ResourceState, place: string | undefined, physicalId?: string): void {
    if (place !== undefined && !this.noted.some(each => each.place.place === place)) {
      this.noted.push({ place: { name, type, place }, physicalId });
    }
  }
}

/** The place of a stand-in's contents, or `undefined` if it has none. */
function placeOf({ type, physicalId, attributes }: ResourceState, { secrets, kmsKeys, store }: Engine): string | undefined {
  if (type === SECRET_TYPE) {
    return secrets.folder(physicalId);
  }
  if (type === KMS_KEY_TYPE) {
    return kmsKeys.madeFile(attributes.Arn);
  }
  return Object.hasOwn(store.state.ledgers, physicalId) ? `the ledger ${physicalId} in ${store.file}` : undefined;
}

/** Removes the contents of a stand-in. The caller saves the state. */
export function removeStandIn({ type, physicalId, attributes }: ResourceState, { secrets, kmsKeys, store, disk }: Engine): void {
  if (type === SECRET_TYPE) {
    secrets.removeSecret(physicalId);
  } else if (type === KMS_KEY_TYPE) {
    kmsKeys.remove(attributes.Arn);
  } else if (isTable(type)) {
    delete store.state.ledgers[physicalId];
    disk.remove(FleetLog.file(store.directory, physicalId));
  }
}
