import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { check, pathBelow } from '../../constructs/checks/kinds';
import { acknowledgeWildcard } from '../../constructs/provider/nag';
import { PLATFORM_REVOCATION_KINDS, PlatformRevocation, PlatformRevocationProps } from '../platform-revocation';

/**
 * The CA whose revocations are carried over to AWS IoT Core. The registration of a subordinate CA is changed by the `AwsIotRevocation` of the
 * CA above it, which has signed and revokes it.
 */
export interface AwsIotRevocationProps extends PlatformRevocationProps {
}

/** The rights on each kind of certificate, by the beginning of its ARN's resource. */
const RIGHTS = {
  cert: ['iot:DescribeCertificate', 'iot:UpdateCertificate'],
  cacert: ['iot:DescribeCACertificate', 'iot:UpdateCACertificate'],
};

/**
 * Carries the revocations of a CA over to AWS IoT Core, in the account and the Region of the stack. Within seconds after a revocation, a
 * registered certificate becomes `REVOKED`, and AWS IoT Core disconnects its device within a few minutes. A certificate that is put on hold
 * becomes `INACTIVE`, and `ACTIVE` again when the hold ends, if the hold has set it `INACTIVE`. The registration of a subordinate CA becomes
 * `INACTIVE` and loses its auto-registration; certificates that were registered before stay active until they are revoked themselves.
 *
 * A certificate that is not registered is left alone. It is found by the next check once it is registered. To refuse it when its device
 * connects for the first time, use `AwsIotClientCertificateValidation`.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCACertificate.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const topic: ITopic;
 * const revocation = new AwsIotRevocation(ca.stack, 'Revocation', { ca });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class AwsIotRevocation extends PlatformRevocation {
  constructor(scope: Construct, id: string, props: AwsIotRevocationProps) {
    check(pathBelow(scope, id), PLATFORM_REVOCATION_KINDS, props);
    super(scope, id, props, { platform: 'aws-iot-core', place: 'AWS IoT Core', bundle: 'aws-iot', handler: 'awsIotRevocation' });
    for (const [resource, actions] of Object.entries(RIGHTS)) {
      const arn = Stack.of(this).formatArn({ service: 'iot', resource, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
      this._rights.addStatements(new PolicyStatement({ actions, resources: [arn] }));
      acknowledgeWildcard(this._rights, arn, 'Any certificate that the CA has signed may have to be revoked');
    }
  }
}
