import { fixture, fromPem, makeRequest } from './requests';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { toPem } from '../../../src/pki/pem';
import { opensslOutput } from '../../support/openssl';
import { processorTime } from '../../support/processor-time';
import { CA_KEYS, DEVICE_KEYS } from '../fixtures';

const PEM = fixture('openssl-p256.pem').toString();
const DER = fromPem(PEM);
const BASE64 = DER.toString('base64');
const lines = PEM.trim().split('\n');
const [begin, end] = [lines[0], lines[lines.length - 1]];

describe('a request', () => {
  test.each<[string, string | Buffer]>([
    ['PEM', PEM],
    ['PEM in a buffer, as a file is read', Buffer.from(PEM)],
    ['PEM without a line end after it', PEM.trim()],
    ['PEM with CRLF', PEM.replace(/\n/g, '\r\n')],
    ['PEM with CR', PEM.replace(/\n/g, '\r')],
    ['PEM with a byte order mark', `\ufeff${PEM}`],
    ['PEM with a byte order mark in a buffer', Buffer.from(`\ufeff${PEM}`)],
    ['PEM with empty lines and spaces around it', `\n\n  \t${PEM}\n \n`],
    ['PEM whose lines are indented, as in YAML', PEM.replace(/^/gm, '    ')],
    ['PEM on one line, as folded YAML has it', PEM.trim().replace(/\n/g, ' ')],
    ['PEM in one long line', `${begin}\n${BASE64}\n${end}`],
    ['the label of Java', PEM.replace(/CERTIFICATE REQUEST/g, 'NEW CERTIFICATE REQUEST')],
    ['DER', DER],
    ['UTF-16 with a byte order mark, as PowerShell writes it', Buffer.from(`\ufeff${PEM.replace(/\n/g, '\r\n')}`, 'utf16le')],
    ['UTF-16 without a byte order mark', Buffer.from(PEM, 'utf16le')],
    ['UTF-16 without a byte order mark, in the order of octets of the network', Buffer.from(PEM, 'utf16le').swap16()],
    ['UTF-16 in the order of octets of the network', Buffer.from(`\ufeff${PEM}`, 'utf16le').swap16()],
    ['PEM with what `openssl req -text` writes before it', opensslOutput(['req', '-text'], PEM)],
    ['PEM with a description around it', `Certificate Request:\n    Data:\n${PEM}Comment: made by hand\n`],
    ['base64', BASE64],
    ['base64 in lines', lines.slice(1, -1).join('\n')],
    ['base64 in a buffer', Buffer.from(BASE64)],
  ])('can be read from %s', (_, input) => expect(readCertificationRequest(input).der).toEqual(DER));
});

const KEY = DEVICE_KEYS.EC_P256;

/** Every run of a secret that a message could show. */
function expectNothingOf(secret: string, message: string): void {
  for (let start = 0; start + 8 <= secret.length; start++) {
    expect(message).not.toContain(secret.slice(start, start + 8));
  }
}

function messageOf(input: string | Buffer): string {
  try {
    readCertificationRequest(input);
  } catch (error) {
    expect((error as { cause?: unknown }).cause).toBeUndefined();
    return (error as Error).message;
  }
  throw new Error('the request was taken');
}

describe('a request from outside', () => {
  const form = 'certificateSigningRequest must be one PEM block with the label CERTIFICATE REQUEST or NEW CERTIFICATE REQUEST, '
    + 'or DER, or DER in base64, got ';
  const other = `${form}other text or an incomplete block`;
  const damaged = `${form}damaged base64 or none`;

  test.each<[string, string | Buffer, string]>([
    ['nothing', '', `${form}nothing`],
    ['white space', ' \n\t', `${form}nothing`],
    ['an empty buffer', Buffer.alloc(0), `${form}nothing`],
    ['an empty block', `${begin}\n${end}\n`, `${form}nothing`],
    ['two blocks', PEM + PEM, `${form}2 blocks`],
    ['three blocks', PEM + PEM + PEM, `${form}3 blocks`],
    ['the label of a certificate', PEM.replace(/CERTIFICATE REQUEST/g, 'CERTIFICATE'), `${form}the label "CERTIFICATE"`],
    ['the label in small letters', PEM.replace(/CERTIFICATE REQUEST/g, 'certificate request'), `${form}the label "certificate request"`],
    ['an empty label', PEM.replace(/CERTIFICATE REQUEST/g, ''), `${form}the label ""`],
    ['a label that breaks the line', PEM.replace(/CERTIFICATE REQUEST/g, 'A\nB'), `${form}the label "A\\nB"`],
    ['two labels', PEM.replace(begin, '-----BEGIN NEW CERTIFICATE REQUEST-----'), other],
    ['no end', lines.slice(0, -1).join('\n'), other],
    ['no beginning', lines.slice(1).join('\n'), other],
    ['an end with four hyphens', PEM.trim().slice(0, -1), other],
    ['headers of RFC 1421', PEM.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), other],
    ['a letter that is not of base64', PEM.replace('M', '*'), damaged],
    ['letters of base64url', BASE64.replace(/[+/]/g, '_'), damaged],
    ['base64 that lacks a letter', BASE64.slice(0, -1), damaged],
    ['base64 that lacks its padding', makeRequestWithPadding().replace(/=+$/, ''), damaged],
    ['base64 that goes on after its padding', `${makeRequestWithPadding()}AAAA`, damaged],
    ['base64 with bits that are lost', makeRequestWithPadding().replace(/.(=+)$/, '9$1'), damaged],
    ['a full-width letter', BASE64.replace('M', '\uff2d'), damaged],
    ['a path', '/home/user/device.csr', damaged],
    ['a line end that is none', PEM.replace('\n', '\v'), damaged],
  ])('is refused (%s), and nothing of it is shown', (_, input, message) => expect(messageOf(input)).toBe(message));

  test.each<[string, string | Buffer]>([
    ['a key instead', KEY],
    ['a key in a buffer', Buffer.from(KEY)],
    ['a key after the request', PEM + KEY],
    ['a key before the request', KEY + PEM],
    ['a key without its end', KEY.slice(0, 150)],
    ['a key that is encrypted', KEY.replace(/PRIVATE KEY/g, 'ENCRYPTED PRIVATE KEY')],
    ['a key with the label of OpenSSL', KEY.replace(/PRIVATE KEY/g, 'EC PRIVATE KEY')],
    ['a key in DER', fromPem(KEY)],
    ['a key in base64', fromPem(KEY).toString('base64')],
    ['a key in base64 with the label of a request', toPem('CERTIFICATE REQUEST', fromPem(CA_KEYS.RSA_2048))],
    ['a key of Ed25519 in DER', fromPem(CA_KEYS.ED25519)],
  ])('is refused without being shown if it holds %s', (_, input) => {
    const message = messageOf(input);
    expect(message).toBe('certificateSigningRequest must not be a private key; take the key out of the declaration, and consider it disclosed');
  });

  test('is refused without showing anything of the key if it holds a damaged key in base64', () => {
    const body = fromPem(KEY).toString('base64');
    for (const input of [body.slice(1), body.slice(0, -9), `AAAA${body}`, `-----BEGIN-----\n${body}`, `{"key":"${body}"}`, PEM.replace(lines[2], body)]) {
      expectNothingOf(body, messageOf(input));
    }
  });

  const size = (bytes: number): string => `certificateSigningRequest must be at most 16384 bytes long, got ${bytes}`;

  test.each<[string, string | Buffer, string]>([
    ['70 kB of a block that never ends', `${begin}\n${'A'.repeat(70_000)}`, size(70_036)],
    ['1 MB of hyphens', '-'.repeat(1_000_000), size(1_000_000)],
    ['1 MB of beginnings', '-----BEGIN '.repeat(90_000), size(990_000)],
    ['1 MB of zeros', Buffer.alloc(1_000_000), size(1_000_000)],
    ['a request and 16 kB of white space', PEM + ' '.repeat(16_384), size(PEM.length + 16_384)],
    ['characters of four bytes', '\u{1f510}'.repeat(4097), size(16_388)],
    ['DER of 16385 bytes', Buffer.concat([DER, Buffer.alloc(16_385 - DER.length)]), size(16_385)],
  ])('is refused before it is decoded (%s)', (_, input, message) => expect(messageOf(input)).toBe(message));

  test.each([
    ['hyphens', '-'.repeat(16_384)], ['beginnings', '-----BEGIN '.repeat(1489)], ['beginnings of keys', '-----BEGIN A'.repeat(1365)],
    ['white space', `${begin}${' \n'.repeat(8000)}`], ['padding', '='.repeat(16_384)], ['letters', 'A'.repeat(16_384)], ['sequences', '0'.repeat(16_384)],
    ['half a label', `-----BEGIN ${'A '.repeat(8000)}`],
  ])('is refused within a second if it is 16 kB of %s', (_, input) => {
    expect(processorTime(() => expect(messageOf(input)).toMatch(/^certificateSigningRequest must be /))).toBeLessThan(1_000);
  });

  test('is refused if its sequences nest without end', () => {
    expect(messageOf(Buffer.alloc(16_384, '3080', 'hex'))).toContain('definite length');
    expect(messageOf(Buffer.alloc(16_384, '30'))).toMatch(/^certificateSigningRequest must be /);
  });
});

/** A request whose base64 ends with `=` or `==`. */
function makeRequestWithPadding(): string {
  for (;;) {
    const base64 = makeRequest().toString('base64'); // of varying length, as signatures by ECDSA are
    if (base64.endsWith('=')) {
      return base64;
    }
  }
}
