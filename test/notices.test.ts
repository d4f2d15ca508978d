import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import { Annotations as Said, Match } from 'aws-cdk-lib/assertions';
import { IotPlatform } from '../src';
import { stackWithCa } from './support/stacks';
import { noticesOf } from '../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../src/contract/platforms';

const ROOT = join(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The ids under which the constructs say something, by what stands in their source. */
function idsInSource(): string[] {
  const files = ['src', 'src/private'].flatMap(folder => readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.ts')).map(name => join(ROOT, folder, name)));
  return files.flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\b(?:warn|note)\(\w+, ['`]([^'`]+)['`]/g)].map(([, id]) => id));
}

test('each warning and each note has an id of its own, which the README explains', () => {
  const ids = idsInSource();
  expect(ids.sort()).toEqual([
    '${id}.${notice}', 'ca-has-ended', 'ca-of-another-account', 'common-name-constraints', 'common-name-in-topics', 'common-name-twice', 'extended-key-usage',
    'lint.${finding.rule}', 'name-constraints', 'no-outputs', 'term',
    'trail-of-invocations', 'trail-of-signatures',
  ]);
  ids.filter(id => !id.includes('$')).forEach(id => expect(README).toContain(`\`${id}\``));
  expect(README).toContain('`lint.<rule>`');
});

test('no construct says anything without an id', () => {
  const others = ['src', 'src/private'].flatMap(folder => readdirSync(join(ROOT, folder)).filter(name => name.endsWith('.ts') && name !== 'notices.ts')
    .filter(name => /\.add(Warning|Info)/.test(readFileSync(join(ROOT, folder, name), 'utf8'))));
  expect(others).toEqual([]);
});

test.each(PLATFORM_IDS)('what has to be known of %s has ids that the README explains', platform => {
  for (const id of Object.keys(noticesOf(platformRules(platform)))) {
    expect([`\`<platform>.${id}\``, `\`${platform}.${id}\``].filter(text => README.includes(text))).toHaveLength(1);
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
