import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Renewal } from './renewal';
import { checkRenewal, checkRenewedTerm, RenewalProperties, RenewedTerm } from '../../contract/renewal';
import { checkGeneration } from '../../contract/rules';
import { isKnownToDiffer } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { validate } from '../checks/validation';

/**
 * Checks the renewal of a certificate.
 *
 * @param ca the CA that signs the certificate
 * @param keepKey whether the renewed certificate has the same key
 * @returns what the resource of the certificate declares
 */
export function validRenewal(certificate: Construct, ca: IPrivateIotCa, renewal: Renewal, term: RenewedTerm, keepKey: boolean): RenewalProperties {
  const { account } = Stack.of(certificate);
  if (isKnownToDiffer(account, ca.env.account)) {
    throw new Error(`${certificate.node.path}: renewal must be left out for a certificate of a CA in another account, ${ca.env.account}, whose ledger can't be searched `
      + 'from here; declare the certificate in the account of the CA, or raise generation in time');
  }
  const beforeDays = renewal.before.toDays({ integral: false });
  // Against a validity that is known only at deployment, the function checks it by the same rule.
  validate(certificate, [], () => Token.isUnresolved(term.days) ? checkRenewal(beforeDays, undefined) : checkRenewedTerm(beforeDays, term));
  validate(certificate, [renewal.refresh], () => renewal.refresh === undefined ? undefined : checkGeneration(renewal.refresh, 'refresh'));
  return { BeforeDays: beforeDays, KeepKey: keepKey, Refresh: renewal.refresh };
}
