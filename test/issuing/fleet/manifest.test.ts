import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceRow, RefusedRow } from '../../../src/contract/fleet';
import { ManifestFormat, readManifest } from '../../../src/issuing/fleet/manifest/read-manifest';
import { piecesOf } from '../../../src/issuing/fleet/pieces';
import { opensslRequest } from '../../support/foreign-ca';
import { requestOf } from '../../support/many-requests';
import { opensslOutput } from '../../support/openssl';

/** Reads a manifest, in chunks of so many octets. */
async function read(content: string | Buffer, format: ManifestFormat = 'csv', chunk = 7): Promise<{ rows: DeviceRow[]; refused: RefusedRow[] }> {
  const octets = Buffer.from(content);
  const rows: DeviceRow[] = [];
  const refused: RefusedRow[] = [];
  async function* chunks(): AsyncIterable<Buffer> {
    for (let at = 0; at < octets.length; at += chunk) {
      yield octets.subarray(at, at + chunk);
    }
  }
  for await (const each of readManifest(chunks(), format)) {
    'row' in each ? rows.push(each.row) : refused.push(each.refused);
  }
  return { rows, refused };
}

const ids = async (content: string | Buffer, format?: ManifestFormat): Promise<string[]> =>
  (await read(content, format)).rows.map(({ deviceId }) => deviceId);
const reasons = async (content: string, format?: ManifestFormat): Promise<(string | number)[][]> =>
  (await read(content, format)).refused.map(({ line, reason }) => [line, reason]);

describe('a manifest in CSV', () => {
  test('has a device on each line, with the subject and the names that it declares', async () => {
    const { rows, refused } = await read('deviceId,organization,dns,ip\nsensor-001,Acme,a.example b.example,192.0.2.1\nsensor-002,,,\n');
    expect(rows).toEqual([
      { line: 2, deviceId: 'sensor-001', subject: { organization: 'Acme' }, names: { dns: ['a.example', 'b.example'], ip: ['192.0.2.1'] } },
      { line: 3, deviceId: 'sensor-002' },
    ]);
    expect(refused).toEqual([]);
  });

  test('has the generation of a device, and refuses what is no whole number', async () => {
    const { rows, refused } = await read('deviceId,generation\na,2\nb,\nc,two\nd,0\n');
    expect(rows).toEqual([{ line: 2, deviceId: 'a', generation: 2 }, { line: 3, deviceId: 'b' }]);
    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
      [4, 'generation must be a whole number from 1 to 1000000, got a string "two"'], [5, expect.stringContaining('generation must be a whole number from 1')],
    ]);
    expect((await read('{"deviceId":"a","generation":3}', 'jsonl')).rows).toEqual([{ line: 1, deviceId: 'a', generation: 3 }]);
  });

  test('refuses a row with more names than a certificate may have', async () => {
    expect(await reasons(JSON.stringify({ deviceId: 'a', dns: Array(51).fill('') }), 'jsonl')).toEqual([[1, 'dns must have at most 50 names, got 51']]);
  });

  test('has a request of several lines in quotation marks, and counts its lines', async () => {
    const request = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n';
    const { rows } = await read(`deviceId,certificateSigningRequest\na,"${request}"\nb,"${request}"\n`);
    expect(rows).toEqual([
      { line: 2, deviceId: 'a', certificateSigningRequest: request }, { line: 6, deviceId: 'b', certificateSigningRequest: request },
    ]);
  });

  test.each([
    ['Windows line ends', 'deviceId,locality\r\na,Bonn\r\nb,Köln\r\n'],
    ['a byte order mark', '\ufeffdeviceId,locality\na,Bonn\nb,Köln'],
    ['semicolons', 'deviceId;locality\na;Bonn\nb;Köln\n'],
    ['tabs', 'deviceId\tlocality\na\tBonn\nb\tKöln\n'],
    ['empty lines', 'deviceId,locality\n\na,Bonn\n\nb,Köln\n\n'],
    ['spaces around its fields', ' deviceId , locality\n a , Bonn\nb,Köln \n'],
  ])('is read with %s', async (_, content) => {
    expect((await read(content)).rows.map(({ deviceId, subject }) => [deviceId, subject?.locality])).toEqual([['a', 'Bonn'], ['b', 'Köln']]);
  });

  test('is separated by what separates its header, and the others are part of a field', async () => {
    const { rows, refused } = await read('deviceId;organization;dns\na;Müller, Söhne\nb;Müller, Söhne;a.example\n');
    expect(rows).toEqual([{ line: 3, deviceId: 'b', subject: { organization: 'Müller, Söhne' }, names: { dns: ['a.example'] } }]);
    expect(refused).toEqual([{ line: 2, reason: 'a row must have as many fields as the header, 3 (separated by semicolons), got 2' }]);
  });

  test.each([['utf16le', [0xff, 0xfe]], ['UTF-16 from the other end', [0xfe, 0xff]]])('is read in UTF-16 with its mark: %s', async (encoding, mark) => {
    const text = Buffer.from('deviceId\nsensor-Ä\n', 'utf16le');
    expect(await ids(Buffer.concat([Buffer.from(mark), encoding === 'utf16le' ? text : text.swap16()]))).toEqual(['sensor-Ä']);
  });

  test.each([
    ['in UTF-16 without a mark', Buffer.from('deviceId\na\n', 'utf16le'), /UTF-8, or in UTF-16 with a byte order mark, got NUL characters; save it as UTF-8/],
    ['in Latin-1', Buffer.from('deviceId\nKöln\n', 'latin1'), /got octets that are not utf-8; save it as UTF-8/],
    ['that ends within a character', Buffer.from('deviceId\nKö').subarray(0, -1), /got octets that are not utf-8/],
    ['that is empty', Buffer.alloc(0), /must begin with a header of the columns deviceId, .*, got no line/],
    ['with a header alone', Buffer.from('deviceId\n'), /must have a row for each device, got none/],
    ['with an unknown column', Buffer.from('deviceId,colour\na,red\n'), /no other columns than deviceId, .*, got "colour"/],
    ['without the IDs of the devices', Buffer.from('commonName\na\n'), /must have the column deviceId, and each column once, got "commonName"/],
    ['with a column twice', Buffer.from('deviceId,deviceId\na,a\n'), /each column once, got "deviceId, deviceId"/],
    ['with a quotation mark that is not closed', Buffer.from(`deviceId\na\n"b\n${'c\n'.repeat(10)}`), /must enclose a whole field .* which is not so on or after line 3/],
    ['with a quotation mark that is closed too early', Buffer.from('deviceId\na\n"b"c\n'), /must enclose a whole field .* on or after line 3/],
    ['with a row of ten megabytes', Buffer.from(`deviceId\na\n${'b'.repeat(10_000_000)}\n`), /a row must have at most 65536 characters, and the one on line 3 has more; a quotation mark may be missing there/],
  ])('%s is refused as a whole', async (_, content, message) => {
    await expect(read(content, 'csv', 65_536)).rejects.toThrow(message);
  });
});

describe('a manifest in JSON Lines', () => {
  test('has an object on each line, with lists of names', async () => {
    const { rows } = await read('{"deviceId":"a","dns":["a.example"],"organization":"Acme"}\r\n\n{"deviceId":"b","uri":"urn:b urn:c","certificateSigningRequest":null}', 'jsonl');
    expect(rows).toEqual([
      { line: 1, deviceId: 'a', subject: { organization: 'Acme' }, names: { dns: ['a.example'] } }, { line: 3, deviceId: 'b', names: { uri: ['urn:b', 'urn:c'] } },
    ]);
  });

  test('has other rows than those that are wrong', async () => {
    const lines = ['{"deviceId":"a"}', '{"deviceId":', '["b"]', `{"deviceId":"${'c'.repeat(10_000_000)}"}`, '{"deviceId":4}', '{"deviceID":"e"}', '{"deviceId":"f","__proto__":{"ip":"x"}}', '{"deviceId":"g"}'];
    const { rows, refused } = await read(lines.join('\n'), 'jsonl', 65_536);
    expect(rows.map(({ deviceId }) => deviceId)).toEqual(['a', 'g']);
    expect(refused.map(({ line, reason }) => [line, reason.slice(0, 60)])).toEqual([
      [2, 'a row must be one JSON object on one line, such as {"deviceI'],
      [3, 'a row must be a JSON object such as {"deviceId":"sensor-001"'],
      [4, 'a row must have at most 65536 characters, and the one on lin'],
      [5, 'deviceId must be a string, got 4'],
      [6, 'a row must have no other values than deviceId, certificateSi'],
      [7, 'a row must have no other values than deviceId, certificateSi'],
    ]);
  });

  test('never shows a line that is no JSON: it may be a secret', async () => {
    expect(JSON.stringify(await read('{"deviceId":"a"}\n-----BEGIN PRIVATE KEY-----', 'jsonl'))).not.toContain('BEGIN');
  });
});

describe('the request of a device', () => {
  const first = opensslRequest('/O=Acme');
  const der = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');
  const column = (requests: readonly string[]): string => requests.map((certificateSigningRequest, index) =>
    JSON.stringify({ deviceId: `sensor-${index}`, certificateSigningRequest })).join('\n');

  test('is refused if an earlier row has a request for the same key, in whatever form: it is that of another row', async () => {
    const { rows, refused } = await read(column([first, requestOf(0), der(first), requestOf(1), `\n${first}`]), 'jsonl');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 4]);
    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([3, 5].map(line =>
      [line, expect.stringMatching(/^certificateSigningRequest must be for a key that no other device has, and the request on line 1 is for the same key; find out/)]));
  });

  test('takes no key for a row that is evidently not its own: the right row keeps it', async () => {
    const ofThree = opensslRequest('/CN=sensor-3');
    const rows = [{ deviceId: 'wrong-1', certificateSigningRequest: ofThree }, { deviceId: 'sensor-3', certificateSigningRequest: ofThree }];
    expect((await read(rows.map(row => JSON.stringify(row)).join('\n'), 'jsonl')).refused).toEqual([]); // the first one is refused when it is issued
  });

  test('is compared by its key: another request for the key of an earlier one is refused too', async () => {
    const key = join(mkdtempSync(join(tmpdir(), 'manifest-')), 'key.pem');
    opensslOutput(['genpkey', '-algorithm', 'RSA', '-out', key]);
    const both = ['/CN=sensor-0', '/CN=sensor-1'].map(subject => opensslOutput(['req', '-new', '-key', key, '-subj', subject]));
    expect((await reasons(column(both), 'jsonl')).map(([line]) => line)).toEqual([2]);
  });
});

describe('a piece', () => {
  test('ends after so many rows, or before they fill the memory', async () => {
    async function* rows(count: number, dns: string): AsyncIterable<{ row: DeviceRow }> {
      for (let line = 1; line <= count; line++) {
        yield { row: { line, deviceId: `sensor-${line}`, names: { dns: [dns] } } };
      }
    }
    const sizes = async (count: number, length: number, size: number): Promise<number[]> => {
      const found: number[] = [];
      for await (const piece of piecesOf(rows(count, 'a'.repeat(length)), size)) {
        found.push(piece.rows.length);
      }
      return found;
    };
    expect(await sizes(250, 10, 100)).toEqual([100, 100, 50]);
    expect(await sizes(100, 60_000, 5_000)).toEqual([35, 35, 30]);
  });
});

describe('the ID of a device', () => {
  test('is refused where it could be taken for a place in a file system, or where a reader can\'t see it whole', async () => {
    const rule = 'deviceId must have 1 to 128 visible characters, without slashes, and without spaces at its ends, got ';
    const wrong = ['../a', 'a\\b', 'a\u0000b', 'a\u202eb', 'a\u200bb', 'a\u00a0b', 'a'.repeat(129)];
    const refused = await reasons(wrong.map(deviceId => JSON.stringify({ deviceId })).join('\n'), 'jsonl');
    expect(refused.map(([line, reason]) => [line, String(reason).slice(0, rule.length)])).toEqual(wrong.map((_, index) => [index + 1, rule]));
    expect(String(refused[3][1])).toContain('a\\u202eb');
  });

  test('is refused if another line has it, in whatever case and Unicode form', async () => {
    const same = ['sensor-é', 'Sensor-é', 'sensor-e\u0301', 'ｓensor-é', 'sensor-é'];
    expect(await reasons(`deviceId\nother\n${same.join('\n')}\nlast\n`)).toEqual([4, 5, 6, 7].map(line =>
      [line, 'deviceId must be given once, whatever its case and its Unicode form, and line 3 has it too']));
  });

  test('is not shown if it is a private key in the wrong column', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const { refused } = await read(`${JSON.stringify({ deviceId: key })}\n${JSON.stringify({ deviceId: key.replace(/-----[^-]+-----|\n/g, '') })}`, 'jsonl');
    expect(refused.map(({ deviceId }) => deviceId)).toEqual([undefined, undefined]);
    expect(JSON.stringify(refused)).not.toContain(key.slice(40, 60));
  });

  test('is missing in a row only if the row is refused', async () => {
    expect(await reasons('deviceId,locality\n,Bonn\na,Bonn,x\nb\nc,Bonn\n')).toEqual([
      [2, 'deviceId must be given'],
      [3, 'a row must have as many fields as the header, 2 (separated by commas), got 3'],
      [4, 'a row must have as many fields as the header, 2 (separated by commas), got 1'],
    ]);
  });
});
