import { Stack, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { validateSuccession } from './ca-succession';
import { IPrivateIotCa } from './i-private-iot-ca';
import { knownConstraints } from './known-ca';
import { PrivateIotCaBase } from './private-iot-ca-base';
import { PrivateIotCaProps } from './private-iot-ca-props';
import { checkObjectIdentifier, isOwnedExtension } from '../../contract/extensions';
import { checkKeyAlgorithmForKms } from '../../contract/kms';
import { Complaint, quote } from '../../contract/rules';
import { assertBoundAsDeclared } from '../../pki/as-declared';
import { assertCanIssue, CaChain, checkChainIsValid, checkCaNames, checkIssuesDevices, readCaChain } from '../../pki/ca-chain';
import { Certificate } from '../../pki/certificate';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { assertLinted } from '../../pki/lint/lint-errors';
import { IotPlatform } from '../../platforms/iot-platform';
import { checkCaForPlatform } from '../../platforms/platform-checks';
import { validateCustomExtensions } from '../certificates/request-validation';
import { warn } from '../checks/notices';
import { complaintOf, validate, validatePathLength, validateSubject } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';

/** Checks everything about a CA that can be checked at synthesis, except its term and its extensions. */
export function validateCaProps(ca: IPrivateIotCa, props: PrivateIotCaProps): void {
  const { issuer, signedElsewhere = false, signedCertificate, pathLength = 0 } = props;
  const keyAlgorithm = (props.keyAlgorithm ?? KeyAlgorithm.RSA_2048)._render();
  validateSubject(ca, { ...props.subject });
  validatePathLength(ca, pathLength, issuer);
  validate(ca, [], () => checkTogether(props));
  validateSuccession(ca, props);
  ca.platforms.forEach(platform => validate(ca, [], () => checkCaForPlatform(keyAlgorithm, platform._render())));
  if (issuer) {
    validateCustomExtensions(ca, props.customExtensions, issuer.allowedCustomExtensions);
  }
  props.allowedCustomExtensions?.forEach(oid => validate(ca, [oid], () => checkAllowed(oid)));
  if (signedElsewhere && signedCertificate?._text !== undefined) {
    validateChain(ca, 'signedCertificate', signedCertificate._text, chain => {
      assertCanIssue('signedCertificate', chain);
      assertLinted(chain.certificate.der, ca.platforms.map(platform => platform._render()), chain.chain[0]?.der);
      assertSignedAsDeclared(chain.certificate, props);
      sayIfEnded(ca, 'signedCertificate', chain);
      sayLimits(ca, 'signedCertificate', chain);
    });
  }
  assertNumberOfCas(ca);
}

/** The checked properties of a CA that was not made by its declaration. */
type HeldCa = Construct & Pick<PrivateIotCaBase, 'platforms' | 'keyAlgorithm' | 'signingKey' | 'allowedCustomExtensions'>;

/** Checks the declaration of a CA whose key already exists. */
export function validateHeldCa(ca: HeldCa): void {
  const keyAlgorithm = ca.keyAlgorithm?._render();
  if (keyAlgorithm) {
    validate(ca, [], () => ca.signingKey && checkKeyAlgorithmForKms(keyAlgorithm));
  }
  ca.platforms.forEach(platform => validate(ca, [], () => checkKeyOfCa(ca, platform)));
  ca.allowedCustomExtensions.forEach(oid => validate(ca, [oid], () => checkAllowed(oid)));
}

/** Checks the key algorithm of a CA against the rules of a platform, if the algorithm is known at synthesis. */
export function checkKeyOfCa({ keyAlgorithm }: Pick<IPrivateIotCa, 'keyAlgorithm'>, platform: IotPlatform): Complaint {
  return keyAlgorithm && checkCaForPlatform(keyAlgorithm._render(), platform._render(), 'keyAlgorithm of the CA');
}

/** Refuses a certificate whose key or limits differ from the declared ones, because it was not made from the CA's request. */
function assertSignedAsDeclared(certificate: Certificate, props: PrivateIotCaProps): void {
  const { keyAlgorithm = KeyAlgorithm.RSA_2048, pathLength = 0, nameConstraints: declared } = props;
  const found = keyAlgorithmOfPublicKey(certificate.publicKey);
  if (found !== keyAlgorithm._render()) {
    throw new Error(`signedCertificate must certify the key of the certificate signing request, ${keyAlgorithm} according to keyAlgorithm, `
      + `got ${found === undefined ? 'a key of another kind' : quote(found)}; have certificateSigningRequestPem signed, and declare the result`);
  }
  assertBoundAsDeclared(certificate, {
    pathLength: Token.isUnresolved(pathLength) ? undefined : pathLength,
    nameConstraints: knownConstraints(declared),
  });
}

/** Only a warning: an error would block every later deployment once the CA has expired. */
export function sayIfEnded(
  scope: Construct, property: string, chain: CaChain, consequence = 'The CA can no longer issue certificates, and a newly declared certificate must be valid',
): void {
  const ended = checkChainIsValid(property, chain, new Date());
  warn(scope, 'ca-has-ended', ended && `${ended}. ${consequence}`);
}

function checkTogether({ issuer, predecessor, signedElsewhere, signedCertificate, clipToIssuer, keyStorage, ...term }: PrivateIotCaProps): Complaint {
  if (issuer && issuer === predecessor) {
    return 'issuer must not be the predecessor, because the CA would end with it; leave issuer out, and certify the key of the CA with a CrossCertificate';
  }
  if (signedElsewhere && issuer) {
    return 'issuer must be left out for a CA that is signedElsewhere';
  }
  if (signedElsewhere && [term.validity, term.notBefore, term.notAfter].some(value => value !== undefined)) {
    return 'validity, notBefore and notAfter must be left out for a CA that is signedElsewhere, because its issuer determines them';
  }
  if (signedCertificate && !signedElsewhere) {
    return 'signedCertificate must be left out for a CA that is not signedElsewhere';
  }
  if (signedCertificate?._secret) {
    return 'signedCertificate must be given with PemSource.inline(), file() or parameter()';
  }
  if (clipToIssuer !== undefined && !issuer) {
    return 'clipToIssuer must be left out for a CA that has no issuer';
  }
  return keyStorage?._type === 'Parameter' ? 'keyStorage of a CA must be KeyStorage.secretsManager() or KeyStorage.kms()' : undefined;
}

/** Checks a custom extension that a CA allows. */
function checkAllowed(oid: string): Complaint {
  return checkObjectIdentifier('allowedCustomExtensions', oid)
    ?? (isOwnedExtension(oid) ? `allowedCustomExtensions must not name extensions that the CA decides on, got ${quote(oid)}` : undefined);
}

/**
 * Checks certificates that are known at synthesis, as the function will.
 *
 * @param then what else to do with the chain
 */
export function validateChain(scope: Construct, property: string, text: string, then: (chain: CaChain) => void, legacy = false): void {
  validate(scope, [text], () => complaintOf(() => then(readCaChain(property, text, legacy))));
}

/** Warns of a CA that can't issue certificates for devices, or whose certificates some validators refuse. */
export function sayLimits(ca: Construct, property: string, chain: CaChain): void {
  warn(ca, 'extended-key-usage', checkIssuesDevices(property, chain));
  warn(ca, 'ca-names', checkCaNames(property, chain));
}

/** Limits the CAs of a stack for each platform. A stack roughly serves one account there; CAs for other accounts go into other stacks. */
export function assertNumberOfCas(ca: Construct & { readonly platforms: IotPlatform[] }): void {
  for (const platform of ca.platforms.filter(({ maximumCas }) => maximumCas !== undefined)) {
    const others = Stack.of(ca).node.findAll().filter(node => node !== ca && isDeclaredFor(node, platform));
    if (others.length >= platform.maximumCas!) {
      throw new Error(`${ca.node.path}: platforms must name ${platform.platformName} for at most ${platform.maximumCas} CAs, because an account `
        + `can register no more, got ${others.length + 1}; declare CAs for another account in another stack`);
    }
  }
}

/** Whether a node is a CA that is declared here for a platform, whether made or existing. A CA of another stack has no resource. */
function isDeclaredFor(node: IConstruct, platform: IotPlatform): boolean {
  return ((node as Partial<{ platforms: IotPlatform[] }>).platforms?.includes(platform) ?? false) && node.node.tryFindChild('Resource') !== undefined;
}
