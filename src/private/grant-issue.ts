import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IPrivateIotCa } from '../i-private-iot-ca';
import { grantRecord } from './ledger-table';
import { grantUseSecret, grantUseSigningKey } from './private-key';

/** Lets a principal sign with a CA's key and record what it signs. */
export function grantIssue(ca: IPrivateIotCa, grantee: IGrantable): Grant {
  const record = grantRecord(ca.ledger, grantee);
  return (ca.signingKey ? grantUseSigningKey(ca.signingKey, grantee) : grantUseSecret(ca.privateKeySecret!, grantee)).combine(record);
}

/** Lets a principal read a CA's private key, where that can be read at all. */
export function grantReadPrivateKey(ca: IPrivateIotCa, grantee: IGrantable): Grant {
  if (!ca.privateKeySecret) {
    throw new Error(`${ca.node.path}: grantReadPrivateKey must not be asked of a CA whose key is in KMS, which nobody can read; `
      + 'grantIssue lets a principal sign with it');
  }
  return ca.privateKeySecret.grantRead(grantee);
}
