import { ocspAnswers } from './answer-ocsp';
import { responderIn, ResponderSecret } from './ocsp-responder';
import { log } from '../../lambda/log';
import { parseCertificate } from '../../pki/certificate';
import { OcspResponder } from '../../pki/ocsp/issue-ocsp-response';
import { issuableCa } from '../issuing-ca';
import { Ports } from '../ports';

/** What the function that answers reads. It has no access to the key of the CA. */
export interface AnsweringPorts extends Pick<Ports, 'ledger' | 'revocations'> {
  readonly responder: ResponderSecret;
}

/**
 * How long an answer is valid, in milliseconds. Caches keep it for nine tenths of that, so this is how long a revocation can take to reach a
 * validator.
 */
const ANSWER_LIFE = 3_600_000;

/** How long a process keeps the responder before it looks whether it was renewed, in milliseconds. */
const RESPONDER_KEPT = 300_000;

/**
 * Makes a function that answers OCSP requests about the certificates of a CA in a ledger.
 *
 * @param ports makes the ports of one answer
 */
export async function answersOf(caId: string, table: string, ports: () => AnsweringPorts): Promise<ReturnType<typeof ocspAnswers>> {
  const certificate = parseCertificate(issuableCa(caId, await ports().ledger(table).find(caId)).certificate!);
  let kept: { readonly until: number; readonly responder: OcspResponder | undefined } | undefined;
  return ocspAnswers({ identity: caId, subject: certificate.subject, publicKey: certificate.publicKey }, ANSWER_LIFE, {
    revocations: {
      certificate: (issuer, serialNumber) => ports().revocations(table).certificate(issuer, serialNumber),
      find: (issuer, serialNumber) => ports().revocations(table).find(issuer, serialNumber),
    },
    responder: async () => {
      if (!kept?.responder || kept.until < Date.now()) {
        kept = { until: Date.now() + RESPONDER_KEPT, responder: responderIn(await ports().responder.read()) };
      }
      return kept.responder;
    },
    clock: () => new Date(),
    report: error => log('ERROR', { message: 'not answered', errorName: (error as Error).name, errorMessage: (error as Error).message }),
  });
}
