import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Renewal } from './renewal';
import { checkRenewal, checkRenewedTerm, RenewedTerm } from '../../contract/renewal';
import { isKnownToDiffer } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { validate } from '../checks/validation';

/**
 * Checks the renewal of a certificate.
 *
 * @param ca the CA that signs the certificate
 * @returns how many days before its end the certificate is renewed
 */
export function validRenewal(certificate: Construct, ca: IPrivateIotCa, renewal: Renewal, term: RenewedTerm): number {
  const { account } = Stack.of(certificate);
  if (isKnownToDiffer(account, ca.env.account)) {
    throw new Error(`${certificate.node.path}: renewal must be left out for a certificate of a CA in another account, ${ca.env.account}, whose ledger can't be searched `
      + 'from here; declare the certificate in the account of the CA, or raise generation in time');
  }
  const beforeDays = renewal.before.toDays({ integral: false });
  // Against a validity that is known only at deployment, the function checks it by the same rule.
  validate(certificate, [], () => Token.isUnresolved(term.days) ? checkRenewal(beforeDays, undefined) : checkRenewedTerm(beforeDays, term));
  return beforeDays;
}
