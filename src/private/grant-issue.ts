import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IPrivateIotCa } from '../i-private-iot-ca';
import { grantRecord } from './ledger-table';
import { grantUseKey } from './private-key';

/** Lets a principal sign with a CA's key and record what it signs. */
export function grantIssue(ca: IPrivateIotCa, grantee: IGrantable): Grant {
  return grantUseKey(ca.privateKeySecret, grantee).combine(grantRecord(ca.ledger, grantee));
}
