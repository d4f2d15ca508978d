import { revokeCommand, RevokeOptions } from '../../src/cli/revoke-command';
import { silentProgress } from '../../src/cli/terminal';
import { answerRevocation } from '../../src/issuing/revocation/revoker';
import { NO_AWS } from '../support/cli-run';
import { certificatesOfOneCa } from '../support/many-certificates';

/** The function names 5,000. */
const MORE = 12;

/** The CA is registered with two platforms, and its revocations are carried over to one of them. */
const REACH = [{ platform: 'aws-iot-core', carriedOver: true }, { platform: 'azure-dps', carriedOver: false }];

/** What the command says when the function of a CA with so many certificates answers it. */
async function said(options: Partial<RevokeOptions>, certificates = 5_000 + MORE): Promise<{ out: string; err: string; events: object[] }> {
  const { caId, ports } = await certificatesOfOneCa(certificates);
  const events: object[] = [];
  const invokeFunction = async (_: unknown, payload: string): Promise<{ payload: string; error: boolean }> => {
    events.push(JSON.parse(payload));
    return { payload: JSON.stringify(await answerRevocation({ caId, table: 'Ledger', reach: REACH }, JSON.parse(payload), '8f5c', ports)), error: false };
  };
  let [out, err] = ['', ''];
  const terminal = { progress: silentProgress, print: (text: string) => { out += text; }, warn: (text: string) => { err += text; } };
  await revokeCommand({ local: 'local-out', function: ['Revoke'], all: true, reason: 'unspecified', ...options }, terminal, { ...NO_AWS, awsFunction: () => ({ invokeFunction }) });
  return { out, err, events };
}

const NOTE = `note: ${5000 + MORE} certificates are selected, of which the function names only the first 5000; to see the others, select one stack after the other with --stack\n`;

test('a document about more certificates than the function names says how many it leaves out', async () => {
  const { out, err, events } = await said({ yes: true, json: true });
  const document = JSON.parse(out);
  expect([document.certificates.length, document.certificatesLeftOut]).toEqual([5_000, MORE]);
  expect(err).toBe(NOTE);
  expect(events).toEqual([true, false].map(dryRun => expect.objectContaining({ all: true, dryRun }))); // not only those that were named
});

test('a table of more certificates than the function names says so, and all of them are revoked', async () => {
  const { out, err } = await said({ yes: true });
  expect(out).toMatch(/\n5012 certificates changed in the ledger; /);
  expect(err).toBe(NOTE);
});

test('the table is followed by what becomes of the revocation at each platform', async () => {
  const { out } = await said({ dryRun: true }, 1);
  expect(out.split('\n').slice(-4)).toEqual([
    expect.stringMatching(/^AWS IoT Core: learns of it within seconds; a certificate that AWS IoT Core registers when /),
    expect.stringMatching(/^Azure .*: revocations are not carried over: declare AzureRevocation/),
    'dry run: nothing was changed',
    '',
  ]);
});

test('the end of a hold is followed by no word about what a platform can\'t refuse', async () => {
  const { out } = await said({ dryRun: true, reason: 'removeFromCRL' }, 1);
  expect(out).toContain('\nAWS IoT Core: learns of it within seconds\n');
});

test('a document for programs says the same', async () => {
  const { platforms } = JSON.parse((await said({ dryRun: true, json: true }, 1)).out);
  expect(platforms.map(({ platform, carriedOver }: { platform: string; carriedOver: boolean }) => [platform, carriedOver])).toEqual([['aws-iot-core', true], ['azure-dps', false]]);
});
