import { ITaggableV2 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ExtendedKeyUsage } from './certificate-extensions';
import { EndEntityCertificateBase } from './end-entity-certificate';
import { END_ENTITY_KINDS, EndEntityCertificateOptions } from './end-entity-certificate-options';
import { IIotCertificate } from './iot-certificate';
import { ResourceType } from '../../contract/resource-types';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, Kinds, pathBelow } from '../checks/kinds';
import { CA } from '../checks/object-kinds';

/**
 * Options of a server certificate. Clients look for the server's name among the `subjectAlternativeNames`, so that property is
 * required, or `allowedSubjectAlternativeNames` if there is a request.
 */
export interface ServerCertificateOptions extends EndEntityCertificateOptions {}

/**
 * Properties of a server certificate.
 */
export interface ServerCertificateProps extends ServerCertificateOptions {
  /** The CA that issues the certificate. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<ServerCertificateProps> = { ...END_ENTITY_KINDS, ca: CA };

/**
 * A TLS server certificate for a broker or a gateway, which devices that trust the CA accept. For a gateway that is also a client
 * elsewhere, add `ExtendedKeyUsage.CLIENT_AUTH`.
 *
 * @resource Custom::IotServerCertificate
 */
export class ServerCertificate extends EndEntityCertificateBase implements IIotCertificate, ITaggableV2 {
  constructor(scope: Construct, id: string, props: ServerCertificateProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { ca, ...options } = props;
    const names = [options.subjectAlternativeNames, options.allowedSubjectAlternativeNames].flatMap(lists => [lists?.dns, lists?.ip, lists?.uri]);
    if (!names.some(list => list && list.length > 0)) {
      throw new Error(`${pathBelow(scope, id)}: subjectAlternativeNames must hold a DNS name, an address or a URI, got none: clients look for the server's `
        + 'name there, and not in the common name (RFC 9525, section 6.3)');
    }
    super(scope, id, ca, options, {
      resourceType: ResourceType.SERVER_CERTIFICATE,
      platforms: [],
      profile: 'server',
      isClient: options.extendedKeyUsages?.some(({ oid }) => oid === ExtendedKeyUsage.CLIENT_AUTH.oid) ?? false,
    });
  }
}
