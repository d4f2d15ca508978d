import { Duration, Lazy } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { publicationOf } from './revocation-publication';
import { reachOf } from './revocation-reach';
import { REVOKE_FUNCTION_PREFIX, RevokerEnvironment } from '../../contract/revocation-functions';
import { casBelow } from '../ca/cas-below';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantRecordRevocations, grantTellRevocation, ledgerId } from '../ca/ledger-table';
import { check } from '../checks/kinds';
import { note } from '../checks/notices';
import { GRANTEE } from '../checks/object-kinds';
import { CaEvents } from '../events/ca-events';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { FULL_CORE, libraryFunction } from '../provider/library-function';
import { rolePolicy } from '../provider/role-policy';

/** The construct id below the CA. It is final: the function's logical ID derives from it. */
const ID = 'RevokeFunction';

/**
 * The function that revokes certificates of one CA. IAM decides who may invoke it. It can change what the ledger says about revocation,
 * and nothing else: it has no right to sign.
 */
class RevokeFunction extends Construct {
  public readonly function: IFunction;
  /** An app can be synthesized several times. */
  private said = false;

  constructor(ca: IPrivateIotCa) {
    super(ca as unknown as Construct, ID);
    keepPrivateKeysOut(this);
    const environment: RevokerEnvironment = {
      CA_ID: ca.caId,
      LEDGER_TABLE: ca.ledger.tableName,
      REACH: Lazy.string({ produce: () => JSON.stringify(reachOf(ca)) }), // registrations are declared after the function
    };
    const id = ledgerId(ca.ledger);
    const made = libraryFunction(this, {
      description: 'Revokes certificates of a CA',
      // The command line finds the function by the ledger: decisions/0019-revocation.md
      functionName: id && `${REVOKE_FUNCTION_PREFIX}${id}`,
      bundle: 'revocation',
      handler: 'revoke',
      memorySize: FULL_CORE,
      timeout: Duration.minutes(5),
      environment: { ...environment },
    });
    // CAs below it are declared after the function.
    grantRecordRevocations(ca.ledger, rolePolicy(this, 'Rights', made.role, policy => casBelow(ca).forEach(({ ledger }) => grantTellRevocation(ledger, policy))));
    this.function = made.function;
    this.node.addValidation({ validate: () => this.sayIfUnread(ca) });
  }

  /** A revocation can be published, or carried over to a platform, by a declaration that follows this one, so this is said at the end. */
  private sayIfUnread(ca: IPrivateIotCa): string[] {
    if (!this.said && !publicationOf(ca) && !CaEvents.areOf(ca) && !reachOf(ca).some(({ carriedOver }) => carriedOver)) {
      this.said = true;
      note(this, 'revocation-unread', 'a revocation goes into the ledger only, and reaches nobody who accepts devices: '
        + 'call publishRevocation of the CA, or declare a construct that carries revocations over to your platform, such as AwsIotRevocation');
    }
    return [];
  }
}

/** The function that revokes certificates of a CA, made on first use. */
export function revokeFunction(ca: IPrivateIotCa): IFunction {
  return (ca.node.tryFindChild(ID) as RevokeFunction | undefined ?? new RevokeFunction(ca)).function;
}

/** Lets a principal revoke certificates of a CA. */
export function grantRevoke(ca: IPrivateIotCa, grantee: IGrantable): Grant {
  check(ca, { grantee: GRANTEE }, { grantee });
  return revokeFunction(ca).grantInvoke(grantee);
}
