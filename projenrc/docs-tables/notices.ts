import { markdownTable } from './markdown-table';
import { NOTES, WARNINGS } from '../../src/constructs/checks/notices';
import { noticesOf } from '../../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../../src/platforms/registry';

/** The warnings and notes of synthesis, by the ids under which they are acknowledged. */
export function noticeTable(): string {
  const platforms = PLATFORM_IDS.flatMap(platform => Object.entries(noticesOf(platformRules(platform)))
    .map(([id, notice]) => row(`${platform}.${id}`, 'note', `${platformRules(platform).name}: ${notice}`)));
  return markdownTable(['Id', 'Is a', 'Says'], [
    ...Object.entries(WARNINGS).map(([id, says]) => row(id, 'warning', says)),
    row('lint.<rule>', 'warning', 'A CA that was made elsewhere breaks a [rule of lint](lint-rules.md)'),
    ...Object.entries(NOTES).map(([id, says]) => row(id, 'note', says)),
    ...platforms,
  ]);
}

function row(id: string, kind: 'warning' | 'note', says: string): string[] {
  return [`\`${id}\``, kind, says];
}
