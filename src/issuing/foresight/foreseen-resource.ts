import { foreseeCertificate } from './foreseen-certificate';
import { foreseeSignature } from './foreseen-signature';
import { certificateAttributes } from '../../pki/certificate';
import { readCertificationRequest } from '../../pki/certification-request';
import { signerOf } from '../../pki/signer';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { CertificateRequest } from '../declaration/certificate-request';
import { declared, DeclaredResource, Steps } from '../declared-resource';
import { adoptExistingCa } from '../existing-ca';
import { knownCa } from '../issuing-ca';
import { takeBackCa } from '../kept-ca';
import { Ports } from '../ports';
import { declareSignedElsewhere, KeysOfCa } from '../signed-elsewhere';
import { isRetained } from '../withdraw-certificate';

/** The steps of a declaration without any key. */
const FORESEEN_STEPS: Steps = {
  adoptExistingCa: (request, ports) => adoptExistingCa(request, ports, async (_, { publicKey }) => publicKey),
  takeBackCa: (request, ports, assertFits) => takeBackCa(request, ports, assertFits, knownCa),
  provePossession: foreseeSignature,
  declareSignedElsewhere: (request, ports, assertFits) => declareSignedElsewhere(request, ports, assertFits, withoutKeys(request, ports)),
  issueCertificate: foreseeCertificate,
  // The content of a foreseen certificate has a placeholder for its serial number.
  attributesOf: ({ certificate, serialNumber }) => ({ ...certificateAttributes(certificate), SerialNumber: serialNumber }),
};

/**
 * Reads what a request declares, like `declared`, but only foresees how it would be carried out: with the same rules, in a ledger that is a
 * copy, and without any key. With `handleLifecycleEvent`, it answers what a deployment would do. Rules that only a key or a secret can tell
 * are not applied: whether the key of a certificate still exists, and whether it is the right one.
 *
 * @throws Error that names the first wrong property, its value and what is allowed, as `declared` does
 */
export function foreseen(event: LifecycleEvent): DeclaredResource {
  return declared(event, FORESEEN_STEPS);
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
