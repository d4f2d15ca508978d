import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import { Annotations as Said, Match } from 'aws-cdk-lib/assertions';
import { noticeTable } from '../../../projenrc/docs-tables/notices';
import { IotPlatform } from '../../../src';
import { NOTES, WARNINGS } from '../../../src/constructs/checks/notices';
import { noticesOf } from '../../../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../../../src/platforms/registry';
import { stackWithCa } from '../../support/stacks';

const SOURCES = join(__dirname, '..', '..', '..', 'src');

/** The files of the constructs, those of platforms included. */
function sourcesOfConstructs(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => /^(constructs|platforms)\/.*\.ts$/.test(name)).map(name => join(SOURCES, name));
}

/** The ids under which the constructs say something, by what stands in their source. */
function idsInSource(): string[] {
  return sourcesOfConstructs().flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\b(?:warn|note)\(\w+, ['`]([^'`]+)['`]/g)].map(([, id]) => id));
}

test('each warning and each note has an id of its own, which the documentation explains', () => {
  const ids = idsInSource().sort();
  expect(ids.filter(id => !id.includes('$'))).toEqual([
    'ca-has-ended', 'ca-names', 'ca-of-another-account', 'ca-renewed-late', 'common-name-constraints', 'common-name-in-topics', 'common-name-twice',
    'crl-domain', 'expiry-unwatched', 'extended-key-usage', 'fleet-ca-in-kms', 'fleet-estimate', 'former-ca', 'mailbox-constraints', 'name-constraints',
    'no-outputs', 'ocsp-signing', 'registered-ca-is-renewed', 'renewed-ca-is-exported', 'revocation-unread', 'signing-region', 'term',
    'trail-of-invocations', 'trail-of-signatures',
  ]);
  expect(ids.filter(id => id.includes('$'))).toEqual(['${id}.${notice}', 'lint.${finding.rule}']);
  expect([...Object.keys(WARNINGS), ...Object.keys(NOTES)].sort()).toEqual(ids.filter(id => !id.includes('$')));
});

test('no construct gives a notice without an id', () => {
  const files = sourcesOfConstructs();
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter(file => basename(file) !== 'notices.ts' && /\.add(Warning|Info)/.test(readFileSync(file, 'utf8')))).toEqual([]);
});

test.each(PLATFORM_IDS)('every requirement of %s has ids that the documentation explains', platform => {
  for (const [id, notice] of Object.entries(noticesOf(platformRules(platform)))) {
    expect(noticeTable()).toContain(`| \`${platform}.${id}\` | note | ${platformRules(platform).name}: ${notice} |`);
  }
});

test('a note that is acknowledged is not shown any more', () => {
  const notes = (acknowledged: boolean): unknown[] => {
    const { stack, ca } = stackWithCa({ platforms: [IotPlatform.HUAWEI_IOTDP] });
    if (acknowledged) {
      Annotations.of(ca).acknowledgeInfo('cdk-private-iot-ca:huawei-iotdp.code-lifetime');
    }
    return Said.fromStack(stack).findInfo('/Stack/Ca', Match.anyValue()).map(({ entry }) => entry.data);
  };
  expect(notes(false)).toEqual([expect.stringContaining('huawei-iotdp.code-lifetime'), expect.stringContaining('huawei-iotdp.ca-in-use')]);
  expect(notes(true)).toEqual([expect.stringContaining('huawei-iotdp.ca-in-use')]);
});
