import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namedFunctions } from '../../../src/cli/revoke/named-functions';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';

const FUNCTION = 'private-iot-ca-revoke-1';

test('an outputs file is read once, as standard input can be, also if it names ledgers and functions', async () => {
  const outputs = join(temporaryFolder(), 'outputs.json');
  writeJson(outputs, { Iot: { RootLedger: 'Root', PlantLedger: 'Plant', RevokeFunction: FUNCTION } });
  const functions = await namedFunctions({ outputs: [outputs, outputs], ledger: ['RootLedger', 'PlantLedger'], function: ['RevokeFunction'] }, false,
    () => async table => {
      rmSync(outputs, { force: true });
      return { table, functionArn: FUNCTION };
    });
  expect(functions).toEqual([{ name: FUNCTION, option: '--outputs', ledgers: ['Root', 'Plant'] }]);
});
