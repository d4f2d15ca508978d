import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IPrivateIotCa } from './i-private-iot-ca';
import { grantRecord } from './ledger-table';
import { quote } from '../../contract/rules';
import { check } from '../checks/kinds';
import { GRANTEE } from '../checks/object-kinds';
import { arnsOf, grantUseSecret, grantUseSigningKey } from '../keys/private-key';

/** A CA, with the secret that holds the passphrase of its key, if there is one. */
type IssuingCa = IPrivateIotCa & { readonly _passphrase?: ISecret };

/**
 * Lets a principal sign with a CA's key and record what it signs.
 *
 * @returns an unsuccessful grant if the policies of the key and of the ledger can't be changed from here, as for an imported CA
 * @throws Error if the key is in a secret to which the principal can't get access
 */
export function grantIssue(ca: IssuingCa, grantee: IGrantable): Grant {
  check(ca, { grantee: GRANTEE }, { grantee });
  const [sign, ...others] = signingGrants(ca, grantee);
  if (!sign.success && !ca.signingKey) {
    throw new Error(`${ca.node.path}: grantIssue must be given a role or a user of the CA's own account, got ${quote(String(grantee.grantPrincipal))}; the key is in a `
      + 'secret, which no other account can use: declare the CA with KeyStorage.kms(), or sign a CA of that account (addCaCertificate)');
  }
  if (!sign.success) {
    return sign;
  }
  const record = grantRecord(ca.ledger, grantee);
  return record.success ? others.reduce((all, each) => all.combine(each), sign).combine(record) : record;
}

/** Lets a principal sign with a CA's key, but record nothing. */
export function grantSign(ca: IssuingCa, grantee: IGrantable): Grant {
  return signingGrants(ca, grantee).reduce((all, each) => all.combine(each));
}

function signingGrants({ signingKey, privateKeySecret, _passphrase }: IssuingCa, grantee: IGrantable): Grant[] {
  return signingKey ? [grantUseSigningKey(signingKey, grantee)]
    : [privateKeySecret, _passphrase].flatMap(secret => secret ? [grantUseSecret(secret, grantee)] : []);
}

/** Lets a principal read a CA's private key, if the key can be read at all. */
export function grantReadPrivateKey(ca: IPrivateIotCa, grantee: IGrantable): Grant {
  check(ca, { grantee: GRANTEE }, { grantee });
  if (!ca.privateKeySecret) {
    throw new Error(`${ca.node.path}: grantReadPrivateKey is not available for a CA whose key is in KMS, because such a key can't be read; `
      + 'use grantIssue to let a principal sign with it');
  }
  return ca.privateKeySecret.grantRead(grantee);
}

/** The ARNs that the rights to issue cover: the ledger, the key with its passphrase, and the KMS keys that encrypt their secrets. */
export function arnsToIssue({ ledger, signingKey, privateKeySecret, _passphrase }: IssuingCa): string[] {
  return [
    ledger.tableArn,
    ...signingKey ? [signingKey.keyArn] : [],
    ...[privateKeySecret, _passphrase].flatMap(secret => secret ? arnsOf(secret) : []),
  ];
}
