import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkMachines, benchmarkTable, durationTable } from './docs-tables/benchmark';
import { endpointTable } from './docs-tables/endpoints';
import { fleetEstimateTable } from './docs-tables/fleet-estimates';
import { lintRuleTable } from './docs-tables/lint-rules';
import { noticeTable } from './docs-tables/notices';
import { platformDeviceTable, platformRevocationTable, platformTable } from './docs-tables/platforms';
import {
  APSARA_REMEDIES, AWS_REMEDIES, AZURE_DATA_PLANE_REMEDIES, AZURE_REMEDIES, ENTRA_REMEDIES, HUAWEI_REMEDIES, KEY_STATE_REMEDIES, NETWORK_REMEDIES,
  remedyTable, TENCENT_REMEDIES,
} from './docs-tables/remedies';

const DOCS = join(__dirname, '..', 'docs');

/** The parts of the documentation that are made from the code, by their names. */
export const TABLES: { readonly [name: string]: () => string } = {
  'platforms': platformTable,
  'devices of platforms': platformDeviceTable,
  'revocation at platforms': platformRevocationTable,
  'notices': noticeTable,
  'endpoints of functions': endpointTable,
  'estimates of fleets': fleetEstimateTable,
  'lint rules': lintRuleTable,
  'benchmark': benchmarkTable,
  'machines of the benchmark': benchmarkMachines,
  'durations': durationTable,
  'remedies of AWS': () => remedyTable(AWS_REMEDIES),
  'states of KMS keys': () => remedyTable(KEY_STATE_REMEDIES),
  'remedies of the network': () => remedyTable(NETWORK_REMEDIES),
  'remedies of Microsoft Entra': () => remedyTable(ENTRA_REMEDIES),
  'remedies of Azure': () => remedyTable(AZURE_REMEDIES),
  'remedies of devices in Azure': () => remedyTable(AZURE_DATA_PLANE_REMEDIES),
  'remedies of Huawei Cloud': () => remedyTable(HUAWEI_REMEDIES),
  'remedies of ApsaraMQ for MQTT': () => remedyTable(APSARA_REMEDIES),
  'remedies of Tencent Cloud IoT Hub': () => remedyTable(TENCENT_REMEDIES),
};

/** A part between its two lines. */
const PLACE = /^<!-- generated: (.+) -->\n[^]*?^<!-- \/generated: (.+) -->$/gm;

/** The names of the parts for which a text has a place. */
export function placesIn(text: string): string[] {
  return [...text.matchAll(PLACE)].map(([, name]) => name);
}

/**
 * A text with the tables of today in their places.
 *
 * @throws Error if a place has a name that no table has, or is not closed
 */
export function withTables(text: string): string {
  const filled = text.replace(PLACE, (_, name: string, closing: string) => {
    const table = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
    if (!table || closing !== name) {
      throw new Error(`a generated part must be one of ${Object.keys(TABLES).join(', ')}, and end with its own name, got "${name}" and "${closing}"`);
    }
    return `<!-- generated: ${name} -->\n\n${table()}\n\n<!-- /generated: ${name} -->`;
  });
  if (placesIn(text).length !== text.split('<!-- generated:').length - 1) {
    throw new Error('a generated part must end with a line of its own, <!-- /generated: … -->');
  }
  return filled;
}

/** The files of the documentation, by their paths. */
export function documents(): string[] {
  return readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md')).map(name => join(DOCS, name)).sort();
}

// npx projen docs:tables
if (require.main === module) {
  for (const file of documents()) {
    const text = readFileSync(file, 'utf8');
    const filled = withTables(text);
    if (filled !== text) {
      writeFileSync(file, filled);
    }
  }
}
