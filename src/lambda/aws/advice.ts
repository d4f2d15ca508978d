import { entryOf } from '../outside-text';
import { adviceOnNetwork } from './network-faults';

/** What to do about an AWS error, by the name of the error; with the service before the name if the advice depends on the service. */
export const ADVICE: { readonly [name: string]: string } = {
  'AccessDeniedException': 'the role of the function must be allowed to perform this action and to use the key that encrypts the resource',
  'DecryptionFailure': 'the KMS key that encrypts the resource must be enabled, and the role of the function must be allowed to use it',
  'EncryptionFailure': 'the KMS key that encrypts the resource must be enabled, and the role of the function must be allowed to use it',
  'InvalidRequestException': 'it is scheduled for deletion, or managed by another service; restore it (secretsmanager:RestoreSecret) and deploy again',
  'InvalidKeyId': 'the KMS key that encrypts the resource must be symmetric and enabled, and the role of the function must be allowed to use it',
  'InvalidResourceId': 'the parameter no longer exists; raise `generation`, so that the certificate gets a new key',
  'ResourceNotFoundException': 'it does not exist; restore it or deploy the stack that declares it',
  'ThrottlingException': 'the account makes more of these calls per second than AWS allows; deploy again, or have the quota raised',
  'TooManyTagsError': 'a parameter can have 50 tags, and it has some besides those of the app; remove some of these',
  'dynamodb:AccessDeniedException': 'the role of the function must be allowed to perform this action; for a ledger in another account, its policy '
    + 'must also allow this account: grantIssue(new AccountPrincipal(…)) of the CA, in the CA\'s own stack',
  'kms:AccessDeniedException': 'the role of the function and the policy of the key must both allow this action; '
    + 'if the key belongs to a CA in another account, '
    + 'grantIssue(new AccountPrincipal(…)) of the CA, in the CA\'s own stack, grants this account access',
  'kms:DependencyTimeoutException': 'KMS had an internal fault; deploy again',
  'kms:DisabledException': 'the key is disabled; enable it (kms:EnableKey) and deploy again',
  'kms:InvalidKeyUsageException': 'the key must be a signing key (KeyUsage SIGN_VERIFY) with a suitable algorithm',
  'kms:KeyUnavailableException': 'KMS had an internal fault; deploy again',
  'kms:KMSInternalException': 'KMS had an internal fault; deploy again',
  'kms:KMSInvalidStateException': 'the key is in a state in which it can\'t be used; check its KeyState (kms:DescribeKey)',
  'kms:NotFoundException': 'the key does not exist in the account and the Region of its ARN; a deleted key can\'t be restored',
  'kms:ThrottlingException': 'the account makes too many KMS calls at a time; deploy again later, or have the quota raised',
  's3:AccessDenied': 'the role of the function and the policy of the bucket must both allow this action, and the use of the key that encrypts the bucket',
  's3:NoSuchBucket': 'the bucket does not exist; deploy the stack that declares it',
  'kms:UnsupportedOperationException': 'the key must be an asymmetric signing key (KeyUsage SIGN_VERIFY)',
};

/**
 * Errors that name the state of the key only in their message: `DisabledException` stands for two states, `KMSInvalidStateException` for
 * all others.
 */
const KEY_STATE_ERRORS: readonly string[] = ['DisabledException', 'KMSInvalidStateException'];

/**
 * The states in which a KMS key does not sign, by the wording of KMS's messages.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export const KEY_STATES: readonly { readonly says: RegExp; readonly advice: string }[] = [
  {
    says: /pending ?deletion/i,
    advice: 'the key is pending deletion; keep it (kms:CancelKeyDeletion), enable it (kms:EnableKey) and deploy again',
  },
  { says: /pending ?import/i, advice: 'the key is pending import; import its key material (kms:ImportKeyMaterial) and deploy again' },
  { says: /pending ?replica ?deletion/i, advice: 'the key is pending the deletion of its replicas; name a key that is not being deleted' },
  { says: /is unavailable/i, advice: 'the key is unavailable; connect its key store (kms:ConnectCustomKeyStore) and deploy again' },
  { says: /is (creating|updating)/i, advice: 'the key is still being changed by KMS; deploy again in a moment' },
];

/**
 * What to do about an AWS error, if that is known. The advice contains nothing from AWS's message.
 *
 * @param action as IAM names it, such as `kms:Sign`
 * @param name AWS's name of the error
 * @param message AWS's message
 */
export function adviceOn(action: string, name: string, message: string): string | undefined {
  const state = KEY_STATE_ERRORS.includes(name) ? KEY_STATES.find(({ says }) => says.test(message)) : undefined;
  return state?.advice ?? entryOf(ADVICE, `${action.split(':')[0]}:${name}`) ?? entryOf(ADVICE, name) ?? adviceOnNetwork(name);
}
