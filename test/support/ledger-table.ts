import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDb, makeTable } from './aws-clients';
import { FaultProxy } from './fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from './moto';

/** What a test of an adapter of DynamoDB works with: a table of its own, as a ledger is declared, behind a proxy. */
export interface TableOfTest {
  proxy: FaultProxy;
  client: DynamoDBClient;
  table: string;
}

/** Sets up a file of tests, each of which gets a new table. */
export function ledgerTable(): TableOfTest {
  const set = {} as TableOfTest;
  beforeAll(async () => {
    set.proxy = await FaultProxy.start(await motoUrl());
    set.client = dynamoDb(set.proxy.url);
  }, MOTO_TIMEOUT);
  beforeEach(async () => {
    set.proxy.reset();
    set.table = await makeTable(set.client);
  });
  afterAll(() => set.proxy?.stop());
  return set;
}
