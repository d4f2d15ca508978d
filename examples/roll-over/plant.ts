import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, CrossCertificate, DeviceCertificate, IIotCertificate, KeyAlgorithm, PrivateIotCa, Retirement, TrustBundle } from 'cdk-private-iot-ca';

/** The deployments of a roll-over, in their order. In your app, each is an edit of the same file. */
export const STEPS = ['today', 'successor', 'first-moved', 'too-early', 'all-moved', 'retired', 'removed'] as const;

export type Step = typeof STEPS[number];

const keyAlgorithm = KeyAlgorithm.EC_P256;

/** A CA and three devices, on their way to the next CA. */
export class Plant extends Stack {
  constructor(app: App, step: Step) {
    super(app, 'Plant', { description: 'A CA that is replaced by the next one, with no device cut off' });
    const at = (first: Step): boolean => STEPS.indexOf(step) >= STEPS.indexOf(first);

    const ca = at('removed') ? undefined : new PrivateIotCa(this, 'Ca', {
      subject: { commonName: 'Acme IoT Root CA' },
      keyAlgorithm,
      pathLength: 1, // leaves room for the cross-certificate; it can't be raised later
      retirement: step === 'too-early' || at('retired') ? Retirement.whenUnused() : undefined,
    });
    const next = at('successor') ? new PrivateIotCa(this, 'Ca2036', {
      subject: { commonName: 'Acme IoT Root CA 2036' }, keyAlgorithm, predecessor: ca,
    }) : undefined;
    const cross = ca && next ? new CrossCertificate(this, 'Ca2036ByCa', { ca, subjectCa: next }) : undefined;

    const moved = at('too-early') ? 3 : at('first-moved') ? 1 : 0;
    const certificates: { [name: string]: IIotCertificate } = cross ? { Cross: cross } : {};
    for (const number of [1, 2, 3]) {
      const issuer = (number <= moved ? next : ca)!;
      const device = new DeviceCertificate(this, `Sensor00${number}`, { ca: issuer, subject: { commonName: `sensor-00${number}` }, keyAlgorithm });
      certificates[`Sensor00${number}`] = device;
      if (cross && issuer === next) { // what a device presents while some brokers know only the old root
        new CfnOutput(this, `Sensor00${number}ChainForOldBrokers`, { value: cross.chainFor(device) });
      }
    }
    const cas = { ...ca && { Ca: ca }, ...next && { Ca2036: next } };
    new CertificateOutputs(this, 'Outputs', { cas, certificates });
    new CfnOutput(this, 'TrustedCas', { value: new TrustBundle(Object.values(cas)).pem });
  }
}
