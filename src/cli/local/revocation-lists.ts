import { join } from 'node:path';
import { Engine } from './engine';
import { issuedCertificates } from './issued-certificates';
import { State } from './state';
import { CaCrl, makeCrl, recordPublished } from '../../issuing/revocation/make-crl';
import { toPem } from '../../pki/pem';
import { REVOCATION_LIST } from '../../pki/pem-blocks';
import { identityIn } from '../../resource/physical-id';
import { messageOf } from '../cli-error';
import { FileMode, makeFolder } from '../disk';
import { safeName } from '../export/safe-names';

/** The revocation list of a CA in the directory of a local deployment. */
export interface WrittenList {
  /** The CA, as its author names it. */
  readonly ca: string;
  /** The file in PEM; absent if the list could not be made. */
  readonly file?: string;
  readonly list?: CaCrl;
  /** Why it could not be made. */
  readonly failure?: string;
}

/** How long a list counts, in milliseconds: a week. */
const LIFE = 7 * 24 * 60 * 60 * 1000;

/**
 * Makes new revocation lists and writes them into the folder `crl` of the directory, in PEM and in DER, for the CAs that have ever revoked a
 * certificate.
 *
 * @param directory the directory of the local deployment
 * @param wanted the identities of the CAs; all CAs if absent
 */
export async function writeRevocationLists(engine: Engine, directory: string, wanted?: ReadonlySet<string>): Promise<WrittenList[]> {
  const { store, ports, disk } = engine;
  const written: WrittenList[] = [];
  const names = new Map(issuedCertificates(store.state).map(({ entry, ca }) => [entry.issuer, ca]));
  const files = fileNames(store.state);
  for (const [table, { revoked = {} }] of Object.entries(store.state.ledgers)) {
    for (const issuer of new Set(Object.values(revoked).map(each => each.issuer))) {
      if (wanted && !wanted.has(issuer)) {
        continue;
      }
      const ca = names.get(issuer) ?? issuer;
      try {
        const list = await makeCrl(issuer, table, LIFE, ports);
        makeFolder(join(directory, 'crl'));
        const file = join(directory, 'crl', safeName(files.get(issuer) ?? issuer));
        disk.replace(`${file}.crl`, list.der, FileMode.PUBLIC);
        disk.replace(`${file}.crl.pem`, toPem(REVOCATION_LIST, list.der), FileMode.PUBLIC);
        await recordPublished(list, issuer, table, ports);
        written.push({ ca, file: `${file}.crl.pem`, list });
      } catch (error) {
        store.assertSound();
        written.push({ ca, failure: messageOf(error) });
      }
    }
  }
  return written;
}

/** The names of the lists' files, by the identities of CAs: the stack and the logical ID, which stay the same as long as the CA does. */
function fileNames({ stacks }: State): Map<string, string> {
  return new Map(Object.entries(stacks).flatMap(([stack, { resources }]) =>
    Object.entries(resources).map(([logicalId, { physicalId }]) => [identityIn(physicalId) ?? physicalId, `${stack}-${logicalId}`] as const)));
}
