import { IoTClient, RegisterCertificateWithoutCACommand } from '@aws-sdk/client-iot';
import { LocalLedger } from './reconciled';
import { cli, cliOk } from '../../support/cli-run';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const ledger = new LocalLedger();

beforeAll(async () => {
  process.env.AWS_ENDPOINT_URL_IOT = await motoUrl();
  await ledger.deploy('sensor-001', 'sensor-002');
}, MOTO_TIMEOUT);

afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL_IOT;
});

// moto has no ListCACertificates, which is not asked for where a single CA is compared, and takes SHA-256 of the PEM for the ID of a certificate.
const ONE_CA = ['--ca', 'Iot/Ca'];

test('a difference is the exit code 1, with the table on standard output and nothing on standard error', async () => {
  const { code, stdout, stderr } = await cli('reconcile', '--platform', 'aws-iot-core', '--local', ledger.out, ...ONE_CA);
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/\n\n2 certificates compared with AWS IoT Core in eu-central-1: 2 differences \(2 not registered\)\n$/);
});

test('no difference is the exit code 0, also in an account in which others have registered certificates', async () => {
  const client = new IoTClient({ endpoint: process.env.AWS_ENDPOINT_URL_IOT });
  await client.send(new RegisterCertificateWithoutCACommand({ certificatePem: ledger.device(0).toString(), status: 'ACTIVE' }));
  expect(await cliOk('reconcile', '--platform', 'aws-iot-core', '--local', ledger.out, ...ONE_CA, '--ignore', 'not-registered'))
    .toBe('2 certificates compared with AWS IoT Core in eu-central-1: no differences\n');
});
