import { X509Certificate } from 'node:crypto';

type Json = { readonly [name: string]: any };

/** What a template asks to be made. */
export interface Provisioned {
  readonly thingName?: string;
  readonly attributes: { readonly [name: string]: string };
  readonly status: string;
  readonly policyName?: string;
  readonly policyDocument?: string;
}

/** The parameters that AWS IoT fills, and the attributes of a subject as node:crypto names them. DG, "Just-in-time provisioning". */
const PARAMETERS: { readonly [parameter: string]: string } = {
  Country: 'C', Organization: 'O', OrganizationalUnit: 'OU', DistinguishedNameQualifier: 'dnQualifier', StateName: 'ST', CommonName: 'CN', SerialNumber: 'serialNumber',
};

/** CreateThing: the patterns of thingName and attributePayload; DG, "Thing types": three attributes, or 50 with a type. */
export function assertThing(thingName: unknown, attributes: Json, thingTypeName?: unknown): void {
  const names = Object.keys(attributes);
  if (typeof thingName !== 'string' || !/^[a-zA-Z0-9:_-]{1,128}$/.test(thingName) || names.length > (thingTypeName === undefined ? 3 : 50)
    || names.some(name => !/^[a-zA-Z0-9_.,@/:#-]{1,128}$/.test(name))
    || Object.values(attributes).some(value => typeof value !== 'string' || !/^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/.test(value))) {
    throw new Error(`InvalidRequestException: ${JSON.stringify({ thingName, attributes })}`);
  }
}

/** Carries out a provisioning template for a certificate of a device, as AWS IoT does when the device first connects. */
export function provision(templateBody: string, certificate: X509Certificate, certificateId: string): Provisioned {
  const { Parameters = {}, Resources } = JSON.parse(templateBody) as Json;
  const subject = new Map(certificate.subject.split('\n').map(line => line.split(/=(.*)/s) as [string, string]));
  const values: { [name: string]: string | undefined } = { 'AWS::IoT::Certificate::Id': certificateId };
  for (const [parameter, attribute] of Object.entries(PARAMETERS)) {
    values[`AWS::IoT::Certificate::${parameter}`] = subject.get(attribute);
  }
  const valueOf = (name: string): string => {
    if (values[name] === undefined || !(name in Parameters)) {
      throw new Error(`Cannot resolve reference value: {Ref=${name}}`); // as users see it in the log of AWS IoT
    }
    return values[name];
  };
  Object.keys(Parameters).forEach(valueOf); // "every declared parameter must be in the certificate"
  const read = (value: any): any => {
    if (Array.isArray(value)) {
      return value.map(read);
    }
    if (typeof value !== 'object') {
      return value;
    }
    const { Ref, 'Fn::Join': join } = value as Json;
    return Ref !== undefined ? valueOf(Ref) : join ? read(join[1]).join(join[0])
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member)]));
  };
  const propertiesOf = (type: string): Json => read(Object.values<Json>(Resources).find(({ Type }) => Type === type)?.Properties ?? {});
  const { CertificateId, Status } = propertiesOf('AWS::IoT::Certificate');
  if (CertificateId !== certificateId) {
    throw new Error('the template must be for the certificate that the device connects with');
  }
  const { PolicyName, PolicyDocument } = propertiesOf('AWS::IoT::Policy');
  const { ThingName, AttributePayload = {}, ThingTypeName } = propertiesOf('AWS::IoT::Thing');
  if (Object.values<Json>(Resources).some(({ Type }) => Type === 'AWS::IoT::Thing')) {
    assertThing(ThingName, AttributePayload, ThingTypeName);
  }
  return { thingName: ThingName, attributes: AttributePayload, status: Status, policyName: PolicyName, policyDocument: PolicyDocument };
}
