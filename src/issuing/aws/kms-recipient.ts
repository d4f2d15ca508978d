import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { quote } from '../../contract/rules';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { RecipientKey, recipientFromDer } from '../../pki/recipient-key';

/** The public key of an asymmetric KMS key whose owner decrypts what is encrypted for it. */
export async function kmsRecipient(client: KMSClient, calls: AwsCalls, keyArn: string): Promise<RecipientKey> {
  const command = new GetPublicKeyCommand({ KeyId: keyArn });
  const { PublicKey = Buffer.alloc(0), KeyUsage } = await calls.make('kms:GetPublicKey', keyArn, options => client.send(command, options));
  if (KeyUsage !== 'ENCRYPT_DECRYPT') {
    throw new Error(`keyRecipient must be a KMS key with the usage ENCRYPT_DECRYPT, got ${quote(keyArn)} with ${quote(KeyUsage)}`);
  }
  return recipientFromDer('keyRecipient', Buffer.from(PublicKey));
}
