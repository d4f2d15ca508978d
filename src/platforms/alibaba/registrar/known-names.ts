import { octetsOf } from './serial-numbers';
import { KnownNames, propertiesNamed } from '../../../resource/known-names';
import { RawProperties } from '../../../resource/property-values';
import { certificateIn } from '../../registrar/certificate-property';

const declaredNames = propertiesNamed('CaName', 'InstanceId');

/** The names of an instance and a CA, and the serial number as ApsaraMQ writes it. */
export function apsaraMqttNames(properties: RawProperties): KnownNames {
  const certificate = certificateIn(properties.CaCertificatePem);
  return { ...declaredNames(properties), derived: certificate ? [octetsOf(certificate)] : [] };
}
