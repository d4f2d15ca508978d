import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import {
  DescribeCACertificateCommand, DescribeCertificateCommand, GetRegistrationCodeCommand, IoTClient,
  paginateListCACertificates, paginateListCertificates, paginateListCertificatesByCA, RegisterCACertificateCommand,
  RegisterCertificateWithoutCACommand, UpdateCACertificateCommand, UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import { httpsInFrontOf, IotCall, StrictIot } from './strict-iot';
import { awsIotListing } from '../../../src/platforms/aws-iot/inventory/iot-listing';
import { IotApi } from '../../../src/platforms/aws-iot/registrar/iot-api';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { NO_DEADLINE } from '../../support/deadline';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { registeredCa } from '../../support/registered-ca';

let iot: StrictIot;
beforeAll(async () => {
  iot = await StrictIot.start();
});
afterAll(() => iot.stop());

beforeEach(() => iot.reset());

/** This library's client, and that of the AWS SDK. */
function clients(): { ours: IotApi; theirs: IoTClient; agent: https.Agent } {
  const { credentials, region, url: endpoint, pem } = iot;
  const agent = new https.Agent({ ca: pem });
  return {
    ours: new IotApi(new HttpApi(NO_DEADLINE, pem), { endpoint, region, credentials, patience: 0 }),
    theirs: new IoTClient({ endpoint, region, credentials, requestHandler: { httpsAgent: agent } }),
    agent,
  };
}

test('the AWS SDK\'s client makes the same request for the registration code, and gets the same answer', async () => {
  const { ours, theirs, agent } = clients();
  const code = await ours.registrationCode();
  const { registrationCode } = await theirs.send(new GetRegistrationCodeCommand({}));
  agent.destroy();
  expect(registrationCode).toBe(code);
  expect(iot.calls).toEqual([iot.calls[0], iot.calls[0]]);
});

test('the AWS SDK\'s client makes the same requests for the lists of certificates and CAs, page by page, and gets the same answers', async () => {
  const { theirs, agent } = clients();
  const { credentials, region, url: endpoint, pem: trustedCas } = iot;
  const listing = awsIotListing({ credentials, region, endpoint, trustedCas, pace: 0 });
  const certificate = new X509Certificate(iot.pem);
  const caCertificateId = 'ca'.repeat(32);
  iot.state.cas.set(caCertificateId, { certificateId: caCertificateId, certificate, certificateMode: 'DEFAULT', status: 'INACTIVE' });
  for (let index = 0; index < 300; index++) {
    const certificateId = index.toString(16).padStart(64, '0');
    iot.state.certificates.set(certificateId, { certificateId, certificate, certificateMode: 'DEFAULT', status: 'ACTIVE', caCertificateId });
  }
  const ours = await listed(async function* () {
    yield* listing.certificates();
    yield* listing.certificatesOf(caCertificateId);
    yield* listing.cas();
  }());
  const requested = iot.calls;
  iot.calls = [];
  const [client, pageSize] = [theirs, 250];
  expect(await listed(async function* () {
    const pages = [
      paginateListCertificates({ client, pageSize }, {}),
      paginateListCertificatesByCA({ client, pageSize }, { caCertificateId }),
      paginateListCACertificates({ client, pageSize }, {}),
    ];
    for (const each of pages) {
      for await (const { certificates } of each) {
        yield certificates!.map(({ certificateId, status }) => ({ certificateId: certificateId!, status: status! }));
      }
    }
  }())).toEqual(ours);
  agent.destroy();
  expect(ours).toHaveLength(601);
  expect(requested).toHaveLength(5);
  const inOrder = ({ method, path }: IotCall): string => `${method} ${path.split('?')[0]}?${path.split('?')[1].split('&').sort().join('&')}`;
  expect(iot.calls.map(inOrder)).toEqual(requested.map(inOrder));
}, 60_000);

/** All that pages have. */
async function listed(pages: AsyncIterable<readonly { certificateId: string; status: string }[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const page of pages) {
    all.push(...page.map(({ certificateId, status }) => `${certificateId} ${status}`));
  }
  return all;
}

test('the AWS SDK\'s client makes the same requests about certificates and CAs, and gets the same answers', async () => {
  const { ours, theirs, agent } = clients();
  const { pem: caCertificate } = await registeredCa();
  const { certificateId: caId } = iot.state.carryOut('POST', '/cacertificate?setAsActive=true&allowAutoRegistration=true', { caCertificate, certificateMode: 'SNI_ONLY' });
  const certificateId = iot.state.registerCertificate({ certificatePem: caCertificate, certificateMode: 'SNI_ONLY', status: 'ACTIVE' });

  await ours.setCertificateStatus(certificateId, 'INACTIVE');
  const status = await ours.certificateStatus(certificateId);
  await ours.changeCa(caId, { newAutoRegistrationStatus: 'DISABLE', newStatus: 'INACTIVE' });
  const ca = await ours.ca(caId);
  await theirs.send(new UpdateCertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
  const certificate = await theirs.send(new DescribeCertificateCommand({ certificateId }));
  await theirs.send(new UpdateCACertificateCommand({ certificateId: caId, newStatus: 'INACTIVE', newAutoRegistrationStatus: 'DISABLE' }));
  const { certificateDescription } = await theirs.send(new DescribeCACertificateCommand({ certificateId: caId }));
  agent.destroy();

  expect([status, ca]).toEqual(['INACTIVE', { status: 'INACTIVE', autoRegistrationStatus: 'DISABLE' }]);
  expect(certificate.certificateDescription!.status).toBe(status);
  expect(certificateDescription).toMatchObject(ca!);
  expect(iot.calls).toHaveLength(8);
  expect(iot.calls.slice(4)).toEqual(iot.calls.slice(0, 4));
});

test('what AWS IoT does not know is told from a fault', async () => {
  const { ours, agent } = clients();
  agent.destroy();
  const id = '0'.repeat(64);
  expect(await ours.certificateStatus(id)).toBeUndefined();
  expect(await ours.ca(id)).toBeUndefined();
  await ours.setCertificateStatus(id, 'REVOKED');
  await ours.changeCa(id, { newStatus: 'INACTIVE' });
  iot.faults = () => ({ when: 'before', error: 'AccessDeniedException' });
  await expect(ours.certificateStatus(id)).rejects.toThrow('AWS IoT Core refused iot:DescribeCertificate: AccessDeniedException');
});

test('moto takes the calls about certificates and CAs as they are, and knows what they have changed', async () => {
  const moto = await motoUrl();
  const { url: endpoint, pem, stop } = await httpsInFrontOf(moto);
  try {
    const { credentials, region } = iot;
    const { pem: certificate } = await registeredCa();
    const theirs = new IoTClient({ endpoint: moto, region, credentials });
    const { certificateId } = await theirs.send(new RegisterCertificateWithoutCACommand({ certificatePem: certificate, status: 'ACTIVE' }));
    const { certificateId: caId } = await theirs.send(new RegisterCACertificateCommand({
      caCertificate: certificate, certificateMode: 'SNI_ONLY', setAsActive: true, allowAutoRegistration: true,
    }));
    const ours = new IotApi(new HttpApi(NO_DEADLINE, pem), { endpoint, region, credentials, patience: 0 });
    expect(await ours.certificateStatus(certificateId!)).toBe('ACTIVE');
    await ours.setCertificateStatus(certificateId!, 'REVOKED');
    expect(await ours.certificateStatus(certificateId!)).toBe('REVOKED');
    await ours.changeCa(caId!, { newStatus: 'INACTIVE', newAutoRegistrationStatus: 'DISABLE' });
    expect(await ours.ca(caId!)).toMatchObject({ status: 'INACTIVE' });
    expect(await ours.certificateStatus('0'.repeat(64))).toBeUndefined();
  } finally {
    await stop();
  }
}, MOTO_TIMEOUT);
