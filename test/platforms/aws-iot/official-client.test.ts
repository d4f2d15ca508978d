import https from 'node:https';
import { GetRegistrationCodeCommand, IoTClient } from '@aws-sdk/client-iot';
import { StrictIot } from './strict-iot';
import { IotApi } from '../../../src/platforms/aws-iot/registrar/iot-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';

let iot: StrictIot;
beforeAll(async () => {
  iot = await StrictIot.start();
});
afterAll(() => iot.stop());

test('the AWS SDK\'s client makes the same request for the registration code, and gets the same answer', async () => {
  const { credentials, region, url: endpoint } = iot;
  const ours = await new IotApi(new HttpApi(AbortSignal.timeout(20_000), iot.pem), { endpoint, region, credentials, patience: 0 }).registrationCode();
  const agent = new https.Agent({ ca: iot.pem });
  const client = new IoTClient({ endpoint, region, credentials, requestHandler: { httpsAgent: agent } });
  const { registrationCode } = await client.send(new GetRegistrationCodeCommand({}));
  agent.destroy();
  expect(registrationCode).toBe(ours);
  expect(iot.calls).toEqual([iot.calls[0], iot.calls[0]]);
});
