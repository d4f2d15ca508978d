import { chainData, declaredData, elsewhereData, largestData } from './declaration/answer-data';
import { CertificateRequest, DeclaredRequestFacts } from './declaration/certificate-request';
import { Declaration } from './declaration/declaration';
import { identityOf } from './declaration/identity';
import { parseDeclaration } from './declaration/parse-declaration';
import { adoptExistingCa, existingCaIdentity, parseExistingCa } from './existing-ca';
import { issueCertificate } from './issue-certificate';
import { assertSameLedger, parseKeptCa, takeBackCa } from './kept-ca';
import { LedgerEntry } from './ledger/ledger';
import { recordCa } from './ledger/record-ca';
import { Ports } from './ports';
import { parseProof, proofIdentity, provePossession } from './prove-possession';
import { assertReplaceable } from './replacement-guard';
import { settleRetirement } from './retire-ca';
import { declareSignedElsewhere } from './signed-elsewhere';
import { CertificateAttributes } from '../contract/properties';
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

/**
 * Reads the resource that a request declares.
 *
 * @throws Error that names the first wrong property, its value and what is allowed
 */
export function declared(event: LifecycleEvent): DeclaredResource {
  const reader = Object.hasOwn(READERS, event.resourceType) ? READERS[event.resourceType as ResourceType] : undefined;
  return (reader ?? certificate)(event);
}

/** The identity that a request declares; `undefined` if the declaration was refused, in which case nothing was ever made. */
export function declaredIdentity(event: LifecycleEvent): string | undefined {
  try {
    return declared(event).identity;
  } catch {
    return undefined;
  }
}

type Reader = (event: LifecycleEvent) => DeclaredResource;

export function factsOf({ stackId, logicalResourceId, requestId, physicalResourceId }: LifecycleEvent, identity: string): DeclaredRequestFacts {
  const present = identityIn(physicalResourceId);
  const replacesAnother = present !== undefined && present !== identity;
  return { stackId, logicalResourceId, requestId, identity, mustExist: present === identity, replacesAnother };
}

const existingCa: Reader = event => {
  const declaration = parseExistingCa(event.properties);
  const identity = existingCaIdentity(declaration, event);
  return {
    identity,
    physicalId: identity,
    carryOut: async ports => {
      await assertReplaceable(event, { ...declaration, identity }, ports);
      const entry = await adoptExistingCa({ ...factsOf(event, identity), declaration }, ports);
      const data = { ...certificateAttributes(entry.certificate), ...declaration.certificatePem === undefined ? chainData(entry) : {} };
      assertResponseFits(event, identity, data);
      await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
      return { entry, data: { ...data } };
    },
  };
};

const keptCa: Reader = event => {
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
      const { entry, data } = await takeBackCa(request, ports, answer => assertResponseFits(event, physicalId, answer));
      await settleRetirement(identity, ledgerTable, declaration, event, ports);
      return { entry: { ...entry, keyStorage: undefined }, data: { ...data } };
    },
  };
};

const signature: Reader = event => {
  const declaration = parseProof(event.properties);
  const identity = proofIdentity(declaration, event);
  return {
    identity,
    physicalId: identity,
    carryOut: async ports => {
      const entry = await provePossession({ ...factsOf(event, identity), declaration }, ports);
      return { entry, data: { Signature: entry.signature.toString('base64') } };
    },
  };
};

const certificate: Reader = event => {
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
      const carriedOut = await (declaration.signedElsewhere ? requestElsewhere(event, request, ports) : issueHere(event, request, ports));
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
export function isCa({ resourceType }: Declaration): boolean {
  return resourceType === ResourceType.PRIVATE_IOT_CA;
}

async function issueHere(event: LifecycleEvent, request: CertificateRequest, ports: Ports): Promise<CarriedOut> {
  const { declaration, identity } = request;
  const entry = await issueCertificate(request, ports, (pem, complete) => assertResponseFits(event, identity, largestData(pem, complete)));
  if (declaration.issuerLedgerTable !== declaration.ledgerTable) {
    await recordCa(entry, request, ports.ledger(declaration.ledgerTable));
  }
  return { entry, data: { ...certificateAttributes(entry.certificate), ...declaredData(declaration, entry) } };
}

async function requestElsewhere(event: LifecycleEvent, request: CertificateRequest, ports: Ports): Promise<CarriedOut> {
  const data = (entry: LedgerEntry): CertificateAttributes => elsewhereData(event, entry);
  const entry = await declareSignedElsewhere(request, ports, each => assertResponseFits(event, each.identity, data(each)));
  return { entry, data: { ...data(entry) } };
}
