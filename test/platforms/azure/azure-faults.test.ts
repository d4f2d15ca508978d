import { ask, azure, ca, DPS, nameOf, other, properties, Properties, remove, secret, SECRET, TOKEN_CALL, upload, UPLOAD, useAzure, verify } from './asked-azure';
import { RESOURCE_GROUP, SUBSCRIPTION } from './strict-azure';
import { CLIENT_SECRET, TENANT } from './strict-entra';
import { reasonOf } from '../../../src/lambda/reason';
import { azureNames } from '../../../src/platforms/azure/registrar/known-names';
import { STACK_ID } from '../../support/events';

useAzure();

describe('a fault of Azure', () => {
  test.each(['throttled', 'unavailable', 'lost'] as const)('of every call, which was %s once, is followed by another try, and one certificate is there', async fault => {
    azure.fault = (_, again) => again === 0 ? fault : undefined;
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
    await remove(uploaded.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });

  test.each(['generateVerificationCode', 'verify'])('such as a change by another program before %s makes the function look again and repeat the step', async action => {
    azure.meanwhile = (call, again) => call.endsWith(action) && again === 0 && azure.touch(DPS, nameOf(ca));
    await verify(await upload());
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
    expect(azure.count(`POST ${nameOf(ca)}/${action}`)).toBe(2);
  });

  test('such as a certificate that changes all the time ends the attempts, with the words of Azure', async () => {
    azure.meanwhile = call => call.endsWith('generateVerificationCode') && azure.touch(DPS, nameOf(ca));
    await expect(upload()).rejects.toThrow('refused the request for a verification code: 412 412001 "Invalid ETag supplied." (IH412001)');
    expect(azure.count(`POST ${nameOf(ca)}/generateVerificationCode`)).toBe(5);
  });

  test('such as a busy service makes the function wait', async () => {
    azure.transitioning = true;
    azure.meanwhile = (call, again) => { azure.transitioning &&= !(call.startsWith('PUT') && again === 5); };
    await upload();
    expect(azure.count(`PUT certificates/${nameOf(ca)}`)).toBe(6);
  });

  test('such as a service that is busy until the time ends is reported with the words of Azure', async () => {
    azure.transitioning = true;
    const signal = azure.endAfter(() => azure.count(`PUT certificates/${nameOf(ca)}`) > 1 && azure.calls.at(-1)!.startsWith('GET'));
    await expect(ask('Create', UPLOAD, properties(), { signal })).rejects.toThrow('refused the upload of the certificate: 409 409001 "Invalid IotDpsState '
      + 'i.e. should be active/suspended, IotDpsState: Transitioning." (IH409001), until the time ran out; deploy again');
  });

  test.each([
    ['ScopeLocked', 409, 'remove the lock on the service, on its resource group or on the subscription'],
    ['MissingSubscriptionRegistration', 409, 'register the resource provider in the subscription: az provider register --namespace Microsoft.Devices'],
    ['ReadOnlyDisabledSubscription', 409, 'the subscription is disabled'],
    ['RequestDisallowedByPolicy', 403, 'the Azure Policy that the message names forbids it'],
  ])('such as a refusal with %s is not waited for, and the way out is named', async (code, status, wayOut) => {
    azure.instead = call => call.startsWith('PUT') ? { status, body: { error: { code, message: 'It was refused.' } } } : undefined;
    await expect(upload()).rejects.toThrow(`refused the upload of the certificate: ${status} ${code} "It was refused."; ${wayOut}`);
    expect(azure.count(`PUT certificates/${nameOf(ca)}`)).toBe(1);
  });

  test('such as a sign-in that Microsoft Entra wants to be repeated is followed by another try', async () => {
    const transient = { error: 'temporarily_unavailable', error_description: 'AADSTS90033: A transient error has occurred. Please try again.' };
    azure.instead = (call, again) => call === TOKEN_CALL && again === 0 ? { status: 400, body: transient } : undefined;
    await upload();
    expect(azure.count(TOKEN_CALL)).toBe(2);
  });

  test('such as a platform that never answers ends with the time, and shows nothing of the request', async () => {
    azure.fault = call => call === TOKEN_CALL ? 'unavailable' : undefined;
    const failure = await ask('Create', UPLOAD, properties(), { signal: azure.endAfter(() => azure.count(TOKEN_CALL) > 1) }).catch(error => String(error.stack));
    expect(failure).toContain('Azure: Microsoft Entra: the request for a token failed: HTTP status 503, until the time ran out; deploy again');
    expect(failure).not.toContain(CLIENT_SECRET);
  });

  test('does not keep two simultaneous deliveries of one request from getting the same code, and the first answer is good for the proof', async () => {
    const [first, second] = await Promise.all([upload(), upload()]);
    expect(second).toEqual(first);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    await verify(first);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('does not keep a late delivery from getting the code that was answered before', async () => {
    const first = await upload();
    expect(await upload()).toEqual(first);
    await verify(first);
    expect(await upload()).toEqual(first);
  });

  test('such as an update that fails takes away its upload, and the next one begins anew', async () => {
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

describe('an error', () => {
  const DPS_NAME = 'Azure IoT Hub Device Provisioning Service dps-1';

  test.each<[string, () => Properties, string]>([
    ['the client secret is wrong', () => {
      secret.clientSecret = 'wrong';
      return {};
    }, 'credentials must be those of a service principal that can sign in, got AADSTS7000215 from Microsoft Entra; clientSecret must be the value'],
    ['the client secret is expired', () => {
      azure.entra.error = 'AADSTS7000222';
      return {};
    }, 'got AADSTS7000222 from Microsoft Entra; the client secret has expired'],
    ['the tenant is wrong', () => {
      secret.tenantId = 'nobody/../x';
      return {};
    }, 'got AADSTS90002 from Microsoft Entra; tenantId must be that of an existing tenant'],
    ['the application is in another tenant', () => {
      secret.clientId = SUBSCRIPTION;
      return {};
    }, 'got AADSTS700016 from Microsoft Entra; clientId must be that of an application in the tenant, and cloud must be the cloud of the tenant'],
    ['another code of Microsoft Entra', () => {
      azure.entra.error = 'AADSTS53003';
      return {};
    }, 'got AADSTS53003 from Microsoft Entra; look the code up at'],
    ['the secret lacks a member', () => {
      delete secret.tenantId;
      return {};
    }, `credentials must be a secret with the JSON members tenantId, clientId, clientSecret, got ${SECRET} without tenantId`],
    ['the service principal has no role', () => {
      azure.roleMissing = true;
      return {};
    }, ' or the scope is invalid. If access was recently granted, please refresh your credentials."; assign the service principal a role on the service'],
    ['the service is not there', () => ({ ServiceName: 'dps-2' }),
      'refused the upload of the certificate: 404 ResourceNotFound "The Resource \'Microsoft.Devices/provisioningServices/dps-2\' under resource group'],
    ['the subscription is not there', () => ({ SubscriptionId: TENANT }), `404 SubscriptionNotFound "The subscription '${TENANT}' could not be found."; `
      + 'subscriptionId, resourceGroup and name must be those of an existing service, which'],
    ['the provisioning service is full', () => {
      Array.from({ length: 25 }, (_, index) => azure.putByHand(DPS, `other-${index}`, other.certificate));
      return {};
    }, '"The number of certificates exceeds the quota of 25." (IH403006); delete CA certificates that are no longer needed: a provisioning service holds at most 25'],
    ['a member of the secret ends with a line end', () => {
      secret.clientSecret += '\n';
      return {};
    }, `without spaces or line ends, got ${SECRET} with others in clientSecret (not shown)`],
    ['the subscription is no UUID', () => ({ SubscriptionId: 'acme' }), 'subscriptionId must be a UUID, got "acme"'],
    ['the cloud is unknown', () => ({ Cloud: 'germany' }), 'cloud must be one of public, us-government, china, got "germany"'],
    ['the name leads elsewhere', () => ({ CertificateName: '../x' }), 'caName must be 1 to 55 letters, digits, hyphens, periods and underscores, got "../x"'],
    ['a private key stands in for the certificate', () => ({ CertificatePem: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----' }),
      'CertificatePem must hold certificates only, got a private key (not shown)'],
  ])('names the way out: %s', async (_, spoil, message) => {
    const failure = await upload(spoil()).catch(error => error as Error);
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain('wrong');
  });

  test('is reported to CloudFormation with the names of Azure, however long they are', async () => {
    const CertificateName = 'Acme-Root-CA-Factory-Shanghai-Production-2026';
    const atAzure = nameOf(ca).replace('acme', CertificateName);
    const event = { logicalResourceId: 'Azure', stackId: STACK_ID, properties: properties({ CertificateName }) };
    azure.putByHand(DPS, atAzure, other.certificate);
    const taken = await upload({ CertificateName }).catch(error => error);
    expect(reasonOf(taken, event, 'i', azureNames)).toContain(`got "${atAzure}", which Azure IoT Hub Device Provisioning Service dps-1 holds`);
    azure.roleMissing = true;
    const denied = await upload({ CertificateName }).catch(error => error);
    expect(reasonOf(denied, event, 'i', azureNames)).toContain(`'Microsoft.Devices/provisioningServices/certificates/read' over scope '/subscriptions/${SUBSCRIPTION}`
      + `/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Devices/provisioningServices/dps-1/certificates/${atAzure}'`);
  });

  test('names the way out if the verification certificate is of another CA', async () => {
    await expect(verify(await upload(), {}, other)).rejects.toThrow(/refused the verification: 400 400053 "Proof-Of-Possession failed\. Issuer certificate .*" \(IH400053\); the verification certificate must be issued by the uploaded CA itself/);
  });

  test('names the way out if another code was made in the meantime', async () => {
    const uploaded = await upload();
    azure.held.get(DPS)!.get(nameOf(ca))!.code = 'ANOTHER';
    await expect(verify(uploaded)).rejects.toThrow('give the registration another caName');
  });

  test('names the way out if the code has expired', async () => {
    const uploaded = await upload();
    azure.letCodesExpire();
    await expect(verify(uploaded)).rejects.toThrow('refused the verification: 400 400053 "Proof-Of-Possession failed. The verification code has expired." (IH400053); '
      + 'the verification certificate must be issued by the uploaded CA itself, with the latest code that was generated for it as its common name: '
      + 'if another code was generated since, for example in the portal, or if the code has expired, give the registration another caName');
    await expect(verify(await upload({ CertificateName: 'acme-2' }))).resolves.toBeDefined();
  });

  test('names the way out if somebody exchanged or deleted the certificate before it was verified', async () => {
    const uploaded = await upload();
    azure.held.get(DPS)!.clear();
    await expect(verify(uploaded)).rejects.toThrow(`${DPS_NAME} must hold the CA certificate with the thumbprint ${ca.thumbprint} as "${nameOf(ca)}", got none`);
    azure.putByHand(DPS, nameOf(ca), other.certificate);
    await expect(verify(uploaded)).rejects.toThrow(`(thumbprint ${other.thumbprint}); the certificate was changed or deleted there`);
  });
});
