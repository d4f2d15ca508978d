import { Stack } from 'aws-cdk-lib';
import { AwsIotCaRegistration, CertificateSubject, JustInTimeProvisioning } from '../../../src';
import { propertiesOf, stackWithCa } from '../../support/stacks';

/** The resource that has the template. */
export const REGISTRATION = 'AWS::IoT::CACertificate';

/** A policy document for AWS IoT. */
export const DOCUMENT = { Version: '2012-10-17', Statement: [{ Action: 'iot:Connect', Effect: 'Allow', Resource: '*' }] };

/** The reference to the id of a device's certificate. */
export const ID = { Ref: 'AWS::IoT::Certificate::Id' };

/** A template that registers a certificate, with these parameters and resources more. */
export function templateWith(parameters: string[] = [], resources: object = {}): { [section: string]: unknown } {
  return {
    Parameters: Object.fromEntries([...parameters, 'AWS::IoT::Certificate::Id'].map(name => [name, { Type: 'String' }])),
    Resources: {
      certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: ID, Status: 'ACTIVE' } },
      ...resources,
    },
  };
}


/** A template with a policy beside the certificate, which has these properties. */
export function withPolicy(Properties: unknown): { [section: string]: unknown } {
  return templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties } });
}

/** A template with a thing beside the certificate, named by the common name unless its properties say otherwise. */
export function withThing(properties: object = {}): { [section: string]: unknown } {
  const Properties = { ThingName: { Ref: 'AWS::IoT::Certificate::CommonName' }, ...properties };
  return templateWith(['AWS::IoT::Certificate::CommonName'], { thing: { Type: 'AWS::IoT::Thing', Properties } });
}

/** A CA that is registered with provisioning, and devices of it. */
export function provisioned(justInTimeProvisioning: JustInTimeProvisioning, ...subjects: CertificateSubject[]): Stack {
  const { stack, ca } = stackWithCa();
  new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning });
  subjects.forEach((subject, index) => ca.addDeviceCertificate(`Device${index}`, { subject }));
  return stack;
}

/** What CloudFormation hands to AWS IoT as the template: a string, or an expression that makes one. */
export function templateBodyOf(stack: Stack): unknown {
  return (propertiesOf(stack, REGISTRATION).RegistrationConfig as { TemplateBody: unknown }).TemplateBody;
}

/** The template that AWS IoT gets, where CloudFormation has nothing to fill in. */
export function sentTemplateOf(stack: Stack): { [section: string]: unknown } {
  return JSON.parse(templateBodyOf(stack) as string);
}
