import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import {
  AwsIotThing, AwsIotThingPolicy, DeliveryFormat, KeyStorage, PrivateIotCa, ProofOfPossessionSignature, VerificationCertificate,
} from '../../src';
import { stackWithCa } from '../support/stacks';

type Declare = (ca: PrivateIotCa, id: string) => Construct;

const subject = (id: string) => ({ subject: { commonName: id } });
const KINDS: { readonly [kind: string]: Declare } = {
  'a device': (ca, id) => ca.addDeviceCertificate(id, subject(id)),
  'a device with bundles': (ca, id) => ca.addDeviceCertificate(id, { ...subject(id), deliveryFormats: [DeliveryFormat.pkcs12(), DeliveryFormat.combinedPem()] }),
  'a device whose key is in a parameter': (ca, id) => ca.addDeviceCertificate(id, { ...subject(id), keyStorage: KeyStorage.parameterStore() }),
  'a device whose key is in a parameter of a path': (ca, id) =>
    ca.addDeviceCertificate(id, { ...subject(id), keyStorage: KeyStorage.parameterStore({ path: `/iot/${id}` }) }),
  'a server': (ca, id) => ca.addServerCertificate(id, { ...subject(id), subjectAlternativeNames: { dns: [`${id.toLowerCase()}.acme.example`] } }),
  'a verification certificate': (ca, id) => new VerificationCertificate(ca.stack, id, { ca, registrationCode: '0123456789abcdef' }),
  'a signature': (ca, id) => new ProofOfPossessionSignature(ca.stack, id, { ca, verificationCode: id }),
  'a CA below it': (ca, id) => new PrivateIotCa(ca.stack, id, { ...subject(id), issuer: ca }),
  'another CA with a device': (ca, id) => {
    const scope = new Construct(ca.stack, id);
    new PrivateIotCa(scope, 'Ca', subject(id)).addDeviceCertificate('Device', subject(`${id}-device`));
    return scope;
  },
  'a thing': (ca, id) => {
    const scope = new Construct(ca.stack, id);
    new AwsIotThing(scope, 'Thing', {
      certificate: ca.addDeviceCertificate(`${id}Certificate`, subject(id)), policy: new AwsIotThingPolicy(scope, 'Policy'),
    });
    return scope;
  },
};

describe.each(Object.keys(KINDS))('%s can be told to wait', waiting => {
  test.each(Object.keys(KINDS))('for %s, without a circle in the template', awaited => {
    const { stack, ca } = stackWithCa({ pathLength: 1 });
    const first = KINDS[awaited](ca, 'First');
    KINDS[waiting](ca, 'Second').node.addDependency(first);
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources).length).toBeGreaterThan(5); // which throws at a circle
  });
});
