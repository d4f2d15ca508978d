import { CrlApi } from './crl-api';
import { TrustAnchorLists } from './trust-anchor-lists';
import { GivenListType } from '../../../contract/given-lists';
import { checked, text } from '../../../resource/property-values';
import { GivenList, ListService } from '../../registrar/lists/list-handler';
import { checkTrustAnchorArn } from '../contract';

interface TrustAnchorList extends GivenList {
  readonly trustAnchorArn: string;
  readonly name: string;
}

/** The longest list that is read, so that an error can say how long it is; characters. */
const LONGEST = 10_000_000;

/** IAM Roles Anywhere, to whose trust anchors lists are given. A trust anchor may be in another Region than the function. */
export const ROLES_ANYWHERE: ListService<TrustAnchorList> = {
  resourceType: GivenListType.ROLES_ANYWHERE,
  names: ['TrustAnchorArn', 'Name', 'Bucket', 'LedgerTable'],
  longest: LONGEST,
  read: ({ TrustAnchorArn, Name }, list) => ({ ...list, trustAnchorArn: checked(checkTrustAnchorArn, TrustAnchorArn), name: text('Name', Name) }),
  namesLists: true,
  physicalId: ({ trustAnchorArn, name }) => `${trustAnchorArn}/${name}`,
  holder: ({ trustAnchorArn, name }, apis, ca) => {
    const api = new CrlApi(apis.http, apis.options('rolesanywhere', trustAnchorArn.split(':')[3]));
    return new TrustAnchorLists(api, trustAnchorArn, name, ca);
  },
};
