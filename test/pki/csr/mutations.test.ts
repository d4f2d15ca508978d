import { createPrivateKey, sign } from 'node:crypto';
import { attribute, attributes, extension, extensionRequest, fixture, fromPem, makeRequest, NULL_DER, partsOf, PUBLIC_KEY } from './requests';
import { CertificationRequest, readCertificationRequest } from '../../../src/pki/certification-request';
import { bitString, sequence, utf8String } from '../../../src/pki/der';
import { toPem } from '../../../src/pki/pem';
import { mutated } from '../../support/mutations';
import { processorTime } from '../../support/processor-time';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';
import { DEVICE_KEYS } from '../fixtures';

const RICH = makeRequest({
  attributes: attributes(
    attribute('1.2.840.113549.1.9.7', utf8String('a')),
    extensionRequest(extension('2.5.29.17', Buffer.from('30038201ff', 'hex')), extension('2.5.29.15', NULL_DER, Buffer.from('0101ff', 'hex'))),
  ),
});

/** Valid requests, from several tools, by keys of each family. */
const VALID: readonly Buffer[] = [
  RICH,
  ...['openssl-attributes.pem', 'openssl-ed25519.pem', 'openssl-rsa2048.pem', 'mbedtls-p256.pem', 'java-ecsecp256r1.pem', 'gnutls-ecdsa.pem']
    .map(name => fromPem(fixture(name))),
];

/** What is made of an input: the request, or an error that names the property; within a second. */
function outcome(input: string | Buffer): CertificationRequest | string {
  let result: CertificationRequest | string = '';
  if (processorTime(() => { result = read(input); }) > 1_000) {
    throw new Error(`this input took longer than a second: ${input.toString('hex')}`);
  }
  return result;
}

function read(input: string | Buffer): CertificationRequest | string {
  try {
    return readCertificationRequest(input);
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'Error' || !message.startsWith('certificateSigningRequest must ')) {
      throw new Error(`this input fails with ${name}, ${message}: ${Buffer.from(input as string).toString('hex')}`);
    }
    return message;
  }
}

const taken = (inputs: readonly (string | Buffer)[]): readonly (string | Buffer)[] => inputs.filter(input => typeof outcome(input) !== 'string');

test('every valid request is accepted', () => expect(taken(VALID)).toHaveLength(VALID.length));

describe('a valid request', () => {
  test.each(VALID.map((der, index) => [index, der] as const))('is refused as soon as it is cut off anywhere (request %d)', (_, der) => {
    expect(taken(Array.from(der, (__, length) => der.subarray(0, length)))).toEqual([]);
  });

  test('is refused as soon as its PEM or its base64 is cut off anywhere', () => {
    const base64 = RICH.toString('base64');
    for (const text of [toPem('CERTIFICATE REQUEST', RICH).trim(), base64]) {
      expect(taken(Array.from(text, (_, length) => text.slice(0, length)))).toEqual([]);
    }
  });

  // One request for each family of keys, and the one with most in it: 24,000 bits.
  test.each(['rich', 'openssl-ed25519.pem', 'openssl-rsa2048.pem', 'mbedtls-p256.pem'])('is refused with any other bit: %s', name => {
    const der = name === 'rich' ? RICH : fromPem(fixture(name));
    const flipped = Array.from({ length: 8 * der.length }, (__, bit) => {
      const copy = Buffer.from(der);
      const octet = Math.floor(bit / 8);
      const value = 2 ** (bit % 8);
      copy[octet] += Math.floor(copy[octet] / value) % 2 === 1 ? -value : value;
      return copy;
    });
    expect(taken(flipped)).toEqual([]);
  });
});

const SIGNER = createPrivateKey(DEVICE_KEYS.EC_P256);

/** What is signed is mutated and then signed, so that the signature lets it through: only the reader can refuse it. */
function signedAgain(random: Random): Buffer {
  const [info, algorithm] = partsOf(RICH);
  const changed = mutated(info, random, VALID, [1, 1, 1, 2]);
  return sequence(changed, algorithm, bitString(sign('sha256', changed, SIGNER)));
}

/** A second opinion on DER: takes BER as lenient readers do, and writes it strictly. */
function encodedAgain(octets: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = octets[at];
    const long = octets[at + 1] >= 0x80 ? octets[at + 1] - 0x80 : 0;
    const length = long > 0 ? octets.readUIntBE(at + 2, long) : octets[at + 1];
    const contents = octets.subarray(at + 2 + long, at + 2 + long + length);
    const strict = tag === 0x30 || tag === 0x31 || tag === 0xa0 ? encodedAgain(contents) : contents;
    const digits = strict.length.toString(16);
    const lengthOctets = Buffer.from(digits.padStart(2 * Math.ceil(digits.length / 2), '0'), 'hex');
    parts.push(Buffer.of(tag), strict.length < 0x80 ? lengthOctets : Buffer.concat([Buffer.of(0x80 + lengthOctets.length), lengthOctets]), strict);
    at += 2 + long + length;
  }
  return Buffer.concat(parts);
}

const RUNS = 100_000;

test(`of ${RUNS} mutated requests, none crashes or hangs the reader, and none is accepted for another key or with a broken signature`, () => {
  const random = new Random(seedOf('CSR_FUZZ_SEED'));
  const known = new Set(VALID.map(der => der.toString('hex')));
  const counts = { refused: 0, unchanged: 0, signedAgain: 0 };
  for (let run = 0; run < RUNS; run++) {
    const kind = run % 10;
    const der = kind === 0 ? signedAgain(random) : mutated(random.pick(VALID), random, VALID);
    const input = kind === 1 ? mutated(Buffer.from(toPem('CERTIFICATE REQUEST', random.pick(VALID))), random, VALID).toString('latin1') : der;
    const request = outcome(input);
    if (typeof request === 'string') {
      counts.refused++;
    } else if (known.has(request.der.toString('hex'))) {
      counts.unchanged++;
    } else {
      counts.signedAgain++;
      expect([kind, request.publicKey.equals(PUBLIC_KEY), encodedAgain(request.der).equals(request.der)]).toEqual([0, true, true]);
    }
  }
  expect(counts.signedAgain).toBeGreaterThan(RUNS / 500); // the mutations do reach the end
  expect(counts.refused).toBeGreaterThan(RUNS / 2);
});
