import { Token } from 'aws-cdk-lib';
import { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaAttributes } from './ca-attributes';
import { checkCaId, Complaint, quote } from '../../contract/rules';
import { pathBelow } from '../checks/kinds';
import { validate } from '../checks/validation';
import { validateSigningKey } from '../keys/signing-key';

const SECRET_ARN = { form: /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/, example: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf' };

/** The resources that hold a CA's ledger, its key and the key's passphrase. */
export interface CaParts {
  readonly ledger: ITable;
  readonly privateKeySecret?: ISecret;
  readonly passphrase?: ISecret;
  readonly signingKey?: IKey;
}

/** Imports the key and the ledger of a CA by their ARNs. */
export function partsOf(scope: Construct, attributes: CaAttributes): CaParts {
  const { caId, ledgerTableArn, privateKeySecretArn, signingKeyArn, passphraseSecretArn, passphraseEncryptionKey } = attributes;
  validate(scope, [caId], () => checkCaId(caId));
  const arns = { ledgerTableArn, privateKeySecretArn, signingKeyArn, passphraseSecretArn };
  for (const [property, arn] of Object.entries(arns)) {
    validate(scope, [], () => arn === undefined ? undefined : checkArn(property as keyof typeof ARNS, arn));
  }
  if ((privateKeySecretArn === undefined) === (signingKeyArn === undefined)) {
    throw new Error(`${scope.node.path}: either privateKeySecretArn or signingKeyArn must be given, because the key of the CA is in only one place, `
      + `got ${signingKeyArn === undefined ? 'neither' : 'both'}`);
  }
  if (passphraseSecretArn !== undefined && signingKeyArn !== undefined) {
    throw new Error(`${scope.node.path}: passphraseSecretArn must be left out if the key is in KMS`);
  }
  if (attributes.encryptionKey && privateKeySecretArn === undefined) {
    throw new Error(`${scope.node.path}: encryptionKey must be left out without privateKeySecretArn, whose secret it encrypts`);
  }
  if (passphraseEncryptionKey && passphraseSecretArn === undefined) {
    throw new Error(`${scope.node.path}: passphraseEncryptionKey must be left out without passphraseSecretArn, whose secret it encrypts`);
  }
  const signingKey = signingKeyArn === undefined ? undefined : Key.fromKeyArn(scope, 'SigningKey', signingKeyArn);
  validateSigningKey(scope, 'signingKeyArn', signingKey);
  return {
    ledger: TableV2.fromTableArn(scope, 'Ledger', attributes.ledgerTableArn),
    privateKeySecret: secretOf(scope, 'PrivateKey', privateKeySecretArn, attributes.encryptionKey),
    passphrase: secretOf(scope, 'Passphrase', passphraseSecretArn, passphraseEncryptionKey),
    signingKey,
  };
}

/** Checks the ARN of a ledger before CDK parses it, because CDK's own message about a malformed ARN would show the whole value. */
export function checkedLedgerArn(scope: Construct, id: string, arn: string): string {
  const complaint = Token.isUnresolved(arn) ? undefined : checkArn('ledgerTableArn', arn);
  if (complaint) {
    throw new Error(`${pathBelow(scope, id)}: ${complaint}`);
  }
  return arn;
}

/** The forms of the ARNs of a CA's parts. A secret's ARN ends with six characters that are not part of its name. */
const ARNS = {
  ledgerTableArn: { form: /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+$/, example: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF' },
  ledgerStreamArn: {
    form: /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\dT:.-]+$/,
    example: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger-1ABCDEF/stream/2026-01-31T23:59:59.123',
  },
  privateKeySecretArn: SECRET_ARN,
  passphraseSecretArn: SECRET_ARN,
  signingKeyArn: { form: /^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/.+$/, example: 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
} as const;

/** Checks that a property holds a complete ARN of the right kind, if its value is known at synthesis. */
export function checkArn(property: keyof typeof ARNS, arn: string): Complaint {
  const { form, example } = ARNS[property];
  return Token.isUnresolved(arn) || form.test(arn) ? undefined : `${property} must be a complete ARN, such as ${example}, got ${quote(arn)}`;
}

/** Checks that an ARN is that of a stream of a CA's ledger: the stream of another table would tell nothing of the CA's revocations. */
export function validateLedgerStream(scope: Construct, ledger: ITable, ledgerStreamArn: string | undefined): void {
  validate(scope, [ledgerStreamArn], () => ledgerStreamArn === undefined ? undefined : checkArn('ledgerStreamArn', ledgerStreamArn));
  validate(scope, [ledgerStreamArn, ledger.tableArn], () => ledgerStreamArn === undefined || ledgerStreamArn.startsWith(`${ledger.tableArn}/`) ? undefined
    : `ledgerStreamArn must be the ARN of a stream of the CA's ledger, ${ledger.tableArn}, got ${quote(ledgerStreamArn)}`);
}

function secretOf(scope: Construct, id: string, secretCompleteArn: string | undefined, encryptionKey: IKey | undefined): ISecret | undefined {
  return secretCompleteArn === undefined ? undefined : Secret.fromSecretAttributes(scope, id, { secretCompleteArn, encryptionKey });
}
