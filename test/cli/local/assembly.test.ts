import { join } from 'node:path';
import { readAssembly, selectStacks } from '../../../src/cli/local/assembly';
import { StackJson, temporaryFolder, writeAssembly, writeJson } from '../../support/cli-assembly';

const EMPTY = { Resources: {} };
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function stack(more: Partial<StackJson> = {}): StackJson {
  return { template: EMPTY, ...more };
}

describe('the stacks of an assembly', () => {
  test('come after those they depend on, and otherwise in the order of the manifest', () => {
    writeAssembly(folder, { Devices: stack({ dependencies: ['Root', 'Keys'] }), Root: stack({ dependencies: ['Keys'] }), Keys: stack(), Other: stack() });
    expect(readAssembly(folder).map(({ name }) => name)).toEqual(['Keys', 'Root', 'Devices', 'Other']);
  });

  test('have the names by which CloudFormation knows them', () => {
    writeAssembly(folder, { ProdIot1234: stack({ stackName: 'Prod-Iot', displayName: 'Prod/Iot' }) });
    expect(readAssembly(folder)[0]).toMatchObject({ name: 'Prod-Iot', displayName: 'Prod/Iot', templateFile: join(folder, 'ProdIot1234.template.json') });
  });

  test('of stages come where their stage does', () => {
    writeAssembly(join(folder, 'assembly-B'), { B2: stack({ dependencies: ['B1'] }), B1: stack() });
    writeAssembly(join(folder, 'assembly-A'), { A1: stack() });
    const nested = (directoryName: string, ...dependencies: string[]): object => ({ type: 'cdk:cloud-assembly', properties: { directoryName }, dependencies });
    writeAssembly(folder, { Top: stack({ dependencies: ['assembly-B'] }) }, {
      'assembly-B': nested('assembly-B', 'assembly-A'), 'assembly-A': nested('assembly-A'),
    });
    const stacks = readAssembly(folder);
    expect(stacks.map(({ name }) => name)).toEqual(['A1', 'B1', 'B2', 'Top']);
    expect(selectStacks(stacks, ['B2']).map(({ name }) => name)).toEqual(['A1', 'B1', 'B2']);
  });

  test('come after those whose outputs they read, which the manifest does not say of stacks in several accounts', () => {
    const reads = (...names: string[]): StackJson => stack({
      template: { Resources: {}, Outputs: Object.fromEntries(names.map(StackName => [StackName, { Value: { 'Fn::GetStackOutput': { StackName, OutputName: 'CaId' } } }])) },
    });
    writeAssembly(folder, { Devices: reads('Root', 'Devices', 'OfAnotherApp'), Root: reads('Keys'), Keys: stack(), Other: stack() });
    const stacks = readAssembly(folder);
    expect(stacks.map(({ name }) => name)).toEqual(['Keys', 'Root', 'Devices', 'Other']);
    expect(selectStacks(stacks, ['Devices']).map(({ name }) => name)).toEqual(['Keys', 'Root', 'Devices']);
    writeAssembly(folder, { A: reads('B'), B: reads('A') });
    expect(() => readAssembly(folder)).toThrow("the stacks A → B → A read each other's outputs");
  });

  test('that are asked for bring those they depend on', () => {
    writeAssembly(folder, { Devices: stack({ dependencies: ['Root'] }), Root: stack({ dependencies: ['Keys'] }), Keys: stack(), Other: stack() });
    expect(selectStacks(readAssembly(folder), ['Devices']).map(({ name }) => name)).toEqual(['Keys', 'Root', 'Devices']);
  });
});

describe('an assembly', () => {
  test.each<[string, () => void, string]>([
    ['without an artifact list', () => writeJson(join(folder, 'manifest.json'), { version: '1' }), 'manifest.json: this is not the manifest of a cloud assembly'],
    ['without stacks', () => writeAssembly(folder, {}), 'the app has no stacks'],
    ['with stacks that depend on each other', () => writeAssembly(folder, { A: stack({ dependencies: ['B'] }), B: stack({ dependencies: ['A'] }) }),
      'manifest.json: the artifacts A → B → A depend on each other'],
    ['with two stacks of one name', () => writeAssembly(folder, { A: stack({ stackName: 'Iot' }), B: stack({ stackName: 'Iot' }) }),
      'the stacks A and B have the same name, Iot'],
    ['with a stack name that is a path', () => writeAssembly(folder, { A: stack({ stackName: '../Iot' }) }), 'artifact A: stackName must consist of at most 128 letters'],
    ['with a template outside of it', () => writeJson(join(folder, 'manifest.json'), {
      version: '1', artifacts: { A: { type: 'aws:cloudformation:stack', properties: { templateFile: '../other.json' } } },
    }), 'artifact A: templateFile must lead to a place in the assembly, got "../other.json"'],
    ['with a template that is missing', () => writeJson(join(folder, 'manifest.json'), {
      version: '1', artifacts: { A: { type: 'aws:cloudformation:stack', properties: { templateFile: 'a.json' } } },
    }), 'a.json: there is no such file'],
    ['with a nested assembly that is missing', () => writeAssembly(folder, {}, {
      Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'nowhere' } },
    }), join('nowhere', 'manifest.json')],
    ['with a nested assembly that is itself', () => writeAssembly(folder, {}, {
      Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: '.' } },
    }), 'artifact Stage: directoryName must lead to another folder, got "."'],
    ['with an artifact that is none', () => writeAssembly(folder, {}, { A: 'x' }), 'artifact A must be a map'],
  ])('is refused %s', (_, write, message) => {
    write();
    expect(() => readAssembly(folder)).toThrow(message);
  });

  test.each<[object, string]>([
    [{ Resources: [] }, 'A.template.json: Resources must be a map'],
    [{ Resources: { 'a-b': {} } }, 'A.template.json: Resources: the name "a-b" must consist of letters and digits'],
    [{ Resources: { Ca: 'x' } }, 'Resources.Ca must be a map'],
    [{ Resources: { Ca: { Type: 'x', Properties: [] } } }, 'Resources.Ca.Properties must be a map'],
    [{ Resources: { Ca: { Type: 'x', DependsOn: [{}] } } }, 'Resources.Ca.DependsOn must be the name of a resource, or a list of names'],
    [{ Resources: { Ca: { Type: 'x', DeletionPolicy: {} } } }, 'Resources.Ca.DeletionPolicy must be a string'],
    [{ Outputs: { A: {} } }, 'Outputs.A.Value is missing'],
  ])('is refused with the template %j', (template, message) => {
    writeAssembly(folder, { A: stack({ template: template as StackJson['template'] }) });
    expect(() => readAssembly(folder)).toThrow(message);
  });
});
