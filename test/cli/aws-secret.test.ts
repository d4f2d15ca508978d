import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { readAwsSecret } from '../../src/cli/aws-secret';

const ARN = 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:CaKey-AbCdEf';

let server: Server;
let requests: { headers: IncomingMessage['headers']; body: string }[];
let answer: { status: number; body: object };

beforeAll(done => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1', () => {
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    done();
  });
});

afterAll(done => {
  delete process.env.AWS_ENDPOINT_URL;
  server.closeAllConnections();
  server.close(done);
});

beforeEach(() => {
  requests = [];
});

describe('a secret of AWS', () => {
  test('is asked for its current value, in its own Region', async () => {
    answer = { status: 200, body: { SecretString: 'the value' } };
    expect(await readAwsSecret(ARN)).toBe('the value');
    expect(requests).toHaveLength(1);
    expect(requests[0].headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(requests[0].headers.authorization).toContain('/eu-west-3/secretsmanager/');
    expect(JSON.parse(requests[0].body)).toEqual({ SecretId: ARN });
  });

  test('that is not given is an error that names it and says why', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no identity-based policy allows it' } };
    await expect(readAwsSecret(ARN)).rejects.toThrow(`${ARN}: AWS Secrets Manager does not give its value: no identity-based policy allows it`);
  });
});

describe('a parameter of AWS', () => {
  const NAME = `/iot/devices/Sensor001/${'0123456789'.repeat(4)}`;

  test.each([
    ['its ARN, in the Region of that', `arn:aws:ssm:eu-west-3:123456789012:parameter${NAME}`, 'eu-west-3'],
    ['its name, in the Region that is configured', NAME, 'eu-central-1'],
  ])('is asked for, decrypted, by %s', async (_, place, region) => {
    answer = { status: 200, body: { Parameter: { Name: NAME, Type: 'SecureString', Value: 'the value' } } };
    expect(await readAwsSecret(place)).toBe('the value');
    expect(requests).toHaveLength(1);
    expect(requests[0].headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
    expect(requests[0].headers.authorization).toContain(`/${region}/ssm/`);
    expect(JSON.parse(requests[0].body)).toEqual({ Name: place, WithDecryption: true });
  });

  test('that is not given is an error that names it and says why', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no identity-based policy allows it' } };
    await expect(readAwsSecret(NAME)).rejects.toThrow(`${NAME}: AWS Systems Manager does not give its value: no identity-based policy allows it`);
  });
});
