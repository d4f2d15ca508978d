import { readAssembly } from '../../../src/cli/local/assembly';
import { parameterValues, parseParameter } from '../../../src/cli/local/parameters';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { ca, RecordingDeployment } from '../../support/cli-engine';

const members = (number: number, member: object): object => Object.fromEntries(Array.from({ length: number }, (_, n) => [`M${n}`, member]));

describe('a local deployment, as CloudFormation,', () => {
  test('refuses a value of more than 1,024 characters in an export, and rolls the stack back', async () => {
    const deployment = new RecordingDeployment();
    const exporting = (value: string) => ({ Resources: { Ca: ca('1') }, Outputs: { Pem: { Value: value, Export: { Name: 'Pem' } } } });
    await expect(deployment.deploy(exporting('x'.repeat(1025)))).rejects
      .toThrow('stack Iot: Cannot export output Pem with length 1025. Max length of 1024 exceeded. (To use a certificate in another stack, call certificatePemFor(scope)');
    expect(deployment.state.stacks.Iot.resources).toEqual({});
    await deployment.deploy(exporting('x'.repeat(1024)));
    expect(deployment.state.stacks.Iot.exports).toEqual({ Pem: 'x'.repeat(1024) });
  });

  test('accepts an output of any length if it is not exported', async () => {
    const deployment = new RecordingDeployment();
    await deployment.deploy({ Resources: {}, Outputs: { Pem: { Value: 'x'.repeat(3000) } } });
    expect(deployment.state.stacks.Iot.outputs).toEqual({ Pem: 'x'.repeat(3000) });
  });

  test('refuses an answer of more than 4,096 bytes', async () => {
    const deployment = new RecordingDeployment();
    const name = 'x'.repeat(4000); // stands in the physical id and in an attribute
    await expect(deployment.deploy({ Resources: { Ca: ca(name) } })).rejects.toThrow('stack Iot, resource Ca (Custom::PrivateIotCa): Response object is too long.');
  });

  test('refuses a template with more than 500 resources, more than 200 outputs or more than 1,000,000 bytes, by its file', () => {
    const read = (template: object) => readAssembly(writeAssembly(temporaryFolder(), { Iot: { template: { ...template } } }));
    const table = { Type: 'AWS::DynamoDB::Table' };
    expect(read({ Resources: members(500, table), Outputs: members(200, { Value: 'x' }) })).toHaveLength(1);
    expect(() => read({ Resources: members(501, table) }))
      .toThrow(/Iot\.template\.json: Template format error: Number of resources, 501, is greater than maximum allowed, 500\. \(Put some/);
    expect(() => read({ Outputs: members(201, { Value: 'x' }) })).toThrow('Number of outputs, 201, is greater than maximum allowed, 200');
    expect(() => read({ Resources: {}, Metadata: 'x'.repeat(1_000_000) })).toThrow('Template may not exceed 1000000 bytes in size.');
  });

  test('refuses a value of more than 4,096 bytes for a parameter, without showing it', () => {
    const declarations = new Map([['Pem', parseParameter({ Type: 'String' }, 'here')]]);
    const valuesOf = (Pem: string) => parameterValues('Iot', declarations, { given: { Pem }, assembly: {}, previous: {} });
    expect(valuesOf('x'.repeat(4096))).toEqual({ Pem: 'x'.repeat(4096) });
    expect(() => valuesOf('secret'.repeat(1000))).toThrow(/^stack Iot: Parameter 'Pem' value '\[\*{4}\]' length is greater than 4096\. \(6000 bytes; give fewer/);
  });
});
