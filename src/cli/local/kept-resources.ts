import { Engine } from './engine';
import { KeptCa, KeptPlace } from './report';
import { hasStandIn, isTable, KMS_KEY_TYPE, localArn, SECRET_TYPE } from './stand-ins';
import { isMap } from '../../contract/json-map';
import { CA_RESOURCE_TYPES } from '../../contract/resource-types';
import { identityIn } from '../../resource/physical-id';
import { CliError } from '../cli-error';
import { own } from '../json';
import { ResourceState, StackState } from './state';

/** What stays of removed resources. In AWS it would still exist, owned by no stack, until it is taken back by its name or ARN. */
export class KeptResources {
  private readonly noted: { readonly place: KeptPlace; readonly physicalId?: string }[] = [];
  private readonly notedCas: KeptCa[] = [];

  constructor(private readonly stackName: string, private readonly state: StackState, private readonly engine: Engine) {}

  /** The places that no resource uses any more, without those that another CA has been given (`PrivateIotCa.fromKeptCa`). */
  public get places(): KeptPlace[] {
    const used = JSON.stringify([this.remaining.map(({ properties }) => properties), this.keysOfCas()]);
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
      this.engine.store.state.kept[physicalId] = { stackName: this.stackName, name, type };
      this.note(resource, placeOf(resource, this.engine), physicalId);
    }
  }

  /** Deletes the record of a resource, in a rollback. */
  public restore({ physicalId }: ResourceState): void {
    delete this.engine.store.state.kept[physicalId];
  }

  /** Notes the key of a withdrawn CA, if the key stays in a secret that still belongs to a resource. */
  public noteKey(resource: ResourceState): void {
    const { KeyStorage } = resource.properties;
    const secretArn = isMap(KeyStorage) ? KeyStorage.SecretArn : undefined;
    const { SerialNumber } = resource.attributes;
    if (SerialNumber && Object.values(this.state.resources).some(({ physicalId }) => physicalId === secretArn)) {
      this.note(resource, this.engine.secrets.versionFile(String(secretArn), SerialNumber));
    }
  }

  /** Notes a deleted CA whose ledger and key stay, owned by no stack. */
  public noteCa({ name, type, physicalId, properties: { LedgerTable, KeyStorage } }: ResourceState): void {
    const caId = identityIn(physicalId);
    const isKept = (id: unknown): boolean => Object.keys(this.engine.store.state.kept).some(each => id === each || id === localArn('kms', `key/${each}`));
    if (CA_RESOURCE_TYPES.includes(type) && caId !== undefined && isMap(KeyStorage) && isKept(LedgerTable)) {
      const { Type, SecretArn, KeyArn } = KeyStorage;
      if (Type === 'ExistingSecret' || isKept(SecretArn ?? KeyArn)) {
        this.notedCas.push({
          name,
          caId,
          ledgerTableArn: localArn('dynamodb', `table/${String(LedgerTable)}`),
          ...SecretArn === undefined ? { signingKeyArn: String(KeyArn) } : { privateKeySecretArn: String(SecretArn) },
        });
      }
    }
  }

  /** Refuses a table to which its template gives the name of a kept table. As in AWS, even a table that no stack owns is not taken over. */
  public assertNone(physicalId: string, place: string): void {
    const kept = own(this.engine.store.state.kept, physicalId);
    if (kept) {
      throw new CliError(`${place}: ${physicalId} already exists: it was kept when ${kept.name} of stack ${kept.stackName} was removed; `
        + 'as in AWS, a new resource can\'t take it over; give the new resource another name');
    }
  }

  /** The resources of all stacks, as they are now. */
  private get remaining(): ResourceState[] {
    return Object.values(this.engine.store.state.stacks).flatMap(({ resources }) => Object.values(resources));
  }

  private caIds(): (string | undefined)[] {
    return this.remaining.filter(({ type }) => CA_RESOURCE_TYPES.includes(type)).map(({ physicalId }) => identityIn(physicalId));
  }

  /** The places of the keys of the currently declared CAs. For a CA that was taken back, the ledger knows the place. */
  private keysOfCas(): unknown[] {
    const declared = this.caIds();
    return Object.values(this.engine.store.state.ledgers).flatMap(({ entries }) => Object.values(entries))
      .filter(({ identity }) => declared.includes(identity)).map(({ keyStorage }) => keyStorage);
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
export function removeStandIn({ type, physicalId, attributes }: ResourceState, { secrets, kmsKeys, store }: Engine): void {
  if (type === SECRET_TYPE) {
    secrets.removeSecret(physicalId);
  } else if (type === KMS_KEY_TYPE) {
    kmsKeys.remove(attributes.Arn);
  } else if (isTable(type)) {
    delete store.state.ledgers[physicalId];
  }
}
