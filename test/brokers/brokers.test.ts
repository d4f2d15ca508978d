import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyAlgorithm } from '../../src';
import { BrokerCertificates, brokerCertificates } from '../support/broker-certificates';
import { findMosquitto, StartedBroker, startEmbeddedBroker, startMosquitto } from '../support/broker-programs';
import { Broker, connectDevice } from '../support/mqtt';
import { whereInstalled } from '../support/second-opinions';

const mosquitto = findMosquitto();
whereInstalled(mosquitto !== undefined, 'Mosquitto', 'mosquitto');

/**
 * The alert by which a server ends TLS (RFC 8446, section 6.2), as Node.js names it. Node.js as a server tells why only where
 * there is no certificate, and ends the connection without a word otherwise.
 */
const ALERTS: { readonly [who: string]: RegExp } = {
  'no certificate at all': /^ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED$/,
  'the CA itself': /^ERR_SSL_SSL(V3|\/TLS)_ALERT_UNSUPPORTED_CERTIFICATE$/,
  'a server': /^ERR_SSL_SSL(V3|\/TLS)_ALERT_UNSUPPORTED_CERTIFICATE$/,
  'an expired device': /^ERR_SSL_SSL(V3|\/TLS)_ALERT_CERTIFICATE_EXPIRED$/,
  'a device of another CA with the same name': /^ERR_SSL_TLSV1_ALERT_UNKNOWN_CA$/,
};

interface BrokerCase {
  readonly name: string;
  readonly start: (folder: string) => Promise<StartedBroker>;
  /** The lines of its log on the ports that it opens. */
  readonly opened: RegExp;
  /** The line of its log on a device that was let in. */
  readonly connected: RegExp;
  readonly userName: (name: string) => string;
  readonly saysWhy: boolean;
}

const BROKERS: readonly BrokerCase[] = [
  ...mosquitto ? [{
    name: 'Mosquitto',
    start: startMosquitto,
    opened: /listen socket on port (\d+)/g,
    connected: /New client connected .* as device-under-test .*/,
    userName: (name: string) => `u'${name}'`,
    saysWhy: true,
  }] : [],
  {
    name: 'an embedded broker',
    start: startEmbeddedBroker,
    opened: /listens on (\d+)/g,
    connected: /connected: device-under-test .*/,
    userName: name => `as ${name}`,
    saysWhy: false,
  },
];

describe.each([KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256])('with keys by %s', keyAlgorithm => {
  let certificates: BrokerCertificates;
  beforeAll(async () => {
    certificates = await brokerCertificates(keyAlgorithm, 'mosquitto');
  });

  describe.each(BROKERS)('$name', ({ start, opened, connected, userName, saysWhy }) => {
    let started: StartedBroker;
    let broker: Broker;
    beforeAll(async () => {
      started = await start(join(certificates.folder, 'mosquitto'));
      broker = { port: started.port, ca: readFileSync(join(certificates.folder, 'ca.pem'), 'utf8') };
    });
    afterAll(() => started?.program.stop());

    test('listens on the port for devices with certificates, and on no other', () => {
      expect([...started.program.log.matchAll(opened)].map(([, port]) => Number(port))).toEqual([started.port]);
    });

    test('lets the device in, and knows it by the common name of its certificate', async () => {
      expect(await connectDevice(broker, certificates.device)).toEqual({ returnCode: 0 });
      expect((await started.program.says(connected))[0]).toContain(userName('sensor-001'));
    });

    test('does not believe another name from the device', async () => {
      const from = started.program.log.length;
      expect(await connectDevice(broker, certificates.device, { userName: 'sensor-002' })).toEqual({ returnCode: 0 });
      expect((await started.program.says(connected, from))[0]).toContain(userName('sensor-001'));
    });

    test('passes on the messages of the device, with the client that applications use', () => {
      const { stdout, stderr } = spawnSync(process.execPath,
        [join(__dirname, '..', 'support', 'mqtt-device.mjs'), String(broker.port), certificates.folder, 'devices/sensor-001/hello'], { encoding: 'utf8', timeout: 60_000 });
      expect([stdout, stderr]).toEqual(['received: hello from devices/sensor-001/hello\n', '']);
    });

    test.each(Object.keys(ALERTS))('refuses %s', async who => {
      const from = started.program.log.length;
      const { returnCode, error } = await connectDevice(broker, certificates.refused[who]);
      expect([returnCode, error]).toEqual([undefined, expect.stringMatching(saysWhy ? ALERTS[who] : /^CLOSED$|_CERTIFICATE_REQUIRED$/)]);
      expect(started.program.log.slice(from)).not.toMatch(connected);
    });

    test('refuses them over TLS 1.2 too, where the server ends the handshake', async () => {
      for (const [who, device] of Object.entries(certificates.refused)) {
        const { returnCode, error } = await connectDevice(broker, device, { maxVersion: 'TLSv1.2' });
        expect([who, returnCode, error]).toEqual([who, undefined, expect.stringMatching(saysWhy ? /^ERR_SSL_/ : /^ERR_SSL_|^CLOSED$|^ECONNRESET$/)]);
      }
      expect(await connectDevice(broker, certificates.device, { maxVersion: 'TLSv1.2' })).toEqual({ returnCode: 0 });
    });

    test('is not believed by a device that looks for another broker, or knows another CA', async () => {
      expect(await connectDevice(broker, certificates.device, { servername: 'broker.other.example' })).toEqual({ error: 'ERR_TLS_CERT_ALTNAME_INVALID' });
      const other = certificates.refused['a device of another CA with the same name'].certificate;
      expect(await connectDevice(broker, certificates.device, { ca: other })).toEqual({ error: expect.stringMatching(/^(UNABLE_TO_|SELF_SIGNED|DEPTH_)/) });
    });
  });
});
