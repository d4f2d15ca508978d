import { Properties, Resource, Stack } from './cloudformation';

/** Declares a CA below another one, with a ledger of its own; each call makes another table. */
export async function subordinateCa(stack: Stack, issuer: string, changes: Properties = {}, logicalId = 'Factory'): Promise<Resource> {
  return stack.ca({
    LedgerTable: await stack.newTable(),
    IssuerLedgerTable: stack.table,
    Issuer: issuer,
    ClipToIssuer: false,
    Subject: { CommonName: 'Acme Factory', Organization: 'Acme' },
    ValidityDays: 1825,
    PathLength: 0,
    ...changes,
  }, logicalId);
}

/** Declares a CA whose certificate is made elsewhere, in a ledger of its own. */
export async function signedElsewhereCa(stack: Stack, changes: Properties = {}, logicalId = 'Elsewhere'): Promise<Resource> {
  return stack.ca({
    LedgerTable: await stack.newTable(), SignedElsewhere: true, ValidityDays: undefined, Subject: { CommonName: 'Acme Plant', Organization: 'Acme' }, PathLength: 0, ...changes,
  }, logicalId);
}

/** Declares a CA that was made elsewhere. */
export function existingCa(stack: Stack, properties: Properties, logicalId = 'Existing'): Resource {
  return { logicalId, type: 'Custom::ExistingIotCa', properties: { LedgerTable: stack.table, AllowLegacyChain: false, Generation: 1, ...properties } };
}

/** Declares a certificate from a request: neither a key nor a subject of its own. */
export async function requested(stack: Stack, type: string, issuer: string, properties: Properties, logicalId = 'Requested'): Promise<Resource> {
  const { properties: { KeyStorage, KeyAlgorithm, Subject, ...declared } } = await stack.device(issuer);
  return { logicalId, type, properties: { ...declared, ...properties } };
}
