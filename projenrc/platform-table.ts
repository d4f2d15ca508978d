import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_ALGORITHMS, KeyAlgorithmName } from '../src/contract/key-algorithms';
import { PlatformRules } from '../src/contract/platform-rules';
import { PLATFORM_IDS, platformRules } from '../src/contract/platforms';

/** Between these two lines, README.md holds the table, which running this file writes anew. */
export const TABLE_BEGIN = '<!-- platforms -->';
export const TABLE_END = '<!-- /platforms -->';

/** The columns, and what each says of a platform. */
const COLUMNS: readonly [string, (rules: PlatformRules) => string][] = [
  ['Is', ({ name }) => name],
  ['CA key', ({ caKeyAlgorithms }) => keys(caKeyAlgorithms)],
  ['Device key', ({ deviceKeyAlgorithms }) => keys(deviceKeyAlgorithms)],
  ['Proof', ({ proof }) => proof],
  ['Its code', ({ proof, code, registrationCode }) => proof === 'none' ? '' : [
    registrationCode?.allowed ?? 'any', ...code ? [`${code.comes}, from ${code.from}`] : [],
  ].join('; ')],
  ['A device is known by', ({ deviceKnownBy, deviceCommonName }) => [
    deviceKnownBy ?? '', ...deviceCommonName && deviceKnownBy !== 'common name' ? ['common name'] : [],
  ].join('; ') + (deviceCommonName ? `: ${deviceCommonName.allowed}` : '')],
  ['CAs', ({ maximumCas, maximumCasWithOneSubject }) => maximumCas?.toString() ?? (maximumCasWithOneSubject ? `${maximumCasWithOneSubject} with one subject` : '')],
  ['Only', ({ regions, devices, codeLifetime }) => [...regions ?? [], ...devices ? [devices] : [], ...codeLifetime ? [`codes valid for ${codeLifetime}`] : []].join('; ')],
];

/** The table of platforms in Markdown, made from the rules that are checked. */
export function platformTable(): string {
  const rows = PLATFORM_IDS.map(platform => [`\`${constantOf(platform)}\``, ...COLUMNS.map(([, cell]) => cell(platformRules(platform)))]);
  return [['Platform', ...COLUMNS.map(([title]) => title)], Array(COLUMNS.length + 1).fill('---'), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`.replace(/ {2,}/g, ' '))
    .join('\n');
}

/**
 * A text with the table between its two lines.
 *
 * @throws Error where the lines are not there
 */
export function withPlatformTable(text: string): string {
  const [before, after] = [text.split(TABLE_BEGIN)[0], text.split(TABLE_END)[1]];
  if (text.split(TABLE_BEGIN).length !== 2 || text.split(TABLE_END).length !== 2) {
    throw new Error(`the text must have the lines ${TABLE_BEGIN} and ${TABLE_END}, each once`);
  }
  return `${before}${TABLE_BEGIN}\n\n${platformTable()}\n\n${TABLE_END}${after}`;
}

/** The constant of `IotPlatform`: `AWS_IOT_CORE` for `aws-iot-core`. */
function constantOf(platform: string): string {
  return platform.toUpperCase().replace(/-/g, '_');
}

/** Algorithms in short: RSA of any size, and the first and the last of the curves, which stand in their order. */
function keys(algorithms: readonly KeyAlgorithmName[] | undefined): string {
  if (!algorithms) {
    return 'any';
  }
  const rsa = algorithms.some(name => KEY_ALGORITHMS[name].family === 'RSA') ? ['RSA'] : [];
  const curves = algorithms.filter(name => KEY_ALGORITHMS[name].family !== 'RSA').map(name => name.replace(/^EC_P/, 'P-'));
  return [...rsa, ...curves.length > 1 ? [`${curves[0]} to ${curves[curves.length - 1]}`] : curves].join(', ');
}

// npx tsx projenrc/platform-table.ts
if (require.main === module) {
  const readme = join(__dirname, '..', 'README.md');
  writeFileSync(readme, withPlatformTable(readFileSync(readme, 'utf8')));
}
