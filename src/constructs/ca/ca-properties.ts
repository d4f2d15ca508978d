import { caRenewal } from './ca-renewal';
import { successionProperties } from './ca-succession';
import { IPrivateIotCa } from './i-private-iot-ca';
import { issuerProperties } from './known-ca';
import { PrivateIotCaProps } from './private-iot-ca-props';
import { KeyStorageProperties, PrivateIotCaProperties } from '../../contract/properties';
import { renderExtensions } from '../certificates/render-extensions';
import { renderSubject, validHashAlgorithm } from '../checks/validation';
import { ledgerOf } from '../provider/certificate-provider';

/** What is already known about the resource of a CA. */
type KnownProperties = Pick<PrivateIotCaProperties, 'KeyAlgorithm' | 'ValidityDays' | 'NotBefore' | 'NotAfter' | 'Generation'> & { readonly KeyStorage: KeyStorageProperties };

/** The properties of the resource of a CA that is made by its declaration. */
export function caProperties(ca: IPrivateIotCa, props: PrivateIotCaProps, known: KnownProperties): PrivateIotCaProperties {
  const { issuer, signedElsewhere = false, clipToIssuer = false } = props;
  return {
    ...known,
    Subject: renderSubject(props.subject),
    HashAlgorithm: validHashAlgorithm(ca, issuer ?? ca, props.hashAlgorithm),
    PathLength: ca.pathLength,
    Platforms: ca.platforms.map(platform => platform._render()),
    LedgerTable: ca.ledger.tableName,
    ...issuer && issuerProperties(issuer),
    IssuerLedgerTable: issuer && ledgerOf(ca, issuer),
    ClipToIssuer: issuer && clipToIssuer,
    ...successionProperties(props),
    Renewal: caRenewal(ca, props, known.ValidityDays),
    SignedElsewhere: signedElsewhere || undefined,
    SignedCertificatePem: props.signedCertificate?._text,
    Extensions: renderExtensions(ca, props),
  };
}
