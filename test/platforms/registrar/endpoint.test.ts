import { createServer, Server } from 'node:http';
import { emulatedEndpoint, ownEndpoint } from '../../../src/platforms/registrar/endpoint';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { NO_DEADLINE } from '../../support/deadline';
import { close, listen } from '../../support/local-server';

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';

test('AWS_ENDPOINT_URL holds for a service of AWS that has no variable of its own', () => {
  expect(emulatedEndpoint('IOT', { AWS_ENDPOINT_URL: 'http://localhost:4566' })).toBe('http://localhost:4566');
  expect(emulatedEndpoint('IOT', { AWS_ENDPOINT_URL: 'http://localhost:4566', AWS_ENDPOINT_URL_IOT: 'http://localhost:1' })).toBe('http://localhost:1');
  expect(emulatedEndpoint('IOT', { AWS_ENDPOINT_URL: '', AWS_ENDPOINT_URL_IOT: '' })).toBeUndefined();
});

test('AWS IoT is called in the function\'s own Region, and nowhere else', () => {
  const own = 'https://iot.eu-central-1.amazonaws.com';
  expect(ownEndpoint('iot', own, STACK_ID)).toBe(own);
  expect(ownEndpoint('iot', 'https://iot.cn-north-1.amazonaws.com.cn', 'arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/iot/1')).toMatch(/cn$/);
  for (const other of ['https://iot.us-east-1.amazonaws.com', 'https://example.com', 'https://iot.eu-central-1.amazonaws.com.example.com']) {
    expect(() => ownEndpoint('iot', other, STACK_ID)).toThrow(`endpoint must be that of the function's own Region, ${own}, got "${other}"`);
  }
});

test('an emulation is called over HTTP', async () => {
  const server: Server = createServer((_, response) => response.end('{}'));
  const url = `${await listen(server)}/registrationcode`;
  await expect(new HttpApi(NO_DEADLINE).send('a call', () => ({ method: 'GET', url }))).resolves.toMatchObject({ status: 200, text: '{}' });
  await close(server);
});
