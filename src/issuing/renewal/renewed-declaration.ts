import { isMap } from '../../contract/json-map';
import { Declaration, DeclaredRenewal } from '../declaration/declaration';
import { identityOf } from '../declaration/identity';
import { parseDeclaration } from '../declaration/parse-declaration';
import { LedgerEntry, TABLE_WAS_CHANGED } from '../ledger/ledger';

/**
 * What the resource of a certificate declares, as the ledger has it. Anyone with write access to the table could change it, so it must give the
 * identity of the certificate, which covers everything that is certified.
 *
 * @param table the ledger of the CA that signs the certificate. A CA declares the ledger of what it issues, which has to have the CA.
 */
export function renewedDeclaration(entry: LedgerEntry & { readonly renewal: DeclaredRenewal }, table: string): Declaration {
  const { identity, renewal: { resourceType, properties } } = entry;
  const said = parsed(resourceType, properties);
  const declaration = { ...said, ledgerTable: said.profile === 'ca' ? said.ledgerTable : table, issuerLedgerTable: table };
  if (identityOf(declaration, entry) !== identity || declaration.issuer !== entry.issuer) {
    throw new Error(`the ledger ${table} must have the declaration of ${identity} with this certificate, got another one; ${TABLE_WAS_CHANGED}`);
  }
  return declaration;
}

function parsed(resourceType: string, json: string): Declaration {
  let properties: unknown;
  try {
    properties = JSON.parse(json);
  } catch {
    properties = undefined;
  }
  if (!isMap(properties)) {
    throw new Error(`the ledger must have the declared properties of a certificate, got something else; ${TABLE_WAS_CHANGED}`);
  }
  return parseDeclaration(resourceType, properties);
}
