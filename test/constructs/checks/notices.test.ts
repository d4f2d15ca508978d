import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import { Annotations as Said, Match } from 'aws-cdk-lib/assertions';
import { noticeTable } from '../../../projenrc/docs-tables/notices';
import { IotPlatform } from '../../../src';
import { stackWithCa } from '../../support/stacks';
import { noticesOf } from '../../../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../../../src/platforms/registry';
import { NOTES, WARNINGS } from '../../../src/constructs/checks/notices';

const ROOT = join(__dirname, '..');

/** The ids under which the constructs say something, by what stands in their source. */
function idsInSource(): string[] {
  const files = ['src', 'src/private'].flatMap(folder => readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.ts')).map(name => join(ROOT, folder, name)));
  return files.flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\b(?:warn|note)\(\w+, ['`]([^'`]+)['`]/g)].map(([, id]) => id));
}

test('each warning and each note has an id of its own, which the documentation explains', () => {
  const ids = idsInSource().sort();
  expect(ids.filter(id => !id.includes('$'))).toEqual([
    'ca-has-ended', 'ca-of-another-account', 'common-name-constraints', 'common-name-in-topics', 'common-name-twice', 'extended-key-usage', 'name-constraints', 'no-outputs', 'term',
    'trail-of-invocations', 'trail-of-signatures',
  ]);
  expect(ids.filter(id => id.includes('$'))).toEqual(['${id}.${notice}', 'lint.${finding.rule}']);
  expect([...Object.keys(WARNINGS), ...Object.keys(NOTES)].sort()).toEqual(ids.filter(id => !id.includes('$')));
});

test('no construct says anything without an id', () => {
  const others = ['src', 'src/private'].flatMap(folder => readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.ts') && name !== 'notices.ts')
    .filter(name => /\.add(Warning|Info)/.test(readFileSync(join(ROOT, folder, name), 'utf8'))));
  expect(others).toEqual([]);
});

test.each(PLATFORM_IDS)('what has to be known of %s has ids that the documentation explains', platform => {
  for (const [id, notice] of Object.entries(noticesOf(platformRules(platform)))) {
    expect(noticeTable()).toContain(`| \`${platform}.${id}\` | note | ${platformRules(platform).name}: ${notice} |`);
  }
});

test('a note that is acknowledged is not said any more', () => {
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
