import { createServer, IncomingMessage, Server } from 'node:http';
import { AwsSecrets } from '../../src/cli/aws-secret';
import { close, listen } from '../support/local-server';

const ARN = 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:DeviceKey-AbCdEf';
const VERSION = '4C3F'.repeat(10);

let server: Server;
let requests: { headers: IncomingMessage['headers']; body: string }[];
let answer: { status: number; body: object };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body));
    });
  });
  process.env.AWS_ENDPOINT_URL = await listen(server);
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await close(server);
});

beforeEach(() => {
  requests = [];
});

test('a parameter that is named without a Region is refused with the way out', async () => {
  const { AWS_REGION } = process.env;
  delete process.env.AWS_REGION;
  await expect(new AwsSecrets().readParameter('/iot/key')).rejects.toThrow('AWS Systems Manager did not return the value of the parameter: '
    + 'no Region is configured in which to look for /iot/key; give its ARN, or set AWS_REGION');
  process.env.AWS_REGION = AWS_REGION;
});

describe('a secret of AWS', () => {
  test('is asked for its versions without its value, in its own Region', async () => {
    answer = { status: 200, body: { ARN, VersionIdsToStages: { [VERSION]: ['AWSCURRENT', `certificate-${VERSION}`], OLD: ['AWSPREVIOUS'] } } };
    expect(await new AwsSecrets().versionsOf(ARN)).toEqual({ ids: [VERSION, 'OLD'], current: VERSION });
    expect(requests).toHaveLength(1);
    expect(requests[0].headers['x-amz-target']).toBe('secretsmanager.DescribeSecret');
    expect(requests[0].headers.authorization).toContain('/eu-west-3/secretsmanager/');
    expect(JSON.parse(requests[0].body)).toEqual({ SecretId: ARN });
  });

  test('without a value has no versions', async () => {
    answer = { status: 200, body: { ARN } };
    expect(await new AwsSecrets().versionsOf(ARN)).toEqual({ ids: [], current: undefined });
  });

  test('is asked for the value of one version, in its own Region', async () => {
    answer = { status: 200, body: { SecretString: 'the value' } };
    expect(await new AwsSecrets().readSecret(ARN, VERSION)).toBe('the value');
    expect(requests).toHaveLength(1);
    expect(requests[0].headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(requests[0].headers.authorization).toContain('/eu-west-3/secretsmanager/');
    expect(JSON.parse(requests[0].body)).toEqual({ SecretId: ARN, VersionId: VERSION });
  });

  test('that is not given is an error with the reason', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no identity-based policy allows it' } };
    await expect(new AwsSecrets().readSecret(ARN, VERSION)).rejects.toThrow('AWS Secrets Manager did not return the value of the secret: no identity-based policy allows it');
    await expect(new AwsSecrets().versionsOf(ARN))
      .rejects.toThrow('AWS Secrets Manager did not return the versions of the secret: no identity-based policy allows it');
  });
});

describe('a parameter of AWS', () => {
  const NAME = `/iot/devices/Sensor001/${'0123456789'.repeat(4)}`;

  test.each([
    ['its ARN, in the Region of that', `arn:aws:ssm:eu-west-3:123456789012:parameter${NAME}`, 'eu-west-3'],
    ['its name, in the Region that is configured', NAME, 'eu-central-1'],
  ])('is asked for, decrypted, by %s', async (_, place, region) => {
    answer = { status: 200, body: { Parameter: { Name: NAME, Type: 'SecureString', Value: 'the value' } } };
    expect(await new AwsSecrets().readParameter(place)).toBe('the value');
    expect(requests).toHaveLength(1);
    expect(requests[0].headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
    expect(requests[0].headers.authorization).toContain(`/${region}/ssm/`);
    expect(JSON.parse(requests[0].body)).toEqual({ Name: place, WithDecryption: true });
  });

  test('that is not given is an error with the reason', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no identity-based policy allows it' } };
    await expect(new AwsSecrets().readParameter(NAME)).rejects.toThrow('AWS Systems Manager did not return the value of the parameter: no identity-based policy allows it');
  });
});
