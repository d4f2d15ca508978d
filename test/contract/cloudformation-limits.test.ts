import { checkAnswer, checkExportedValue, checkParameterValue, checkTemplate } from '../../src/contract/cloudformation-limits';

const members = (number: number): object => Object.fromEntries(Array.from({ length: number }, (_, n) => [`M${n}`, {}]));

test.each<[string, (over: number) => string | undefined, string]>([
  ['a value of 1,024 characters is exported and a longer one is refused', over => checkExportedValue('Pem', '€'.repeat(1024 + over)),
    'Cannot export output Pem with length 1025. Max length of 1024 exceeded.'],
  ['an answer of 4,096 bytes is taken and a longer one is refused', over => checkAnswer(`${'€'.repeat(1365)}${'x'.repeat(1 + over)}`),
    'Response object is too long. (4097 bytes, at most 4096 are allowed'],
  ['a parameter of 4,096 bytes is taken and a longer one is refused', over => checkParameterValue('Pem', `${'€'.repeat(1365)}${'x'.repeat(1 + over)}`),
    "Parameter 'Pem' value '[****]' length is greater than 4096. (4097 bytes"],
  ['200 outputs are taken and more are refused', over => checkTemplate({ Outputs: members(200 + over) }, 0),
    'Template format error: Number of outputs, 201, is greater than maximum allowed, 200.'],
  ['200 parameters are taken and more are refused', over => checkTemplate({ Parameters: members(200 + over) }, 0),
    'Template format error: Number of parameters, 201, is greater than maximum allowed, 200.'],
  ['500 resources are taken and more are refused', over => checkTemplate({ Resources: members(500 + over) }, 0),
    'Template format error: Number of resources, 501, is greater than maximum allowed, 500.'],
  ['a template of 1,000,000 bytes is taken and a longer one is refused', over => checkTemplate({}, 1_000_000 + over),
    'Template may not exceed 1000000 bytes in size. (It has 1000001'],
])('%s is reported in the words of CloudFormation and with the way out', (_, check, complaint) => {
  expect(check(0)).toBeUndefined();
  expect(check(1)).toContain(complaint);
});
