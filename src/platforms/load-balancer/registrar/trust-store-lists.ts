import { TrustStoreApi } from './trust-store-api';
import { HeldList, ListHolder } from '../../registrar/lists/give-list';
import { ListIssuer, listNumber, RevocationList } from '../../registrar/lists/revocation-list';

/** The number of each list that is known to be the CA's, by trust store and ID; `undefined` for lists that are not. Their contents never change. */
export type KnownContents = Map<string, bigint | undefined>;

/**
 * The revocation lists of a CA in a trust store. Elastic Load Balancing gives a list a number as its ID, and no name. What tells the CA's lists
 * from others is the CA's signature: only lists of all its certificates that the CA has signed are touched. So nothing has to be remembered,
 * and a list is found again if the answer to its addition was lost.
 */
export class TrustStoreLists implements ListHolder {
  /**
   * @param file where the published list is in Amazon S3
   * @param ca reads the certificate of the CA
   * @param known keeps what has been found out about lists, which can have 50 MB
   */
  constructor(
    private readonly api: TrustStoreApi, private readonly file: { readonly bucket: string; readonly key: string },
    private readonly ca: () => Promise<ListIssuer>, private readonly known: KnownContents,
  ) {}

  public async held(): Promise<HeldList[]> {
    const held: HeldList[] = [];
    for (const id of await this.api.revocationIds() ?? []) {
      const number = await this.numberOf(id);
      held.push(...number === undefined ? [] : [{ id, number }]);
    }
    return held;
  }

  public async ids(): Promise<string[]> {
    return (await this.held()).map(({ id }) => id);
  }

  /** The list that is added is the one in the bucket at that moment. If it is newer than the one that was read, so much the better. */
  public async give({ number }: RevocationList): Promise<void> {
    const id = await this.api.add(this.file.bucket, this.file.key);
    const added = await this.numberOf(id);
    if (added === undefined || added < number) {
      await this.take(id);
      throw new Error(`Elastic Load Balancing shows another revocation list than the one that was added to ${this.api.trustStoreArn}, number ${number}; `
        + 'it was removed again');
    }
  }

  public async take(id: string): Promise<void> {
    await this.api.remove(id);
  }

  private async numberOf(id: string): Promise<bigint | undefined> {
    const key = `${this.api.trustStoreArn} ${id} ${this.file.key}`;
    if (!this.known.has(key)) {
      const content = await this.api.content(id);
      if (content === undefined) {
        return undefined;
      }
      this.known.set(key, listNumber(content, await this.ca()));
    }
    return this.known.get(key);
  }
}
