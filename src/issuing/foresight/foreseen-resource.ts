import { foreseeCertificate } from './foreseen-certificate';
import { ResourceType } from '../../contract/resource-types';
import { certificateAttributes } from '../../pki/certificate';
import { readCertificationRequest } from '../../pki/certification-request';
import { newSerialNumber } from '../../pki/serial-number';
import { signerOf } from '../../pki/signer';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { assertResponseFits } from '../../resource/response-size';
import { chainData, declaredData, elsewhereData, largestData } from '../declaration/answer-data';
import { CertificateRequest } from '../declaration/certificate-request';
import { Declaration } from '../declaration/declaration';
import { parseDeclaration } from '../declaration/parse-declaration';
import { CarriedOut, declared, DeclaredResource, factsOf, isCa } from '../declared-resource';
import { adoptExistingCa, parseExistingCa } from '../existing-ca';
import { knownCa } from '../issuing-ca';
import { parseKeptCa, takeBackCa } from '../kept-ca';
import { LedgerEntry } from '../ledger/ledger';
import { recordCa } from '../ledger/record-ca';
import { assertWanted } from '../ledger/wanted';
import { Ports } from '../ports';
import { parseProof } from '../prove-possession';
import { assertReplaceable } from '../replacement-guard';
import { assertNotRetired, settleRetirement } from '../retire-ca';
import { declareSignedElsewhere, KeysOfCa } from '../signed-elsewhere';
import { isRetained } from '../withdraw-certificate';

type Foresee = (event: LifecycleEvent, identity: string, physicalId: string, ports: Ports) => Promise<CarriedOut>;

/**
 * Reads what a request declares, like `declared`, but only foresees how it would be carried out: with the same rules, in a ledger that is a
 * copy, and without any key. With `handleLifecycleEvent`, it answers what a deployment would do. Rules that only a key or a secret can tell
 * are not applied: whether the key of a certificate still exists, and whether it is the right one.
 *
 * @throws Error that names the first wrong property, its value and what is allowed, as `declared` does
 */
export function foreseen(event: LifecycleEvent): DeclaredResource {
  const { identity, physicalId } = declared(event);
  const foresee = Object.hasOwn(FORESEE, event.resourceType) ? FORESEE[event.resourceType as ResourceType] : undefined;
  return { identity, physicalId, carryOut: ports => (foresee ?? certificate)(event, identity, physicalId, ports) };
}

const existingCa: Foresee = async (event, identity, physicalId, ports) => {
  const declaration = parseExistingCa(event.properties);
  await assertReplaceable(event, { ...declaration, identity }, ports);
  const entry = await adoptExistingCa({ ...factsOf(event, identity), declaration }, ports, async (_, { publicKey }) => publicKey);
  const data = { ...certificateAttributes(entry.certificate), ...declaration.certificatePem === undefined ? chainData(entry) : {} };
  assertResponseFits(event, physicalId, data);
  await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
  return { entry, data: { ...data } };
};

const keptCa: Foresee = async (event, identity, physicalId, ports) => {
  const declaration = parseKeptCa(event.properties);
  await assertReplaceable(event, { ...declaration, identity }, ports);
  const { entry, data } = await takeBackCa({ ...factsOf(event, identity), declaration }, ports,
    answer => assertResponseFits(event, physicalId, answer), knownCa);
  await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
  return { entry: { ...entry, keyStorage: undefined }, data: { ...data } };
};

const signature: Foresee = async (event, identity, _physicalId, ports) => {
  const { issuer, issuerKeyIdentifier, issuerLedgerTable, verificationCode } = parseProof(event.properties);
  const ledger = ports.ledger(issuerLedgerTable);
  const request = factsOf(event, identity);
  const standing = await ledger.find(identity);
  assertWanted({ ...request, declaration: { issuerLedgerTable } }, standing);
  const { keyAlgorithm, retirement } = (await knownCa(issuer, ledger, issuerKeyIdentifier))!;
  if (!standing || standing.status === 'WITHDRAWN') {
    assertNotRetired(issuer, retirement, 'proof of possession');
  }
  const entry: LedgerEntry = standing ?? {
    identity,
    issuer,
    serialNumber: newSerialNumber(ports.random, identity),
    status: 'RESERVED',
    profile: 'signature',
    subject: verificationCode,
    keyAlgorithm,
    notBefore: '',
    notAfter: '',
    stackId: request.stackId,
    logicalResourceId: request.logicalResourceId,
    reservedAt: ports.clock().toISOString(),
    reservedBy: request.requestId,
  };
  if (!standing) {
    await ledger.reserve(entry, undefined, request);
  }
  if (entry.status !== 'ISSUED') {
    await ledger.advance(entry, 'ISSUED', { issuedBy: request.requestId }, request);
  }
  return { entry, data: { Signature: entry.signature?.toString('base64') ?? `(signature ${entry.serialNumber})` } };
};

const certificate: Foresee = async (event, identity, physicalId, ports) => {
  const declaration = parseDeclaration(event.resourceType, event.properties);
  if (isCa(declaration)) {
    await assertReplaceable(event, { ...declaration, identity }, ports);
  }
  const request: CertificateRequest = { ...factsOf(event, identity), declaration, onKey: () => undefined };
  if (declaration.signedElsewhere) {
    const entry = await declareSignedElsewhere(request, ports, each => assertResponseFits(event, physicalId, elsewhereData(event, each)),
      withoutKeys(request, ports));
    await settle(event, declaration, identity, ports);
    return { entry, data: { ...elsewhereData(event, entry) } };
  }
  const entry = await foreseeCertificate(request, ports, (pem, complete) => assertResponseFits(event, physicalId, largestData(pem, complete)));
  if (declaration.issuerLedgerTable !== declaration.ledgerTable) {
    await recordCa(entry, request, ports.ledger(declaration.ledgerTable));
  }
  await settle(event, declaration, identity, ports);
  // The content of a foreseen certificate has a placeholder for its serial number.
  return { entry, data: { ...certificateAttributes(entry.certificate), ...declaredData(declaration, entry), SerialNumber: entry.serialNumber } };
};

async function settle(event: LifecycleEvent, declaration: Declaration, identity: string, ports: Ports): Promise<void> {
  if (isCa(declaration)) {
    await settleRetirement(identity, declaration.ledgerTable, declaration, event, ports);
  }
}

/** What is known about the key of a CA that is signed elsewhere from the request for its certificate, which a key that is thrown away signs. */
function withoutKeys({ declaration }: CertificateRequest, ports: Ports): KeysOfCa {
  return {
    publicKeyOf: async ({ certificateSigningRequest }) => readCertificationRequest(certificateSigningRequest!).publicKey,
    isHeld: async entry => isRetained(entry),
    obtain: async () => {
      const { publicKey, privateKeyPem } = await ports.generateKeyPair(declaration.keyAlgorithm!);
      return { publicKey, signer: () => signerOf(privateKeyPem) };
    },
  };
}

const FORESEE: { readonly [T in ResourceType]?: Foresee } = {
  [ResourceType.EXISTING_IOT_CA]: existingCa,
  [ResourceType.KEPT_IOT_CA]: keptCa,
  [ResourceType.PROOF_OF_POSSESSION_SIGNATURE]: signature,
};
