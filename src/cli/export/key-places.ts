import { keyArnByName } from './key-arns';
import { ExportedCertificate, isOfEndEntity } from './manifest';
import { listed, namedOutputs, nameOf } from './output-names';
import { quote } from '../../contract/rules';
import { CertificateRole } from '../certificates/role';
import { StackOutput } from '../certificates/stack-outputs';
import { CliError } from '../cli-error';

/** A place to which an output leads and which can hold a private key. */
export interface KeyPlace {
  /** The output, as it is named on the command line. */
  readonly name: string;
  readonly kind: 'secret' | 'parameter';
  /** The ARN of a secret; the ARN or the name of a parameter. */
  readonly value: string;
  /** The serial number at the end of a parameter's name; absent for a secret. */
  readonly serialNumber?: string;
  /** Whether the user named it as the place of a CA's key. */
  readonly ofCa: boolean;
  /** The certificates of devices and servers whose key is in the place, according to the names of the outputs. */
  readonly ofCertificates: readonly ExportedCertificate[];
}

/** The keys that the user wants. */
export interface WantedKeys {
  readonly ofEndEntities: boolean;
  /** The outputs that name the secrets of CAs, as the user typed them. */
  readonly ofCas: readonly string[];
}

const SECRET = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/;

/** A parameter whose last name is a serial number. Other parameters, of which an app can have many, are left alone. */
const PARAMETER = /^(?:arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter)?(?:\/[\w.-]+){1,14}\/([0-9A-Fa-f]{40})$/;

/** The places to which the outputs lead and which have to be read, each once. */
export function keyPlaces(
  outputs: readonly StackOutput[], certificates: readonly ExportedCertificate[], { ofEndEntities, ofCas }: WantedKeys,
): KeyPlace[] {
  const named = [...new Set(ofCas)].map(name => secretOfCa(name, outputs, certificates));
  const others = ofEndEntities ? outputs : [];
  const expected = certificates.filter(isOfEndEntity).map(certificate => ({ certificate, arn: keyArnByName(certificate, others) }));
  const ofCertificates = (place: string): ExportedCertificate[] => expected.filter(({ arn }) => arn === place).map(({ certificate }) => certificate);
  const places = [
    ...named.map(output => placeOf(output, true, [])),
    ...others.map(output => placeOf(output, false, ofCertificates(output.value))),
  ];
  return places.flatMap(place => place ?? []).filter(({ value }, index, all) => all.findIndex(each => each.value === value) === index);
}

function placeOf(output: StackOutput, ofCa: boolean, ofCertificates: readonly ExportedCertificate[]): KeyPlace | undefined {
  const { value } = output;
  const serialNumber = PARAMETER.exec(value)?.[1];
  const kind = SECRET.test(value) ? 'secret' : serialNumber === undefined ? undefined : 'parameter';
  return kind && { name: nameOf(output), kind, value, serialNumber, ofCa, ofCertificates };
}

/** The single output that the user means. A CA's key must not be exported by mistake. */
function secretOfCa(name: string, outputs: readonly StackOutput[], certificates: readonly ExportedCertificate[]): StackOutput {
  const secrets = outputs.filter(({ value }) => SECRET.test(value));
  const meant = namedOutputs(name, secrets);
  if (meant.length > 1) {
    throw new CliError(`--ca-private-key must be one output, with its stack if several outputs have this name (${listed(meant.map(nameOf))}), `
      + `got ${quote(name)}`);
  }
  if (meant.length === 0) {
    const isInKms = namedOutputs(name, outputs).some(({ value }) => value.includes(':kms:'));
    throw new CliError('--ca-private-key must be an output with the ARN of the secret that holds the private key of a CA '
      + `(${listed(secretsOfCas(secrets, certificates).map(nameOf))}), got ${quote(name)}`
      + (isInKms ? ', a key in KMS, which can\'t be exported' : ''));
  }
  return meant[0];
}

/** The secrets that can belong to CAs, by the names of the outputs. They are only for an error, so no request is sent for them. */
function secretsOfCas(secrets: readonly StackOutput[], certificates: readonly ExportedCertificate[]): readonly StackOutput[] {
  const arnsOf = (isWanted: (role: CertificateRole) => boolean): (string | undefined)[] =>
    certificates.filter(({ entry }) => isWanted(entry.role)).map(certificate => keyArnByName(certificate, secrets));
  const [ofCas, ofOthers] = [arnsOf(role => role === 'ca'), arnsOf(role => role !== 'ca')];
  const named = secrets.filter(({ value }) => ofCas.includes(value));
  return named.length > 0 ? named : secrets.filter(({ value }) => !ofOthers.includes(value));
}
