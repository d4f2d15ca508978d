import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

const SOURCES = resolve(__dirname, '..', 'src');
const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')).map(name => join(SOURCES, name));

/** What a file loads when it runs: imports of types alone are not in what the compiler makes of it. */
function loadedBy(file: string): string[] {
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  const { outputText } = transpileModule(readFileSync(file, 'utf8'), { compilerOptions });
  const paths = [...outputText.matchAll(/\brequire\(["'](\.[^"']*)["']\)/g)].map(([, path]) => resolve(dirname(file), path));
  return paths.map(path => FILES.find(each => [`${path}.ts`, join(path, 'index.ts')].includes(each))).filter(path => path !== undefined);
}

/** A way from a file back to a file that is being loaded already. */
function circleFrom(
  file: string, loads: ReadonlyMap<string, readonly string[]>, way: readonly string[], done: Set<string>,
): readonly string[] | undefined {
  if (way.includes(file)) {
    return [...way.slice(way.indexOf(file)), file];
  }
  if (done.has(file)) {
    return undefined;
  }
  for (const next of loads.get(file)!) {
    const circle = circleFrom(next, loads, [...way, file], done);
    if (circle) {
      return circle;
    }
  }
  done.add(file);
  return undefined;
}

test('no file of the library loads itself through what it imports', () => {
  const loads = new Map(FILES.map(file => [file, loadedBy(file)]));
  expect([...loads.values()].flat().length).toBeGreaterThan(500);
  const done = new Set<string>();
  const circles = FILES.map(file => circleFrom(file, loads, [], done)).filter(circle => circle !== undefined);
  expect(circles.map(circle => circle.map(file => file.slice(SOURCES.length + 1)).join(' -> '))).toEqual([]);
});
