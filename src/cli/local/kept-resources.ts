import { Engine } from './engine';
import { KeptCa, KeptPlace } from './report';
import { hasStandIn, isTable, KMS_KEY_TYPE, localArn, SECRET_TYPE } from './stand-ins';
import { isMap } from '../../contract/json-map';
import { CA_RESOURCE_TYPES } from '../../contract/resource-types';
import { identityIn } from '../../resource/physical-id';
import { CliError } from '../cli-error';
import { ResourceState, StackState } from './state';

/** What stays when resources go: in AWS it would be there still, as nobody's, until it is taken back by its name or ARN. */
export class KeptResources {
  private readonly noted: { readonly place: KeptPlace; readonly physicalId?: string }[] = [];
  private readonly notedCas: KeptCa[] = [];

  constructor(private readonly stackName: string, private readonly state: StackState, private readonly engine: Engine) {}

  /** Where something lies that no resource uses any more: what another CA was given is not among it (`PrivateIotCa.fromKeptCa`). */
  public get places(): KeptPlace[] {
    const used = JSON.stringify([this.remaining.map(({ properties }) => properties), this.keysOfCas()]);
    return this.noted.filter(({ physicalId }) => physicalId === undefined || !used.includes(physicalId)).map(({ place }) => place);
  }

  /** The CAs that can be taken back from there. */
  public get cas(): KeptCa[] {
    const declared = this.caIds();
    return this.notedCas.filter(({ caId }) => !declared.includes(caId));
  }

  /** Takes note of a resource that goes and whose secret, table or key stays; saving the state is left to the caller. */
  public keep(resource: ResourceState): void {
    const { name, type, physicalId } = resource;
    if (hasStandIn(type)) {
      this.engine.store.state.kept.push({ stackName: this.stackName, name, type, physicalId });
      this.note(resource, placeOf(resource, this.engine), physicalId);
    }
  }

  /** Takes a note back, in a rollback. */
  public restore({ physicalId }: ResourceState): void {
    const { state } = this.engine.store;
    state.kept = state.kept.filter(each => each.physicalId !== physicalId);
  }

  /** Takes note of the key of a CA that was withdrawn, where that stays in a secret which still belongs to a resource. */
  public noteKey(resource: ResourceState): void {
    const { KeyStorage } = resource.properties;
    const secretArn = isMap(KeyStorage) ? KeyStorage.SecretArn : undefined;
    const { SerialNumber } = resource.attributes;
    if (SerialNumber && Object.values(this.state.resources).some(({ physicalId }) => physicalId === secretArn)) {
      this.note(resource, this.engine.secrets.versionFile(String(secretArn), SerialNumber));
    }
  }

  /** Takes note of a CA that is deleted and whose ledger and key stay as nobody's. */
  public noteCa({ name, type, physicalId, properties: { LedgerTable, KeyStorage } }: ResourceState): void {
    const caId = identityIn(physicalId);
    const isKept = (id: unknown): boolean => this.engine.store.state.kept.some(each => id === each.physicalId || id === localArn('kms', `key/${each.physicalId}`));
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

  /** Of a table that its template names: as in AWS, another one of that name, be it nobody's, is not taken over. */
  public assertNone(physicalId: string, place: string): void {
    const kept = this.engine.store.state.kept.find(each => each.physicalId === physicalId);
    if (kept) {
      throw new CliError(`${place}: ${physicalId} exists already: it was kept when ${kept.name} of stack ${kept.stackName} was removed; `
        + 'as in AWS, it is not taken over; give this one another name');
    }
  }

  /** The resources of all stacks, as they stand now. */
  private get remaining(): ResourceState[] {
    return Object.values(this.engine.store.state.stacks).flatMap(({ resources }) => Object.values(resources));
  }

  private caIds(): (string | undefined)[] {
    return this.remaining.filter(({ type }) => CA_RESOURCE_TYPES.includes(type)).map(({ physicalId }) => identityIn(physicalId));
  }

  /** Where the CAs that are declared now have their keys, which the ledger knows of a CA that was taken back. */
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

/** Where the contents of a stand-in are; `undefined` where it has none. */
function placeOf({ type, physicalId, attributes }: ResourceState, { secrets, kmsKeys, store }: Engine): string | undefined {
  if (type === SECRET_TYPE) {
    return secrets.folder(physicalId);
  }
  if (type === KMS_KEY_TYPE) {
    return kmsKeys.madeFile(attributes.Arn);
  }
  return Object.hasOwn(store.state.ledgers, physicalId) ? `the ledger ${physicalId} in ${store.file}` : undefined;
}

/** Removes what a stand-in holds; saving the state is left to the caller. */
export function removeStandIn({ type, physicalId, attributes }: ResourceState, { secrets, kmsKeys, store }: Engine): void {
  if (type === SECRET_TYPE) {
    secrets.removeSecret(physicalId);
  } else if (type === KMS_KEY_TYPE) {
    kmsKeys.remove(attributes.Arn);
  } else if (isTable(type)) {
    delete store.state.ledgers[physicalId];
  }
}
