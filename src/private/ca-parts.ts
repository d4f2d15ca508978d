import { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { validateSigningKey } from './signing-key';
import { validate } from './validation';
import { CaAttributes } from '../ca-attributes';
import { checkCaId } from '../contract/rules';

/** Where a CA keeps what it has. */
export interface CaParts {
  readonly ledger: ITable;
  readonly privateKeySecret?: ISecret;
  readonly passphrase?: ISecret;
  readonly signingKey?: IKey;
}

/** The key and the ledger of a CA, by their ARNs. */
export function partsOf(scope: Construct, attributes: CaAttributes): CaParts {
  const { caId, privateKeySecretArn, signingKeyArn, passphraseSecretArn, passphraseEncryptionKey } = attributes;
  validate(scope, [caId], () => checkCaId(caId));
  if ((privateKeySecretArn === undefined) === (signingKeyArn === undefined)) {
    throw new Error(`${scope.node.path}: either privateKeySecretArn or signingKeyArn must be given, for the key of the CA is in one place, `
      + `got ${signingKeyArn === undefined ? 'neither' : 'both'}`);
  }
  if (passphraseSecretArn !== undefined && signingKeyArn !== undefined) {
    throw new Error(`${scope.node.path}: passphraseSecretArn must be left out where the key is in KMS`);
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

function secretOf(scope: Construct, id: string, secretCompleteArn: string | undefined, encryptionKey: IKey | undefined): ISecret | undefined {
  return secretCompleteArn === undefined ? undefined : Secret.fromSecretAttributes(scope, id, { secretCompleteArn, encryptionKey });
}
