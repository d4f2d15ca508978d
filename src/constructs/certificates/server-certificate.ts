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
 * What a server certificate is. Clients look for the server's name among `subjectAlternativeNames`, which has to be given;
 * or allowed, where there is a request.
 */
export interface ServerCertificateOptions extends EndEntityCertificateOptions {}

/**
 * What a server certificate is, and which CA issues it.
 */
export interface ServerCertificateProps extends ServerCertificateOptions {
  /** The CA that issues the certificate. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<ServerCertificateProps> = { ...END_ENTITY_KINDS, ca: CA };

/**
 * A certificate for a broker or a gateway, for TLS as a server, which devices that trust the CA accept. With
 * `ExtendedKeyUsage.CLIENT_AUTH` on top for a gateway that is a client elsewhere.
 *
 * @resource Custom::IotServerCertificate
 */
export class ServerCertificate extends EndEntityCertificateBase implements IIotCertificate, ITaggableV2 {
  constructor(scope: Construct, id: string, props: ServerCertificateProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { ca, ...options } = props;
    const names = [options.subjectAlternativeNames, options.allowedSubjectAlternativeNames].flatMap(lists => [lists?.dns, lists?.ip, lists?.uri]);
    if (!names.some(list => list && list.length > 0)) {
      throw new Error(`${pathBelow(scope, id)}: subjectAlternativeNames must hold a DNS name, an address or a URI: clients look for the server's name `
        + 'there, and not in the common name (RFC 9525, section 6.3)');
    }
    super(scope, id, ca, options, {
      resourceType: ResourceType.SERVER_CERTIFICATE,
      platforms: [],
      profile: 'server',
      isClient: options.extendedKeyUsages?.some(({ oid }) => oid === ExtendedKeyUsage.CLIENT_AUTH.oid) ?? false,
    });
  }
}
