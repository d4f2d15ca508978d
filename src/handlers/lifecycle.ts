import { parseDeclaration, RawProperties } from './declaration';
import { identityOf, isIdentity, Requester } from './identity';
import { issueCertificate } from './issue-certificate';
import { certificateAttributes } from '../pki/certificate';
import { LedgerGoneError, Ports } from './ports';
import { assertResponseFits } from './response-size';
import { abandonReservation, withdrawCertificate } from './withdraw-certificate';
import { CertificateAttributes } from '../contract/properties';

/** One step in the life of a certificate resource, as CloudFormation or the local deployment asks for it. */
export interface LifecycleEvent extends Requester {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** The same for every delivery of one request. */
  readonly requestId: string;
  readonly resourceType: string;
  /** Absent on Create. */
  readonly physicalResourceId?: string;
  readonly properties: RawProperties;
}

/** What is answered. */
export interface LifecycleResult {
  readonly physicalResourceId: string;
  /** Absent on Delete. */
  readonly data?: CertificateAttributes;
}

/** A failure, with the physical id to answer: CloudFormation asks to delete it after a failed Create. */
export class LifecycleError extends Error {
  constructor(message: string, public readonly physicalResourceId: string | undefined, cause: unknown) {
    super(message, { cause });
    this.name = 'LifecycleError';
  }
}

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

async function declare(event: LifecycleEvent, ports: Ports): Promise<LifecycleResult> {
  const startedAt = ports.clock();
  let identity: string | undefined;
  try {
    const declaration = parseDeclaration(event.resourceType, event.properties);
    identity = identityOf(declaration, event);
    const request = { ...event, declaration, identity, startedAt, mustExist: event.physicalResourceId === identity };
    try {
      const certificate = await issueCertificate(request, ports, pem => assertResponseFits(event, identity!, largestData(pem)));
      return { physicalResourceId: identity, data: certificateAttributes(certificate) };
    } catch (error) {
      await abandonReservation(request, ports).catch(() => undefined); // the ledger still accounts for it as RESERVED
      throw error;
    }
  } catch (error) {
    throw failure(event, identity, error);
  }
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
    if (error instanceof LedgerGoneError) {
      return { physicalResourceId }; // nothing is recorded any more; a stack must be deletable without its ledger
    }
    throw failure(event, physicalResourceId, error);
  }
}

/** The identity behind an invented physical id; none where the declaration was refused, so that nothing was ever made. */
function declaredIdentity(event: LifecycleEvent): string | undefined {
  try {
    return identityOf(parseDeclaration(event.resourceType, event.properties), event);
  } catch {
    return undefined;
  }
}

function failure(event: LifecycleEvent, physicalResourceId: string | undefined, error: unknown): LifecycleError {
  const message = error instanceof Error ? error.message : String(error);
  return new LifecycleError(`${event.logicalResourceId}: ${message}`, physicalResourceId, error);
}

/** The attributes at their full length; all but the certificate have a fixed one. */
function largestData(certificatePem: string): CertificateAttributes {
  return {
    CertificatePem: certificatePem,
    SerialNumber: '0'.repeat(40),
    NotBefore: '2026-01-31T23:59:59Z',
    NotAfter: '2036-01-31T23:59:59Z',
    Sha256Fingerprint: '0'.repeat(64),
    Sha1Fingerprint: '0'.repeat(40),
    SubjectKeyIdentifier: '0'.repeat(40),
  };
}
