import { chainData, declaredData, elsewhereData, largestData } from './declaration/answer-data';
import { CertificateRequest, DeclaredRequestFacts } from './declaration/certificate-request';
import { Declaration } from './declaration/declaration';
import { identityOf } from './declaration/identity';
import { parseDeclaration } from './declaration/parse-declaration';
import { adoptExistingCa, existingCaIdentity, ExistingCaRequest, parseExistingCa } from './existing-ca';
import { issueCertificate } from './issue-certificate';
import { assertSameLedger, KeptCaRequest, parseKeptCa, takeBackCa } from './kept-ca';
import { IssuedEntry } from './ledger/genuine-entry';
import { LedgerEntry } from './ledger/ledger';
import { recordCa } from './ledger/record-ca';
import { Ports } from './ports';
import { parseProof, proofIdentity, provePossession } from './prove-possession';
import { assertReplaceable } from './replacement-guard';
import { settleRetirement } from './retire-ca';
import { declareSignedElsewhere } from './signed-elsewhere';
import { CertificateAttributes, KeptCaAttributes } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import { certificateAttributes } from '../pki/certificate';
import { Attributes, LifecycleEvent } from '../resource/lifecycle-event';
import { identityIn, keptCaPhysicalId } from '../resource/physical-id';
import { assertResponseFits } from '../resource/response-size';

/** The state to which a request has brought a resource. */
export interface CarriedOut {
  readonly entry: LedgerEntry;
  readonly data: Attributes;
}

/** A resource as a request declares it. */
export interface DeclaredResource {
  readonly identity: string;
  /** The identity; for a kept CA, the identity and its ledger. */
  readonly physicalId: string;
  /**
   * Brings the resource to its declared state.
   *
   * @param onKey called with an entry before the first version of its key is written
   */
  readonly carryOut: (ports: Ports, onKey: (entry: LedgerEntry) => void) => Promise<CarriedOut>;
}

/** The steps that need a key. Each brings the ledger to what the request declares. */
export interface Steps {
  readonly adoptExistingCa: (request: ExistingCaRequest, ports: Ports) => ReturnType<typeof adoptExistingCa>;
  readonly takeBackCa: (request: KeptCaRequest, ports: Ports, assertFits: (data: KeptCaAttributes) => void) => ReturnType<typeof takeBackCa>;
  readonly provePossession: typeof provePossession;
  readonly declareSignedElsewhere: (request: CertificateRequest, ports: Ports, assertFits: (entry: LedgerEntry) => void) => Promise<LedgerEntry>;
  readonly issueCertificate: typeof issueCertificate;
  /** The attributes of the certificate of an entry. */
  readonly attributesOf: (entry: IssuedEntry) => CertificateAttributes;
}

const STEPS: Steps = {
  adoptExistingCa,
  takeBackCa,
  provePossession,
  declareSignedElsewhere,
  issueCertificate,
  attributesOf: ({ certificate: der }) => certificateAttributes(der),
};

/**
 * Reads the resource that a request declares.
 *
 * @param steps the steps with which it is carried out
 * @throws Error that names the first wrong property, its value and what is allowed
 */
export function declared(event: LifecycleEvent, steps = STEPS): DeclaredResource {
  const reader = Object.hasOwn(READERS, event.resourceType) ? READERS[event.resourceType as ResourceType] : undefined;
  return (reader ?? certificate)(event, steps);
}

/** The identity that a request declares; `undefined` if the declaration was refused, in which case nothing was ever made. */
export function declaredIdentity(event: LifecycleEvent): string | undefined {
  try {
    return declared(event).identity;
  } catch {
    return undefined;
  }
}

type Reader = (event: LifecycleEvent, steps: Steps) => DeclaredResource;

function factsOf({ stackId, logicalResourceId, requestId, physicalResourceId }: LifecycleEvent, identity: string): DeclaredRequestFacts {
  const present = identityIn(physicalResourceId);
  const replacesAnother = present !== undefined && present !== identity;
  return { stackId, logicalResourceId, requestId, identity, mustExist: present === identity, replacesAnother };
}

const existingCa: Reader = (event, steps) => {
  const declaration = parseExistingCa(event.properties);
  const identity = existingCaIdentity(declaration, event);
  return {
    identity,
    physicalId: identity,
    carryOut: async ports => {
      await assertReplaceable(event, { ...declaration, identity }, ports);
      const entry = await steps.adoptExistingCa({ ...factsOf(event, identity), declaration }, ports);
      const data = { ...certificateAttributes(entry.certificate), ...declaration.certificatePem === undefined ? chainData(entry) : {} };
      assertResponseFits(event, identity, data);
      await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
      return { entry, data: { ...data } };
    },
  };
};

const keptCa: Reader = (event, steps) => {
  const declaration = parseKeptCa(event.properties);
  const { caId: identity, ledgerTable } = declaration;
  const physicalId = keptCaPhysicalId(identity, ledgerTable);
  assertSameLedger(event, declaration);
  return {
    identity,
    physicalId,
    carryOut: async ports => {
      await assertReplaceable(event, { ...declaration, identity }, ports);
      const request = { ...factsOf(event, identity), declaration };
      const { entry, data } = await steps.takeBackCa(request, ports, answer => assertResponseFits(event, physicalId, answer));
      await settleRetirement(identity, ledgerTable, declaration, event, ports);
      return { entry: { ...entry, keyStorage: undefined }, data: { ...data } };
    },
  };
};

const signature: Reader = (event, steps) => {
  const declaration = parseProof(event.properties);
  const identity = proofIdentity(declaration, event);
  return {
    identity,
    physicalId: identity,
    carryOut: async ports => {
      const entry = await steps.provePossession({ ...factsOf(event, identity), declaration }, ports);
      return { entry, data: { Signature: entry.signature.toString('base64') } };
    },
  };
};

const certificate: Reader = (event, steps) => {
  const declaration = parseDeclaration(event.resourceType, event.properties);
  const identity = identityOf(declaration, event);
  return {
    identity,
    physicalId: identity,
    carryOut: async (ports, onKey) => {
      if (isCa(declaration)) {
        await assertReplaceable(event, { ...declaration, identity }, ports);
      }
      const request = { ...factsOf(event, identity), declaration, onKey };
      const carryOut = declaration.signedElsewhere ? requestElsewhere : issueHere;
      const carriedOut = await carryOut(event, request, steps, ports);
      if (isCa(declaration)) {
        await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
      }
      return carriedOut;
    },
  };
};

const READERS: { readonly [T in ResourceType]?: Reader } = {
  [ResourceType.EXISTING_IOT_CA]: existingCa,
  [ResourceType.KEPT_IOT_CA]: keptCa,
  [ResourceType.PROOF_OF_POSSESSION_SIGNATURE]: signature,
};

/** Whether this is a CA that issues with its own ledger, unlike a CA whose key is elsewhere. */
function isCa({ resourceType }: Declaration): boolean {
  return resourceType === ResourceType.PRIVATE_IOT_CA;
}

async function issueHere(event: LifecycleEvent, request: CertificateRequest, steps: Steps, ports: Ports): Promise<CarriedOut> {
  const { declaration, identity } = request;
  const entry = await steps.issueCertificate(request, ports, (pem, complete) => assertResponseFits(event, identity, largestData(pem, complete)));
  if (declaration.issuerLedgerTable !== declaration.ledgerTable) {
    await recordCa({ ...entry, issuerLedgerTable: declaration.issuerLedgerTable }, request, ports.ledger(declaration.ledgerTable));
  }
  return { entry, data: { ...steps.attributesOf(entry), ...declaredData(declaration, entry) } };
}

async function requestElsewhere(event: LifecycleEvent, request: CertificateRequest, steps: Steps, ports: Ports): Promise<CarriedOut> {
  const data = (entry: LedgerEntry): CertificateAttributes => elsewhereData(event, entry);
  const entry = await steps.declareSignedElsewhere(request, ports, each => assertResponseFits(event, each.identity, data(each)));
  return { entry, data: { ...data(entry) } };
}
