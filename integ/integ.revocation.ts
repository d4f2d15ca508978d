import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicy, RemovalPolicies, Stack } from 'aws-cdk-lib';
import { AwsIotRevocation, KeyAlgorithm, PrivateIotCa } from 'cdk-private-iot-ca';

// A CA that publishes its revocation lists, answers OCSP requests and carries revocations over to AWS IoT Core, and a device that its function revokes.
const app = new App();
const stack = new Stack(app, 'PrivateIotCaRevocation');
const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA', organization: 'Acme' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
const lists = ca.publishRevocation({ ocsp: true });
ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
new AwsIotRevocation(stack, 'AwsIotRevocation', { ca });
const { functionName } = ca.revokeFunction;
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const { assertions } = new IntegTest(app, 'Revocation', { testCases: [stack] });
assertions.invokeFunction({ functionName, payload: JSON.stringify({ commonNames: ['sensor-001'], reason: 'keyCompromise' }) })
  .expect(ExpectedResult.objectLike({ Payload: Match.objectLike({ changed: 1, failed: 0 }) }))
  // The list is made within seconds of the revocation.
  .next(assertions.httpApiCall(lists.completeListUrl).expect(ExpectedResult.objectLike({ status: 200 })));
