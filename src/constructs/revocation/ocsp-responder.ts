import { Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AllowedMethods, CachePolicy, Distribution, OriginRequestPolicy, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { creationName } from './creation-name';
import { OcspEnvironment } from '../../contract/revocation-functions';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantReadStatus } from '../ca/ledger-table';
import { emptySecret } from '../keys/empty-secret';
import { grantUseSecret } from '../keys/private-key';
import { libraryFunction } from '../provider/library-function';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/**
 * Everyone can ask, and a request with a nonce is never answered from a cache. The limit protects the functions of the account that share
 * its concurrency; a validator that gets 429 asks again.
 */
const THROTTLE = { rateLimit: 200, burstLimit: 400 };

/** The paths of the distribution that lead to responders. */
const PATHS = 'ocsp/*';

/**
 * An OCSP responder of a CA (RFC 6960), which answers through a distribution. Its function has a key of its own, to which the CA has
 * delegated, and no access to the key of the CA. Not exported.
 */
export class OcspResponder extends Construct {
  /** The path of the responder's URL. */
  public readonly path: string;
  /** The secret with the responder's key and its certificate, which the function that publishes renews. */
  public readonly secret: Secret;

  constructor(scope: Construct, id: string, ca: IPrivateIotCa, distribution: Distribution) {
    super(scope, id);
    this.path = `/ocsp/${ca.caId}`;
    this.secret = emptySecret(this, 'Responder', { description: `OCSP responder of the CA ${ca.node.path}`, removalPolicy: RemovalPolicy.DESTROY });
    const environment: OcspEnvironment = {
      CA_ID: ca.caId, LEDGER_TABLE: ca.ledger.tableName, OCSP_RESPONDER_SECRET: this.secret.secretArn, OCSP_PATH: this.path,
    };
    const made = libraryFunction(this, {
      description: 'Answers OCSP requests about the certificates of a CA',
      bundle: 'revocation',
      handler: 'ocsp',
      memorySize: 512,
      timeout: Duration.seconds(15),
      environment: { ...environment },
    });
    const rights = rolePolicy(this, 'Rights', made.role);
    grantReadStatus(ca.ledger, rights);
    grantUseSecret(this.secret, rights);
    const api = new HttpApi(this, 'Api', {
      description: 'OCSP responder of a CA for IoT devices',
      defaultIntegration: new HttpLambdaIntegration('Answer', made.function),
      createDefaultStage: false,
    });
    const stage = new HttpStage(this, 'Stage', { httpApi: api, stageName: '$default', autoDeploy: true, throttle: THROTTLE });
    acknowledge(api, 'AwsSolutions-APIG4', 'An OCSP responder answers everyone');
    acknowledge(stage, 'AwsSolutions-APIG1', 'Which validators ask is of no interest to the CA; the function logs what goes wrong');
    distribution.addBehavior(PATHS, new HttpOrigin(Fn.select(2, Fn.split('/', api.apiEndpoint))), {
      viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
      allowedMethods: AllowedMethods.ALLOW_ALL, // CloudFront knows POST only together with all others
      cachePolicy: new CachePolicy(this, 'Cache', {
        cachePolicyName: creationName(this, 'ocsp'),
        comment: 'What the headers of OCSP responses allow',
        minTtl: Duration.seconds(0),
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.days(1),
      }),
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    });
  }
}
