import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeviceCertificate } from './device-certificate';
import { EndEntityCertificateBase } from './end-entity-certificate';
import { IIotCertificate } from './iot-certificate';
import { quote } from '../../contract/rules';
import { joined } from '../ca/ca-chain';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, having, Kind, Kinds, mapOf, optional } from '../checks/kinds';
import { warn } from '../checks/notices';
import { CA } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';

/**
 * Properties of `CertificateOutputs`: what becomes an output, and under which names.
 */
export interface CertificateOutputsProps {
  /**
   * The CAs, by the name that their outputs begin with: letters and digits. `Ca` becomes the output `CaCertificate`, and `ca.pem`
   * when it is exported. A CA with another CA above it also gets the output `CaCertificateChain`.
   *
   * @default - none
   */
  readonly cas?: { [name: string]: IPrivateIotCa };

  /**
   * The certificates, by the name that their outputs begin with: letters and digits. `Sensor001` becomes the outputs
   * `Sensor001Certificate`, `Sensor001SerialNumber` for a device, `Sensor001PrivateKeySecret` or `Sensor001PrivateKeyParameter`
   * if the key is held here, `Sensor001LivingCertificateSecret` and `Sensor001RenewalNumber` if it is renewed, and `Sensor001CertificateChain`, without the root, if there is another CA above the issuer.
   *
   * @default - none
   */
  readonly certificates?: { [name: string]: IIotCertificate };
}

const CERTIFICATE = having<IIotCertificate>('a certificate, such as new DeviceCertificate()', 'certificatePem', 'certificateChainWithoutRootPem');
/** A CA has a certificate too, but its outputs have other names. */
const NO_CA: Kind<IIotCertificate> = {
  allowed: `${CERTIFICATE.allowed}, and not a CA, which belongs in cas`,
  accepts: value => CERTIFICATE.accepts(value) && !CA.accepts(value),
};
const KINDS: Kinds<CertificateOutputsProps> = { cas: optional(mapOf(CA)), certificates: optional(mapOf(NO_CA)) };

/**
 * The outputs from which `private-iot-ca export` makes files for a pipeline, a broker or the console of a platform, such as that
 * of Alibaba Cloud IoT Platform. They hold certificates, and the ARNs of the secrets of devices and servers.
 *
 * The key of a CA is left out on purpose: it should not lie beside a broker's, and `export --private-keys` would not read it either.
 * To back it up, declare an output with the ARN of its secret, and pass the name of that output to `--ca-private-key`.
 */
export class CertificateOutputs extends Construct {
  private readonly names: readonly string[] = [];

  constructor(scope: Construct, id: string, props: CertificateOutputsProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { cas = {}, certificates = {} } = props;
    this.names = [...Object.keys(cas), ...Object.keys(certificates)];
    this.assertNamedOnce();
    if (this.names.length === 0) {
      warn(this, 'no-outputs', 'no output is created, because cas and certificates are empty; add what is to be exported, or remove the construct');
    }
    this.node.addValidation({ validate: () => this.complaintsOfOthers() });
    for (const [name, ca] of Object.entries(cas)) {
      const chain = ca.caCertificatesFor(this);
      this.put(name, {
        Certificate: ca.certificatePemFor(this),
        CertificateChain: chain.length === 1 ? undefined : joined(chain),
      });
    }
    for (const [name, certificate] of Object.entries(certificates)) {
      const { certificatePem, certificateChainWithoutRootPem } = certificate;
      this.put(name, {
        Certificate: certificatePem,
        CertificateChain: certificateChainWithoutRootPem === certificatePem ? undefined : certificateChainWithoutRootPem,
        SerialNumber: certificate instanceof DeviceCertificate ? certificate.serialNumber : undefined,
        ...certificate instanceof EndEntityCertificateBase ? certificate._keyOutputs() : {},
      });
    }
  }

  /** Refuses a name that is given twice in a stack: logical ids of outputs begin with it, and they must be unique. */
  private assertNamedOnce(): void {
    const others = Stack.of(this).node.findAll()
      .filter((node): node is CertificateOutputs => node instanceof CertificateOutputs && node !== this && Stack.of(node) === Stack.of(this));
    this.names.forEach((name, index) => {
      const other = others.find(({ names }) => names.includes(name));
      if (other || this.names.indexOf(name) < index) {
        throw new Error(`${this.node.path}: a name must be unique in its stack, because the names of outputs begin with it, got ${quote(name)}, `
          + `${other ? `which ${other.node.path} uses too` : 'which is in both cas and certificates'}; choose another name`);
      }
    });
  }

  /** Names the other output if two have the same name, which CloudFormation refuses. CDK's own error says only that there are two. */
  private complaintsOfOthers(): string[] {
    const stack = Stack.of(this);
    const outputs = stack.node.findAll().filter((node): node is CfnOutput => node instanceof CfnOutput && Stack.of(node) === stack);
    const idOf = (output: CfnOutput): string => stack.resolve(output.logicalId);
    const others = new Map(outputs.filter(({ node }) => node.scope !== this).map(output => [idOf(output), output]));
    return outputs.filter(output => output.node.scope === this && others.has(idOf(output))).map(output =>
      `the name of the output ${idOf(output)} must be unique in the stack, got the same name for ${others.get(idOf(output))!.node.path}; `
      + 'rename one of the two');
  }

  private put(name: string, outputs: { readonly [what: string]: string | undefined }): void {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
      throw new Error(`${this.node.path}: the name of a certificate must consist of letters and digits and begin with a letter, got ${quote(name)}`);
    }
    for (const [what, value] of Object.entries(outputs)) {
      if (value !== undefined) {
        new CfnOutput(this, `${name}${what}`, { value }).overrideLogicalId(`${name}${what}`);
      }
    }
  }
}
