import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLES, ESBUILD_OPTIONS } from './bundle-entries';

/** A package of which something is in a bundle. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The text of its license, and its notice where it has one; absent where it ships neither. */
  readonly text?: string;
}

const NOTICES = join(__dirname, '..', 'THIRD-PARTY-NOTICES.md');

/** The folders of the packages that the bundles hold something of, as esbuild says. */
async function bundledFolders(): Promise<string[]> {
  const builds = await Promise.all(BUNDLES.map(({ entry }) => build({
    ...ESBUILD_OPTIONS, mainFields: [...ESBUILD_OPTIONS.mainFields], entryPoints: [entry], absWorkingDir: join(__dirname, '..'), bundle: true, metafile: true, write: false, outdir: 'assets',
  })));
  const inputs = builds.flatMap(({ metafile }) => Object.values(metafile!.outputs).flatMap(({ inputs: used }) =>
    Object.entries(used).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)));
  return [...new Set(inputs.map(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(folder => folder !== undefined))];
}

function packageIn(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter(file => /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i.test(file)).sort()
    .map(file => readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim());
  return { name, version, license, text: texts.length > 0 ? texts.join('\n\n') : undefined };
}

/** The lines that say whose it is, by which the same license differs from package to package. */
const COPYRIGHT = /^[ \t]*(?:\*\*)?Copyright\b(?! notice| owner| license|.*\[yyyy\]).*$/gim;

/** Each license text once, after the packages that have it and whose they are. */
function notices(packages: readonly BundledPackage[]): string {
  const rows = packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  const byText = new Map<string, string[]>();
  for (const { name, text, license } of packages) {
    const body = text?.replace(COPYRIGHT, '').replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n').trim();
    const shown = `## ${license}\n\n${body === undefined ? 'These packages ship no text of the license.' : `\`\`\`text\n${body}\n\`\`\``}`;
    const owners = [...text?.matchAll(COPYRIGHT) ?? []].map(([line]) => line.replaceAll('*', '').trim());
    byText.set(shown, [...byText.get(shown) ?? [], `- ${[name, ...owners].join('; ')}`]);
  }
  return [
    '# Third-party notices', '',
    'The files in `assets/` contain code of these packages. `npx projen notices` writes this file from what esbuild bundles.', '',
    '| Package | Version | License |', '| --- | --- | --- |', ...rows, '',
    ...[...byText].flatMap(([text, owners]) => [text, '', ...new Set(owners), '']),
  ].join('\n');
}

async function main(): Promise<void> {
  const packages = (await bundledFolders()).map(packageIn);
  const unique = [...new Map(packages.map(each => [`${each.name}@${each.version}`, each])).values()];
  const sorted = unique.sort((one, other) => one.name.localeCompare(other.name, 'en') || one.version.localeCompare(other.version, 'en'));
  writeFileSync(NOTICES, notices(sorted));
}

void main();
