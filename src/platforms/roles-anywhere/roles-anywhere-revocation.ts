import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkCrlName, checkTrustAnchorArn } from './contract';
import { check, Kinds, optional, pathBelow, TEXT } from '../../constructs/checks/kinds';
import { validate } from '../../constructs/checks/validation';
import { acknowledge, acknowledgeWildcard } from '../../constructs/provider/nag';
import { creationName } from '../../constructs/revocation/creation-name';
import { GivenListType, RolesAnywhereListProperties } from '../../contract/given-lists';
import { LIST_REVOCATION_KINDS, ListRevocation, ListRevocationProps } from '../list-revocation';

/**
 * Which revocation list a trust anchor of IAM Roles Anywhere is given.
 */
export interface RolesAnywhereRevocationProps extends ListRevocationProps {
  /**
   * The ARN of the trust anchor, in the account of the stack, in any Region. Its certificates must include that of the CA.
   */
  readonly trustAnchorArn: string;

  /**
   * The beginning of the name of the list in IAM Roles Anywhere: 1 to 209 letters, digits, spaces, hyphens and underscores. What makes the name
   * unique follows.
   *
   * @default 'private-iot-ca'
   */
  readonly name?: string;
}

const KINDS: Kinds<RolesAnywhereRevocationProps> = { ...LIST_REVOCATION_KINDS, trustAnchorArn: TEXT, name: optional(TEXT) };

/**
 * Gives the list of all revoked certificates of a CA to a trust anchor of IAM Roles Anywhere, which then gives no credentials to a device whose
 * certificate is revoked. The list is imported when the stack is deployed, and replaced within seconds after each publication.
 *
 * Credentials that a device already has stay valid until they expire: IAM Roles Anywhere looks at the list only when it issues them.
 *
 * IAM Roles Anywhere takes a list of at most 300,000 bytes in PEM: about 4,000 revoked certificates. A greater one is not taken, and the alarm
 * goes off.
 *
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ImportCrl.html
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const trustAnchor: CfnTrustAnchor;
 * declare const topic: ITopic;
 * const revocation = new RolesAnywhereRevocation(ca.stack, 'Revocation', {
 *   publication: ca.publishRevocation(),
 *   trustAnchorArn: trustAnchor.attrTrustAnchorArn,
 * });
 * revocation.alarm?.addAlarmAction(new SnsAction(topic));
 */
export class RolesAnywhereRevocation extends ListRevocation {
  constructor(scope: Construct, id: string, props: RolesAnywhereRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { trustAnchorArn, name = 'private-iot-ca' } = props;
    super(scope, id, props, construct => {
      validate(construct, [name], () => checkCrlName(name));
      const properties: Pick<RolesAnywhereListProperties, 'TrustAnchorArn' | 'Name'> = { TrustAnchorArn: trustAnchorArn, Name: creationName(construct, name) };
      return {
        name: 'IAM Roles Anywhere',
        resourceType: GivenListType.ROLES_ANYWHERE,
        handler: 'rolesAnywhere',
        target: trustAnchorArn,
        rule: checkTrustAnchorArn,
        properties: { ...properties },
        grant: rights => grantChange(rights, trustAnchorArn),
      };
    });
  }
}

/** The IDs of lists are known only once they are imported. */
function grantChange(rights: Policy, trustAnchorArn: string): void {
  const { region } = Arn.split(trustAnchorArn, ArnFormat.SLASH_RESOURCE_NAME);
  const lists = Stack.of(rights).formatArn({
    service: 'rolesanywhere', region, resource: 'crl', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  rights.addStatements(
    new PolicyStatement({ actions: ['rolesanywhere:ImportCrl', 'rolesanywhere:ListCrls'], resources: ['*'] }),
    new PolicyStatement({ actions: ['rolesanywhere:UpdateCrl', 'rolesanywhere:DeleteCrl'], resources: [lists] }),
  );
  acknowledge(rights, 'AwsSolutions-IAM5', 'rolesanywhere:ImportCrl and rolesanywhere:ListCrls are not authorized on resources', ['Resource::*']);
  acknowledgeWildcard(rights, lists, 'The ID of the list is known only once it is imported');
}
