import { ask, azure, ca, DPS, HUB, nameOf, other, properties, Properties, remove, secret, SECRET, TOKEN_CALL, upload, UPLOAD, useAzure, VERIFICATION, verify } from './asked-azure';
import { CLIENT_SECRET } from './strict-entra';
import { PlatformAnswer } from '../../support/https-platform';

useAzure();

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

  test('and stays the same, with the same answer, after an update that changes nothing', async () => {
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

  test('and comes back, with its answer and its code, by a rollback to it', async () => {
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

describe('a certificate that is already there', () => {
  test('is taken over if it is the same', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate);
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.count(`PUT certificates/${nameOf(ca)}`)).toBe(0);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('and is verified stays verified: no code is asked for, because that could undo it', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate, true);
    const uploaded = await upload();
    await verify(uploaded);
    expect(azure.calls.filter(call => call.startsWith('POST') && call !== TOKEN_CALL)).toEqual([]);
    expect(azure.held.get(DPS)!.get(nameOf(ca))!.verified).toBe(true);
  });

  test('is refused if it is another one, and the message names the holder of the name', async () => {
    azure.putByHand(DPS, nameOf(ca), other.certificate, true);
    await expect(upload()).rejects.toThrow(`Azure: caName must be a name that no other certificate has, got "${nameOf(ca)}", `
      + `which Azure IoT Hub Device Provisioning Service dps-1 holds for O=Acme CN=Acme IoT Root CA (thumbprint ${other.thumbprint}); `
      + 'choose another name, or delete that certificate there');
    await remove('invalid-0123');
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });

  test('and goes is uploaded again by the next update, and the removal of the former one leaves it', async () => {
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

  test('can register and remove what somebody has uploaded anew before the first one went', async () => {
    const old = await upload();
    azure.held.get(DPS)!.clear();
    azure.putByHand(DPS, nameOf(ca), ca.certificate);
    await remove(old.physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
    const moved = await as('Moved', 'Create');
    await as('Moved', 'Delete', moved.physicalResourceId);
    expect(azure.names(DPS)).toEqual([]);
  });

  test('leaves what somebody has registered and verified by hand when it goes', async () => {
    azure.putByHand(DPS, nameOf(ca), ca.certificate, true);
    const { physicalResourceId } = await upload();
    await remove(physicalResourceId);
    expect(azure.names(DPS)).toEqual([nameOf(ca)]);
  });
});

describe('a removal', () => {
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
    ['refused the request for the certificate: 404', 'GET', { status: 404, body: '<html>Not found</html>' }],
    ['the request for the certificate returned no JSON; check the declared endpoint', 'GET', { status: 200, body: '<html>Sign in</html>' }],
    ['refused the deletion of the certificate: 404', 'DELETE', { status: 404, body: '<html>Not found</html>' }],
    ['deletion of the certificate returned no JSON; check the declared endpoint', 'DELETE', { status: 200, body: '{"properties": {"isV' }],
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
    await expect(remove(physicalResourceId)).rejects.toThrow('refused the deletion of the certificate: 400 400099 "The certificate is used." (IH400099); '
      + 'everything that uses the certificate, such as an enrollment group, must be moved to another certificate or deleted first');
  });
});
