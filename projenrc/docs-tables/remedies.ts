import { markdownTable } from './markdown-table';
import { ADVICE as AWS_ADVICE, KEY_STATES } from '../../src/lambda/aws/advice';
import { ADVICE as APSARA_ADVICE } from '../../src/platforms/alibaba/registrar/mqtt-api';
import { WAYS_OUT as ENTRA_WAYS_OUT } from '../../src/platforms/azure/registrar/access-token';
import { CAUSES, DATA_PLANE_CAUSES } from '../../src/platforms/azure/registrar/refusal';
import { REVOCATION_WAYS_OUT as HUAWEI_REVOCATION_WAYS_OUT, WAYS_OUT as HUAWEI_WAYS_OUT } from '../../src/platforms/huawei/registrar/refusal';
import { LASTING } from '../../src/platforms/registrar/network-fault';
import { ADVICE as TENCENT_ADVICE } from '../../src/platforms/tencent/registrar/iot-hub-api';

/** What tells an error, in each of the forms in which it can be told, and what to do. */
type Remedy = readonly [string[], string];

export const AWS_REMEDIES = byCode(AWS_ADVICE);
export const KEY_STATE_REMEDIES = KEY_STATES.map(({ says, advice }): Remedy => [wordsOf(says), advice]);
export const NETWORK_REMEDIES = LASTING.map(({ code, wayOut }): Remedy => [wordsOf(code), wayOut('…')]);
export const ENTRA_REMEDIES = byCode(ENTRA_WAYS_OUT);
export const AZURE_REMEDIES = CAUSES.map(({ sign, wayOut }): Remedy => [wordsOf(sign), wayOut]);
export const AZURE_DATA_PLANE_REMEDIES = DATA_PLANE_CAUSES.map(({ sign, wayOut }): Remedy => [wordsOf(sign), wayOut]);
export const HUAWEI_REMEDIES = [...byCode(HUAWEI_WAYS_OUT), ...byCode(HUAWEI_REVOCATION_WAYS_OUT)];
export const APSARA_REMEDIES = byCode(APSARA_ADVICE);
export const TENCENT_REMEDIES = byCode(TENCENT_ADVICE);

/** A table of errors and what to do about them. Errors with one remedy share a row. */
export function remedyTable(remedies: readonly Remedy[]): string {
  const rows = new Map<string, string[]>();
  remedies.forEach(([words, remedy]) => rows.set(remedy, [...rows.get(remedy) ?? [], ...words]));
  return markdownTable(['Error', 'What to do'], [...rows].map(([remedy, words]) => [words.map(word => `\`${word}\``).join(', '), sentence(remedy)]));
}

function byCode(table: { readonly [code: string]: string }): Remedy[] {
  return Object.entries(table).map(([code, remedy]) => [[code], remedy]);
}

/** A remedy begins in the code with a small letter, since it stands behind the error. Names of properties and code keep theirs. */
function sentence(remedy: string): string {
  const [first] = remedy.split(' ');
  return `${/^[a-z]+$/.test(first) ? first[0].toUpperCase() + first.slice(1) : first}${remedy.slice(first.length)}`
    .replace(/</g, '&lt;').replace(/\*/g, '\\*');
}

/**
 * The texts that a regular expression of a remedy looks for: its alternatives, without what anchors them. A status comes as `404`, and
 * what is the beginning of a code with an ellipsis.
 */
export function wordsOf({ source }: RegExp): string[] {
  return expanded(source)
    .map(text => text.replace(/^\^/, '').replace(/\\d\+ |\\b|\\w\*|\$$/g, '').replace(/ \?/g, ' ').replace(/_$/, '_…').trim());
}

/** A regular expression without its groups: one for each of their alternatives. */
function expanded(source: string): string[] {
  const group = /\((?:\?:)?([^()]*)\)/.exec(source);
  if (!group) {
    return source.split('|');
  }
  const alternatives = topLevel(source);
  return alternatives.length > 1 ? alternatives.flatMap(expanded)
    : group[1].split('|').flatMap(each => expanded(source.slice(0, group.index) + each + source.slice(group.index + group[0].length)));
}

/** The alternatives of a regular expression that stand in no group. */
function topLevel(source: string): string[] {
  return source.split(/\|(?![^(]*\))/);
}
