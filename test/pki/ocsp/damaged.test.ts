import { REVOKED_AT, testResponder, testResponse } from './fixtures';
import { makeRequest, RICH } from './requests';
import { parseCertificate } from '../../../src/pki/certificate';
import { parseOcspRequest } from '../../../src/pki/ocsp/ocsp-request';
import { parseOcspResponse } from '../../../src/pki/ocsp/ocsp-response';
import { CertStatus } from '../../../src/pki/ocsp/ocsp-status';
import { checkOcspResponse } from '../../../src/pki/ocsp/ocsp-verdict';
import { mutated } from '../../support/mutations';
import { ocspRequests } from '../../support/ocsp-requests';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';
import { NOW, testCa } from '../fixtures';

const requestAbout = ocspRequests();

const SERIAL_NUMBER = '4A1B2C3D4E5F60718293A4B5C6D7E8F900000001';

/** What a parser makes of an input; nothing where it refuses the input with an error of its own. */
function outcome<T>(parse: (der: Buffer) => T, der: Buffer): T | undefined {
  try {
    return parse(der);
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error || error.message === '') {
      throw new Error(`this input fails with ${String(error)}: ${der.toString('hex')}`);
    }
    return undefined;
  }
}

const SEED = seedOf('OCSP_FUZZ_SEED');

test('of the prefixes of a request, none is read', () => {
  expect(Array.from(RICH, (_, length) => outcome(parseOcspRequest, RICH.subarray(0, length))).filter(each => each !== undefined)).toEqual([]);
});

const REQUESTS = 100_000;

test(`of ${REQUESTS} mutated requests, each is read or malformed, and none fails in another way`, async () => {
  const random = new Random(SEED);
  const { certificate } = await testCa();
  const valid = [
    RICH, makeRequest(), requestAbout(certificate, [SERIAL_NUMBER, '7F', '80', '0011'], { nonce: true }), requestAbout(certificate, ['01'], { digest: 'sha256' }),
  ];
  const counts = { read: 0, malformed: 0 };
  for (let run = 0; run < REQUESTS; run++) {
    counts[outcome(parseOcspRequest, mutated(random.pick(valid), random, valid)) ? 'read' : 'malformed']++;
  }
  expect(counts.read).toBeGreaterThan(REQUESTS / 20); // a change in a digest leaves a request
  expect(counts.malformed).toBeGreaterThan(REQUESTS / 3);
});

const RESPONSES = 20_000;

test(`of ${RESPONSES} mutated responses, most can't be read, none is believed, and none fails in another way`, async () => {
  const random = new Random(SEED);
  const ca = await testCa();
  const facts = parseCertificate(ca.certificate);
  const statuses: CertStatus[] = [{ state: 'good' }, { state: 'revoked', revokedAt: REVOKED_AT, reason: 'superseded' }];
  const responder = await testResponder(ca);
  const valid = await Promise.all(statuses.map(status => testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [status], responder)));
  const signed = new Set(valid.map(der => parseOcspResponse(der).basic!.tbs.toString('hex')));
  const counts = { unreadable: 0, refused: 0, believed: 0 };
  for (let run = 0; run < RESPONSES; run++) {
    const response = outcome(parseOcspResponse, mutated(random.pick(valid), random, valid));
    if (response) {
      const doubt = checkOcspResponse(response, facts, NOW);
      counts[doubt === undefined ? 'believed' : 'refused']++;
      // Certificates beside the responder's can differ; they have no effect.
      expect(doubt === undefined && !signed.has(response.basic!.tbs.toString('hex'))).toBe(false);
    } else {
      counts.unreadable++;
    }
  }
  expect(counts.unreadable).toBeGreaterThan(RESPONSES / 4);
  expect(counts.refused).toBeGreaterThan(RESPONSES / 20);
});
