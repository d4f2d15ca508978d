import { TrustStoreApi } from './trust-store-api';
import { KnownContents, TrustStoreLists } from './trust-store-lists';
import { GivenListType } from '../../../contract/given-lists';
import { checked } from '../../../resource/property-values';
import { GivenList, ListService } from '../../registrar/lists/list-handler';
import { checkTrustStoreArn, MAX_REVOCATION_BYTES } from '../contract';

interface TrustStoreList extends GivenList {
  readonly trustStoreArn: string;
}

/** What is known about lists lives as long as the process. */
const known: KnownContents = new Map();

/** Elastic Load Balancing, to whose trust stores lists are given. A trust store may be in another Region than the function. */
export const LOAD_BALANCER: ListService<TrustStoreList> = {
  resourceType: GivenListType.TRUST_STORE,
  names: ['TrustStoreArn', 'Bucket', 'LedgerTable'],
  longest: MAX_REVOCATION_BYTES,
  read: ({ TrustStoreArn }, list) => ({ ...list, trustStoreArn: checked(checkTrustStoreArn, TrustStoreArn) }),
  namesLists: false,
  physicalId: ({ trustStoreArn, caId }) => `${trustStoreArn}/${caId}`,
  holder: ({ trustStoreArn, file }, apis, ca) => {
    const api = new TrustStoreApi(apis.http, apis.options('elasticloadbalancing', trustStoreArn.split(':')[3]), trustStoreArn);
    return new TrustStoreLists(api, file, ca, known);
  },
};
