import { lifecycle } from '../support/lifecycle';

const set = lifecycle();

/** Both the key and the signature of RSA have a fixed length, so that what is foreseen is to the byte what comes. */
const declare = (KeyAlgorithm: string, text: string, logicalId: string) => set.stack.ca({
  KeyAlgorithm,
  Subject: {
    StateOrProvince: text,
    Locality: text,
    Organization: text.slice(0, 64),
    OrganizationalUnit: text.slice(0, 64),
    DistinguishedNameQualifier: '0'.repeat(64),
    SerialNumber: '0'.repeat(64),
    CommonName: text.slice(0, 64),
  },
}, logicalId);

/** A subject comes in steps of four characters of base64; the logical id, which an answer repeats, makes up the rest. */
test.each([
  ['one byte', 'RSA_3072', 'a'.repeat(128)],
  ['two bytes', 'RSA_2048', 'ü'.repeat(60)],
  ['four bytes', 'RSA_2048', '😀'.repeat(30)],
])('an answer of 4096 bytes is given, and one of 4097 refused before anything is written (characters of %s)', async (_, keyAlgorithm, text) => {
  const { stack, proxy } = set;
  const longest = 'L'.repeat(255);
  const { Reason } = await stack.create(await declare(keyAlgorithm, text, longest));
  const excess = Number(/would be (\d+) bytes, but at most 4096 are allowed/.exec(Reason!)?.[1]) - 4096;
  expect(excess).toBeGreaterThan(0);
  expect(excess).toBeLessThan(longest.length);
  const fitting = longest.slice(excess);

  proxy.reset();
  const refused = await stack.create(await declare(keyAlgorithm, text, `${fitting}L`));
  expect(refused).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/would be 4097 bytes.*shorten the subject or choose a smaller key/) });
  expect(proxy.calls.filter(({ operation }) => /Write|PutSecret|PutParameter|Update/.test(operation))).toEqual([]);
  expect(await stack.ledger()).toEqual([]);

  const event = stack.event('Create', await declare(keyAlgorithm, text, fitting));
  expect((await stack.send(event)).answer).toMatchObject({ Status: 'SUCCESS' });
  expect(Buffer.byteLength(proxy.answersTo(event.RequestId as string)[0].body)).toBe(4096);
});
