import { RegistrationType } from '../../src/contract/registrations';
import { CloudFormationEvent } from '../../src/handlers/cloudformation/event';
import { reasonOf } from '../../src/handlers/cloudformation/reason';
import { AzureCaUpload } from '../../src/registrars/azure/ca-upload';
import { AzureCaVerification } from '../../src/registrars/azure/ca-verification';
import { carryOut } from '../../src/registrars/registrar';
import { STACK_ID } from '../support/events';
import { PlatformAnswer } from '../support/https-platform';
import { MemoryRecords } from '../support/memory-records';
import { RegisteredCa, registeredCa } from '../support/registered-ca';
import { CLIENT, CLIENT_SECRET, RESOURCE_GROUP, StrictAzure, SUBSCRIPTION, TENANT } from '../support/strict-azure';

const UPLOAD = RegistrationType.AZURE_CA_UPLOAD;
const VERIFICATION = RegistrationType.AZURE_CA_VERIFICATION;
const DPS = 'provisioningServices/dps-1';
const HUB = 'IotHubs/hub-1';
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
const TOKEN_CALL = 'POST v2.0/token';

type Properties = Record<string, unknown>;

const azure = new StrictAzure();
let secret: Record<string, string>;
let records: MemoryRecords;
let ca: RegisteredCa;
let other: RegisteredCa;

beforeAll(async () => {
  await azure.start();
  [ca, other] = await Promise.all([registeredCa(), registeredCa()]);
});
beforeEach(() => {
  azure.forget();
  azure.held.forEach(certificates => certificates.clear());
  azure.inUse.clear();
  azure.entraError = undefined;
  azure.roleMissing = false;
  azure.transitioning = false;
  records = new MemoryRecords();
  secret = { tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET };
});
afterAll(() => azure.stop());

function properties(changes: Properties = {}): Properties {
  return {
    Cloud: 'public',
    Service: 'azure-dps',
    SubscriptionId: SUBSCRIPTION,
    ResourceGroup: RESOURCE_GROUP,
    ServiceName: 'dps-1',
    CredentialsSecretArn: SECRET,
    LedgerTable: 'ledger',
    CertificateName: 'acme',
    CertificatePem: ca.pem,
    ...changes,
  };
}

interface Asked {
  readonly physicalResourceId?: string;
  readonly logicalResourceId?: string;
  readonly milliseconds?: number;
}

function ask(requestType: 'Create' | 'Update' | 'Delete', resourceType: string, given: Properties, asked: Asked = {}) {
  const { physicalResourceId, logicalResourceId = 'Azure', milliseconds = 20_000 } = asked;
  const endpoints = { login: azure.url, management: azure.url };
  const reach = { endpoints, trustedCas: azure.trustedCas, readSecret: async () => JSON.stringify(secret), openRecords: () => records };
  return carryOut({ [UPLOAD]: new AzureCaUpload(reach), [VERIFICATION]: new AzureCaVerification(reach) }, {
    requestType, resourceType, properties: given, physicalResourceId, stackId: STACK_ID, logicalResourceId, requestId: 'r1', signal: AbortSignal.timeout(milliseconds),
  });
}

const upload = (changes?: Properties, physicalResourceId?: string) =>
  ask(physicalResourceId ? 'Update' : 'Create', UPLOAD, properties(changes), { physicalResourceId });
const remove = (physicalResourceId: string, changes?: Properties) => ask('Delete', UPLOAD, properties(changes), { physicalResourceId });

/** What the template hands on: the code to the CA, and the certificate that it issues. */
async function verify({ data }: { readonly data?: { readonly [name: string]: string } }, changes: Properties = {}, by = ca) {
  const { CertificateName, Thumbprint, VerificationCode } = data!;
  return ask('Create', VERIFICATION, properties({ CertificateName, Thumbprint, VerificationCertificatePem: await by.prove(VerificationCode), ...changes }));
}

const nameOf = (of: RegisteredCa) => `acme-${of.certificate.fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase()}`;

describe('a CA is registered', () => {
  test.each([['azure-dps', 'dps-1', DPS], ['azure-iot-hub', 'hub-1', HUB]])('with %s: uploaded, proved, and removed', async (Service, ServiceName, place) => {
    const target = { Service, ServiceName };
    const uploaded = await upload(target);
    expect(uploaded.data).toEqual({ CertificateName: nameOf(ca), Thumbprint: ca.thumbprint, VerificationCode: expect.stringMatching(/^[0-9A-F]{40}$/) });
    const verified = await verify(uploaded, target);
    expect(verified.data).toEqual({ CertificateName: nameOf(ca), Thumbprint: ca.thumbprint });
    expect(azure.held.get(place)!.get(nameOf(ca))!.verified).toBe(true);

    await ask('Delete', VERIFICATION, properties(target), verified);
    expect(azure.names(place)).toEqual([nameOf(ca)]);
    await remove(uploaded.physicalResourceId, target);
    expect(azure.names(place)).toEqual([]);
  });

  test('and an update that changes nothing answers the same and changes nothing', async () => {
    const uploaded = await upload();
    const verified = await verify(uploaded);
    const { etag } = azure.held.get(DPS)!.get(nameOf(ca))!;
    expect(await upload({ CredentialsSecretArn: `${SECRET}2` }, uploaded.physicalResourceId)).toEqual(uploaded);
    expect(await upload({ ResourceGroup: 'RG-1', ServiceName: 'DPS-1' }, uploaded.physicalResourceId)).toEqual(uploaded);
    expect(await verify(uploaded)).toEqual(verified);
    expect(azure.held.get(DPS)!.get(nameOf(ca))).toMatchObject({ etag, verified: true });
  });

  test('and another CA under the same name is registered beside it before the first is removed', async () => {
    const first = await upload();
    await verify(first);
    const second = await upload({ CertificatePem: other.pem }, first.physicalResourceId);
    await verify(second, {}, other);
    expect(azure.names(DPS)).toEqual([nameOf(ca), nameOf(other)]);
    await remove(first.physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(other)]);
    expect(azure.held.get(DPS)!.get(nameOf(other))!.verified).toBe(true);
  });

  test('and a rollback to the CA before it answers what was there then, with the same code', async () => {
    const first = await upload();
    await verify(first);
    const second = await upload({ CertificatePem: other.pem }, first.physicalResourceId);
    const back = await upload({}, second.physicalResourceId);
    expect(back).toEqual(first);
    await remove(second.physicalResourceId, { CertificatePem: other.pem });
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    const third = await upload({ CertificatePem: other.pem }, back.physicalResourceId);
    expect(await upload({ CertificatePem: other.pem, CredentialsSecretArn: `${SECRET}2` }, third.physicalResourceId)).toEqual(third);
  });

  test('with the credentials in the header and the body alone, and the certificate as base64 of its DER', async () => {
    await upload();
    const [token, ...calls] = azure.received;
    expect(token.body).toContain(new URLSearchParams({ client_secret: CLIENT_SECRET }).toString());
    expect(calls.map(({ path, query, body }) => [path, query.toString(), body].join()).join()).not.toContain(CLIENT_SECRET);
    expect(azure.calls).toEqual([TOKEN_CALL, `GET certificates/${nameOf(ca)}`, `PUT certificates/${nameOf(ca)}`, `POST ${nameOf(ca)}/generateVerificationCode`]);
    expect(JSON.parse(calls[1].body)).toEqual({ properties: { certificate: ca.certificate.raw.toString('base64') } });
  });
});

describe('what is there already', () => {
  test('is taken over where it is the same certificate', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate);
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.count(`PUT certificates/${nameOf(ca)}`)).toBe(0);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('and verified stays verified: no code is asked for, since that could undo it', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate, true);
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.calls.filter(call => call.startsWith('POST') && call !== TOKEN_CALL)).toEqual([]);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('is refused where it is another certificate, with who holds the name', async () => {
    azure.putByHand(DPS, nameOf(ca), other.certificate, true);
    await expect(upload()).rejects.toThrow(`Azure: certificateName must be one that no other certificate has, got "${nameOf(ca)}", `
      + `which Azure IoT Hub Device Provisioning Service dps-1 holds for O=Acme CN=Acme IoT Root CA (thumbprint ${other.thumbprint}); `
      + 'choose another name, or delete it there');
    await remove('invalid-0123');
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });

  test('and gone is uploaded again by the next update, and the removal of what was before leaves it', async () => {
    const first = await upload();
    azure.held.get(DPS)!.clear();
    const second = await upload({}, first.physicalResourceId);
    expect(second.physicalResourceId).not.toBe(first.physicalResourceId);
    await verify(second);
    await remove(first.physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    await remove(second.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });
});

describe('faults', () => {
  test.each(['throttled', 'unavailable', 'lost'] as const)('every call is tried again after it was %s once, and one certificate is there', async fault => {
    azure.fault = (_, again) => again === 0 ? fault : undefined;
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
    await remove(uploaded.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });

  test.each(['generateVerificationCode', 'verify'])('a change by somebody else before %s is looked at, and the step is taken again', async action => {
    azure.meanwhile = (call, again) => call.endsWith(action) && again === 0 && azure.touch(DPS, nameOf(ca));
    await verify(await upload());
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
    expect(azure.count(`POST ${nameOf(ca)}/${action}`)).toBe(2);
  });

  test('a certificate that changes all the time ends the attempts, with what Azure says', async () => {
    azure.meanwhile = call => call.endsWith('generateVerificationCode') && azure.touch(DPS, nameOf(ca));
    await expect(upload()).rejects.toThrow('making a verification code was refused: 412 412001 "Invalid ETag supplied." (IH412001)');
    expect(azure.count(`POST ${nameOf(ca)}/generateVerificationCode`)).toBe(5);
  });

  test('a service to which something is being done is waited for', async () => {
    azure.transitioning = true;
    azure.meanwhile = (call, again) => { azure.transitioning &&= !(call.startsWith('PUT') && again === 5); };
    await upload();
    expect(azure.count(`PUT certificates/${nameOf(ca)}`)).toBe(6);
  });

  test('a service to which something is being done until the time ends is told with what Azure says', async () => {
    azure.transitioning = true;
    await expect(ask('Create', UPLOAD, properties(), { milliseconds: 3_000 })).rejects.toThrow('upload of the certificate was refused: 409 409001 "Invalid IotDpsState '
      + 'i.e. should be active/suspended, IotDpsState: Transitioning." (IH409001), until no time was left; deploy again');
  });

  test('a platform that never answers ends with the time, and says nothing of the request', async () => {
    azure.fault = call => call === TOKEN_CALL ? 'unavailable' : undefined;
    const failure = await ask('Create', UPLOAD, properties(), { milliseconds: 1_500 }).catch(error => String(error.stack));
    expect(failure).toContain('Azure: Azure: signing in failed: HTTP status 503, until no time was left; deploy again');
    expect(failure).not.toContain(CLIENT_SECRET);
  });

  test('two deliveries of one request at a time get the same code, and the first answer is good for the proof', async () => {
    const [first, second] = await Promise.all([upload(), upload()]);
    expect(second).toEqual(first);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    await verify(first);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('a delivery that comes late gets the code that was answered before', async () => {
    const first = await upload();
    expect(await upload()).toEqual(first);
    await verify(first);
    expect(await upload()).toEqual(first);
  });

  test('an update that fails takes away what it has uploaded, and the next one begins anew', async () => {
    const first = await upload();
    azure.meanwhile = call => {
      azure.roleMissing = call.endsWith('generateVerificationCode');
    };
    await expect(upload({ CertificatePem: other.pem }, first.physicalResourceId)).rejects.toThrow('AuthorizationFailed');
    azure.meanwhile = () => undefined;
    azure.roleMissing = false;
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    expect(await upload({}, first.physicalResourceId)).toEqual(first);
  });
});

describe('another resource of the stack', () => {
  const as = (logicalResourceId: string, requestType: 'Create' | 'Delete', physicalResourceId?: string) =>
    ask(requestType, UPLOAD, properties(), { logicalResourceId, physicalResourceId });

  test('that takes the registration over, as a construct with a new id does, keeps it when the old one goes', async () => {
    const old = await upload();
    await verify(old);
    const moved = await as('Moved', 'Create');
    expect(moved).toEqual(old);
    await remove(old.physicalResourceId);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
    await as('Moved', 'Delete', moved.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });

  test('that took it over and goes in a rollback leaves it to the old one', async () => {
    const old = await upload();
    await verify(old);
    await as('Moved', 'Delete', (await as('Moved', 'Create')).physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    await remove(old.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });

  test('leaves what somebody has registered and verified by hand when it goes', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate, true);
    const { physicalResourceId } = await upload();
    await remove(physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });
});

describe('removal', () => {
  test('does nothing where it is gone, or another certificate has the name', async () => {
    const { physicalResourceId } = await upload();
    azure.putByHand(DPS, nameOf(ca), other.certificate);
    await remove(physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    azure.held.get(DPS)!.clear();
    await remove(physicalResourceId);
    expect(azure.count(`DELETE certificates/${nameOf(ca)}`)).toBe(0);
  });

  test.each<[string, string, PlatformAnswer]>([
    ['looking for the certificate was refused: 404', 'GET', { status: 404, body: '<html>Not found</html>' }],
    ['looking for the certificate answered no JSON; look at the endpoint', 'GET', { status: 200, body: '<html>Sign in</html>' }],
    ['deletion of the certificate was refused: 404', 'DELETE', { status: 404, body: '<html>Not found</html>' }],
    ['deletion of the certificate answered no JSON; look at the endpoint', 'DELETE', { status: 200, body: '{"properties": {"isV' }],
  ])('is not done where it is not Azure that answers: %s', async (message, method, answer) => {
    const { physicalResourceId } = await upload();
    azure.instead = call => call.startsWith(method) ? answer : undefined;
    await expect(remove(physicalResourceId)).rejects.toThrow(message);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });

  test('after a creation that failed takes away what proves nothing, and leaves what is verified', async () => {
    azure.meanwhile = call => {
      azure.roleMissing = call.endsWith('generateVerificationCode');
    };
    await expect(upload()).rejects.toThrow('AuthorizationFailed');
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    await remove('invalid-0123');
    expect(azure.names(DPS)).toEqual([]);
    azure.putByHand(DPS, nameOf(ca), ca.certificate, true);
    await remove('invalid-0123');
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });

  test.each<[string, () => Properties]>([
    ['wrong credentials', () => {
      secret.clientSecret = 'no';
      return {};
    }],
    ['wrong properties', () => ({ SubscriptionId: 'none' })],
  ])('after a creation that failed for %s does not fail for them too', async (_, spoil) => {
    await expect(remove('invalid-0123', spoil())).resolves.toEqual({ physicalResourceId: 'invalid-0123' });
  });

  test('of a certificate in use is refused with the way out', async () => {
    const { physicalResourceId } = await upload();
    azure.inUse.add(nameOf(ca));
    await expect(remove(physicalResourceId)).rejects.toThrow('deletion of the certificate was refused: 400 400099 "The certificate is used." (IH400099); '
      + 'what uses the certificate, such as an enrollment group, must be given another one or deleted first');
  });
});

describe('errors that users meet', () => {
  const DPS_NAME = 'Azure IoT Hub Device Provisioning Service dps-1';

  test.each<[string, () => Properties, string]>([
    ['the client secret is wrong', () => {
      secret.clientSecret = 'wrong';
      return {};
    }, 'credentials must be those of a service principal that can sign in, got AADSTS7000215 from Microsoft Entra; clientSecret must be the value'],
    ['the client secret is expired', () => {
      azure.entraError = 'AADSTS7000222';
      return {};
    }, 'got AADSTS7000222 from Microsoft Entra; the client secret is expired'],
    ['the tenant is wrong', () => {
      secret.tenantId = 'nobody/../x';
      return {};
    }, 'got AADSTS90002 from Microsoft Entra; tenantId must be that of a tenant'],
    ['the application is in another tenant', () => {
      secret.clientId = SUBSCRIPTION;
      return {};
    }, 'got AADSTS700016 from Microsoft Entra; clientId must be that of an application in the tenant, and cloud the one that the tenant is in'],
    ['another code of Microsoft Entra', () => {
      azure.entraError = 'AADSTS53003';
      return {};
    }, 'got AADSTS53003 from Microsoft Entra; look the code up at'],
    ['the secret lacks a member', () => {
      delete secret.tenantId;
      return {};
    }, `credentials must be a secret with the JSON members tenantId, clientId, clientSecret, got ${SECRET} without tenantId`],
    ['the service principal has no role', () => {
      azure.roleMissing = true;
      return {};
    }, ' or the scope is invalid. If access was recently granted, please refresh your credentials."; give the service principal a role on the service'],
    ['the service is not there', () => ({ ServiceName: 'dps-2' }),
      'upload of the certificate was refused: 404 ResourceNotFound "The Resource \'Microsoft.Devices/provisioningServices/dps-2\' under resource group'],
    ['the subscription is not there', () => ({ SubscriptionId: TENANT }), `404 SubscriptionNotFound "The subscription '${TENANT}' could not be found."; `
      + 'subscriptionId, resourceGroup and name must be those of a service that is there'],
    ['the provisioning service is full', () => {
      Array.from({ length: 25 }, (_, index) => azure.putByHand(DPS, `other-${index}`, other.certificate));
      return {};
    }, '"The number of certificates exceeds the quota of 25." (IH403006); delete CA certificates that are not needed any more: a provisioning service holds 25'],
    ['a member of the secret ends with a line end', () => {
      secret.clientSecret += '\n';
      return {};
    }, `without spaces and line ends, got ${SECRET} with others in clientSecret (not shown)`],
    ['the subscription is no UUID', () => ({ SubscriptionId: 'acme' }), 'subscriptionId must be a UUID, got "acme"'],
    ['the cloud is unknown', () => ({ Cloud: 'germany' }), 'cloud must be one of public, us-government, china, got "germany"'],
    ['the name leads elsewhere', () => ({ CertificateName: '../x' }), 'certificateName must be 1 to 55 letters, digits, hyphens, periods and underscores, got "../x"'],
    ['a private key stands in for the certificate', () => ({ CertificatePem: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----' }),
      'CertificatePem must hold certificates only, got a private key (not shown)'],
  ])('say the way out: %s', async (_, spoil, message) => {
    const failure = await upload(spoil()).catch(error => error as Error);
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain('wrong');
  });

  test('are told to CloudFormation with the names of Azure, however long they are', async () => {
    const CertificateName = 'Acme-Root-CA-Factory-Shanghai-Production-2026';
    const atAzure = nameOf(ca).replace('acme', CertificateName);
    const event = { logicalResourceId: 'Azure', stackId: STACK_ID, properties: properties({ CertificateName }) } as unknown as CloudFormationEvent;
    azure.putByHand(DPS, atAzure, other.certificate);
    const taken = await upload({ CertificateName }).catch(error => error);
    expect(reasonOf(taken, event, 'i')).toContain(`got "${atAzure}", which Azure IoT Hub Device Provisioning Service dps-1 holds`);
    azure.roleMissing = true;
    const denied = await upload({ CertificateName }).catch(error => error);
    expect(reasonOf(denied, event, 'i')).toContain(`'Microsoft.Devices/provisioningServices/certificates/read' over scope '/subscriptions/${SUBSCRIPTION}`
      + `/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Devices/provisioningServices/dps-1/certificates/${atAzure}'`);
  });

  test('say the way out: the verification certificate is of another CA', async () => {
    await expect(verify(await upload(), {}, other)).rejects.toThrow(/verification was refused: 400 400053 "Proof-Of-Possession failed\. Issuer certificate .*" \(IH400053\); the verification certificate must be issued by the uploaded CA itself/);
  });

  test('say the way out: another code was made in the meantime', async () => {
    const uploaded = await upload();
    azure.held.get(DPS)!.get(nameOf(ca))!.code = 'ANOTHER';
    await expect(verify(uploaded)).rejects.toThrow('give the registration another certificateName');
  });

  test('say the way out: the code has expired', async () => {
    const uploaded = await upload();
    azure.letCodesExpire();
    await expect(verify(uploaded)).rejects.toThrow('verification was refused: 400 400053 "Proof-Of-Possession failed. The verification code has expired." (IH400053); '
      + 'the verification certificate must be issued by the uploaded CA itself, with the last code that was made for it as its common name: '
      + 'if another code was made since, in the portal say, or the code has expired, give the registration another certificateName');
    await expect(verify(await upload({ CertificateName: 'acme-2' }))).resolves.toBeDefined();
  });

  test('say the way out: somebody exchanged or deleted the certificate before it was verified', async () => {
    const uploaded = await upload();
    azure.held.get(DPS)!.clear();
    await expect(verify(uploaded)).rejects.toThrow(`${DPS_NAME} must hold the CA certificate with the thumbprint ${ca.thumbprint} as "${nameOf(ca)}", got none`);
    azure.putByHand(DPS, nameOf(ca), other.certificate);
    await expect(verify(uploaded)).rejects.toThrow(`(thumbprint ${other.thumbprint}); somebody has changed it there`);
  });
});
