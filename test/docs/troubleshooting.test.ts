import { headingsOf, textOf } from '../support/documents';
import { textsInSource, VALUE } from '../support/messages';

const PAGES = ['docs/troubleshooting.md', 'docs/troubleshooting-platforms.md', 'docs/platforms/aws-iot-core.md', 'docs/platforms/brokers.md', 'docs/platforms/cumulocity.md',
  'docs/platforms/huawei-cloud.md'];

/** Where a reader who searches for an error finds it: headings, the first cells of tables, and items of lists. */
const FOUND_BY = PAGES.flatMap(page => [...headingsOf(page), ...textOf(page).split('\n').filter(line => line.startsWith('- ')),
  ...[...textOf(page).matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell)]);

test.each([
  'RegistrationCodeValidationException', 'CertificateValidationException', 'does not have the basicConstraints extension as true', 'ResourceAlreadyExistsException',
  'The key in the certificate is not valid', 'LimitExceededException', 'CertificateConflictException', 'CertificateStateException (406)', 'DeleteConflictException',
  'PENDING_ACTIVATION', 'Cannot resolve reference value', 'Neither policyName nor policyDocument', 'AccessDeniedException', 'ThrottlingException',
  'IH400053', 'a code that has expired', 'Invalid ETag', 'Transitioning', '401002 CA certificate not found', '`Unauthorized` from DPS',
  'AADSTS7000215', 'AADSTS700016', 'AuthorizationFailed', 'ResourceNotFound', 'SubscriptionNotFound', 'quota',
  'IOTDA.000022', 'IOTDA.001006', 'APIGW.0302', 'APIGW.0303', 'UnauthorizedOperation', 'UnsupportedRegion',
  'returned no JSON', 'returned no list', 'ANSWER_TOO_LONG', 'only visible ASCII characters',
  'IOTDA.014300', 'IOTDA.014301', 'IOTDA.014304', 'IOTDA.014308', 'APIGW.0301', '100226 cert commonName is null', '100217 certificate already exists',
  'RegisterCodeError', 'ParameterFieldCheckFailed', 'InstancePermissionCheckFailed', 'MqttInstanceNotFound', 'MqttOwnerCheckError',
  'InvalidParameterValue.CACertInvalid', 'InvalidParameterValue.CACertNotMatch', 'LimitExceeded (…); an account accepts at most 10 CA certificates', 'LimitExceeded.CARepeat',
  'LimitExceeded.CACertNameRepeat', 'LimitExceeded.CAAlreadyBindProduct', 'LimitExceeded.CACertNotSupport', 'ResourceNotFound.CACertNotExist', 'AuthFailure', 'SignatureDoesNotMatch',
  'ScopeLocked', 'ENOTFOUND', 'DEPTH_ZERO_', 'peer did not return a certificate', 'alert unknown ca', 'Cannot verify signature for certificate with fingerprint',
])('a reader who searches for %s finds the remedy', error => {
  expect(FOUND_BY.filter(text => text.includes(error))).not.toEqual([]);
});

/** Words, signs and values, one by one. */
function wordsOf(text: string): string[] {
  return text.match(/…|[\w:]+(?:\.\w+)*|[^\s\w]/g) ?? [];
}

const TEXTS = textsInSource().map(wordsOf).filter(words => words.length > 3);

/** How many words of a heading a string of the code has in the same order, where only a value, on either side, stands for other words. */
function commonWords(heading: readonly string[], text: readonly string[]): number {
  let below: number[] = Array(text.length + 1).fill(0);
  let most = 0;
  for (let h = heading.length - 1; h >= 0; h--) {
    const row: number[] = Array(text.length + 1).fill(0);
    for (let t = text.length - 1; t >= 0; t--) {
      row[t] = heading[h] === VALUE || text[t] === VALUE ? Math.max(below[t], row[t + 1]) : heading[h] === text[t] ? below[t + 1] + 1 : 0;
      most = Math.max(most, row[t]);
    }
    below = row;
  }
  return most;
}

/** The part of a heading that the code can say in one text. */
function saidOf(heading: readonly string[]): number {
  const known = new Set(heading);
  const most = Math.max(...TEXTS.filter(text => text.filter(word => known.has(word)).length > 2).map(text => commonWords(heading, text)));
  return most / heading.filter(word => word !== VALUE).length;
}

const QUOTED = headingsOf('docs/troubleshooting.md').flatMap(heading => [...heading.matchAll(/`([^`]+)`/g)].map(([, quoted]) => quoted));

test.each(QUOTED)('the code says "%s", which troubleshooting explains', quoted => {
  expect(saidOf(wordsOf(quoted))).toBeGreaterThan(0.6);
});

test('a sentence that the code does not contain is told apart from one that it contains', () => {
  expect(saidOf(wordsOf('the certificate must be renewed by hand in the console of the platform'))).toBeLessThan(0.6);
  expect(saidOf(wordsOf('gateway must be signed by the broker that … connects to before it is started'))).toBeLessThan(0.6);
});
