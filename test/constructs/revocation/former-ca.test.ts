import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { IPrivateIotCa, PrivateIotCa } from '../../../src';

const SUBJECT = { commonName: 'Acme IoT Root CA' };

describe('a CA that replaces another one', () => {
  const OTHER = `ca-${'0'.repeat(32)}`;
  const kept = {
    caId: `ca-${'1'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Key-AbCdEf',
  };
  const ledgerStreamArn = `${kept.ledgerTableArn}/stream/2026-01-31T23:59:59.123`;
  const notes = (declare: (stack: Stack) => IPrivateIotCa): unknown[] => {
    const stack = new Stack(new App(), 'Iot');
    declare(stack).publishRevocation({ ledgerStreamArn: stack.node.tryFindChild('Ca') instanceof PrivateIotCa ? undefined : ledgerStreamArn });
    return Annotations.fromStack(stack).findInfo('/Iot/Ca/Revocation', Match.stringLikeRegexp('former-ca')).map(({ entry }) => entry.data);
  };

  test.each<[string, (stack: Stack) => IPrivateIotCa]>([
    ['by its generation', stack => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, generation: 2 })],
    ['by its declaration', stack => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, replaces: OTHER })],
    ['by the declaration of a kept CA', stack => PrivateIotCa.fromKeptCa(stack, 'Ca', { ...kept, replaces: OTHER })],
  ])('%s, brings a note about the certificates of the former one', (_, declare) => {
    expect(notes(declare)).toEqual([expect.stringContaining('the CA that this one replaces has no lists and no revokeFunction any more, so what it has issued '
      + 'can\'t be revoked; where its certificates are still in use, declare a second CA instead, and keep the former one until they have expired')]);
  });

  test('is not meant where a CA is the first of its declaration, or where that is known only at deployment', () => {
    expect(notes(stack => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, generation: 1 }))).toEqual([]);
    expect(notes(stack => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, generation: new CfnParameter(stack, 'G', { type: 'Number' }).valueAsNumber }))).toEqual([]);
    expect(notes(stack => PrivateIotCa.fromKeptCa(stack, 'Ca', kept))).toEqual([]);
  });
});
