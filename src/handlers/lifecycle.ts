import { chainData, declaredData, elsewhereData, largestData } from './answer-data';
import { parseDeclaration } from './declaration';
import { adoptExistingCa, existingCaIdentity, parseExistingCa } from './existing-ca';
import { identityOf, isIdentity } from './identity';
import { CertificateRequest, issueCertificate } from './issue-certificate';
import { Attributes, failureOf, LifecycleEvent, LifecycleResult } from './lifecycle-event';
import { caLookupId, lookUpCa, parseCaLookup } from './look-up-ca';
import { LedgerEntry, Ports } from './ports';
import { parseProof, proofIdentity, provePossession } from './prove-possession';
import { recordCa } from './record-ca';
import { assertResponseFits } from './response-size';
import { declareSignedElsewhere } from './signed-elsewhere';
import { abandonReservation, withdrawCertificate } from './withdraw-certificate';
import { CaLookupAttributes, CertificateAttributes, ProofOfPossessionSignatureAttributes } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { certificateAttributes } from '../pki/certificate';

/**
 * Carries out one request. Every request can be delivered again, at the same time too, and ends the same.
 *
 * Update is Create: the declaration gives the identity, and the ledger says whether its certificate is there already. A
 * changed identity is a new physical id, whereupon CloudFormation deletes the old one after the whole update succeeded;
 * a rollback declares the old identity again and gets the old bytes.
 *
 * @throws LifecycleError
 */
export async function handleLifecycleEvent(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  return event.requestType === 'Delete' ? remove(event, ports) : declare(event, ports);
}

/** Brings a resource to what it declares; `identify` is told its identity as soon as that is known. */
type Declarer = (event: LifecycleEvent, ports: Ports, startedAt: Date, identify: (identity: string) => void) =>
Promise<CaLookupAttributes | CertificateAttributes | ProofOfPossessionSignatureAttributes>;

/** How resources are brought to what they declare, and how they are known: in two ways of their own, and as all certificates. */
interface Kind {
  readonly declare: Declarer;
  /** None of what leaves nothing behind that could be removed. */
  readonly identity: (event: LifecycleEvent) => string | undefined;
}

function kindOf({ resourceType }: LifecycleEvent): Kind {
  switch (resourceType) {
    case ResourceType.EXISTING_IOT_CA:
      return { declare: declareExistingCa, identity: event => existingCaIdentity(parseExistingCa(event.properties), event) };
    case ResourceType.PROOF_OF_POSSESSION_SIGNATURE:
      return { declare: declareSignature, identity: event => proofIdentity(parseProof(event.properties), event) };
    case ResourceType.CA_LOOKUP:
      return { declare: declareCaLookup, identity: () => undefined };
    default:
      return { declare: declareCertificate, identity: event => identityOf(parseDeclaration(event.resourceType, event.properties), event) };
  }
}

async function declare(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  const startedAt = ports.clock();
  let identity: string | undefined;
  try {
    const data = await kindOf(event).declare(event, ports, startedAt, value => identity = value);
    return { physicalResourceId: identity!, data: { ...data } as Attributes };
  } catch (error) {
    throw failureOf(event, identity, error);
  }
}

const declareExistingCa: Declarer = async (event, ports, startedAt, identify) => {
  const declaration = parseExistingCa(event.properties);
  const identity = existingCaIdentity(declaration, event);
  identify(identity);
  const entry = await adoptExistingCa({ ...event, declaration, identity, startedAt }, ports);
  const data = { ...certificateAttributes(entry.certificate), ...declaration.certificatePem === undefined ? chainData(entry) : {} };
  assertResponseFits(event, identity, data);
  return data;
};

const declareCaLookup: Declarer = async (event, ports, _, identify) => {
  const declaration = parseCaLookup(event.properties);
  const identity = caLookupId(declaration, event);
  identify(identity);
  const data = await lookUpCa(declaration, ports);
  assertResponseFits(event, identity, data);
  return data;
};

const declareSignature: Declarer = async (event, ports, startedAt, identify) => {
  const declaration = parseProof(event.properties);
  const identity = proofIdentity(declaration, event);
  identify(identity);
  const request = { ...event, declaration, identity, startedAt, mustExist: event.physicalResourceId === identity };
  try {
    return { Signature: (await provePossession(request, ports)).toString('base64') };
  } catch (error) {
    await abandonReservation(request, ports).catch(() => undefined); // the ledger still accounts for it as RESERVED
    throw error;
  }
};

const declareCertificate: Declarer = async (event, ports, startedAt, identify) => {
  const declaration = parseDeclaration(event.resourceType, event.properties);
  const identity = identityOf(declaration, event);
  identify(identity);
  const request = { ...event, declaration, identity, startedAt, mustExist: event.physicalResourceId === identity };
  try {
    return declaration.signedElsewhere ? await requestElsewhere(event, request, ports) : await issueHere(event, request, ports);
  } catch (error) {
    await abandonReservation(request, ports).catch(() => undefined); // the ledger still accounts for it as RESERVED
    throw error;
  }
};

async function issueHere(event: LifecycleEvent, request: CertificateRequest, ports: Ports): Promise<CertificateAttributes> {
  const { declaration, identity } = request;
  const entry = await issueCertificate(request, ports, (pem, complete) => assertResponseFits(event, identity, largestData(pem, complete)));
  if (declaration.issuerLedgerTable !== declaration.ledgerTable) {
    await recordCa(request, entry, ports.ledger(declaration.ledgerTable));
  }
  return { ...certificateAttributes(entry.certificate), ...declaredData(declaration, entry) };
}

async function requestElsewhere(event: LifecycleEvent, request: CertificateRequest, ports: Ports): Promise<CertificateAttributes> {
  const assertFits = (entry: LedgerEntry): void => assertResponseFits(event, entry.identity, elsewhereData(event, entry));
  return elsewhereData(event, await declareSignedElsewhere(request, ports, assertFits));
}

async function remove(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  const physicalResourceId = event.physicalResourceId ?? '';
  const identity = isIdentity(physicalResourceId) ? physicalResourceId : declaredIdentity(event);
  try {
    if (identity !== undefined) {
      await withdrawCertificate({ ...event, identity }, ports);
    }
    return { physicalResourceId };
  } catch (error) {
    throw failureOf(event, physicalResourceId, error);
  }
}

/** The identity behind an invented physical id; none where the declaration was refused, so that nothing was ever made. */
function declaredIdentity(event: LifecycleEvent): string | undefined {
  try {
    return kindOf(event).identity(event);
  } catch {
    return undefined;
  }
}
