import { SimulatedCa, SimulatedWorld } from './world';
import { RenewedCa } from '../../src/contract/renewal';
import { caProperties, crossProperties, Properties, SECRET, signedElsewhereProperties, subordinateProperties } from '../support/events';

const CA = 'Custom::PrivateIotCa';
const LISTS = 'Custom::IotRevocationPublication';

/** More days before their ends than any device declares for its renewal. */
const RENEWAL_WINDOW = 60;

/** More days before its end than any device that a subordinate CA issues for is valid. */
const CA_RENEWAL_WINDOW = 420;

/** What a subordinate CA declares that its root signs: a term of a few years, and its renewal. */
const TERM: Properties = { ValidityDays: '1500', Renewal: { BeforeDays: String(CA_RENEWAL_WINDOW), KeepKey: 'true' } };

/** The term of a CA that is signed elsewhere, which ends within the ten years, and is renewed by an update: another term is another certificate. */
const SIGNED_DAYS = 1500;

/** The CAs of the stack: a root with two CAs below it, and the hierarchy that replaces them. */
export class Hierarchy {
  /** All CAs that there ever were. */
  public readonly all: SimulatedCa[] = [];
  /** How often the resource of a CA was updated after a renewal. */
  public refreshed = 0;
  private renewals = 0;

  constructor(private readonly world: SimulatedWorld) {}

  /** The CAs whose certificates the schedule renews. */
  public get renewed(): RenewedCa[] {
    return this.world.cas.map(({ name, caId, table }) => (
      { caId, ledgerTable: table, beforeDays: name.startsWith('Root') ? CA_RENEWAL_WINDOW : RENEWAL_WINDOW }
    ));
  }

  /** A CA that signs itself, and publishes its lists. */
  public async root(name: string, pathLength: number): Promise<SimulatedCa> {
    const { data } = await this.world.cloudFormation.deploy(name, CA, this.rootProperties(name, pathLength));
    return this.publish(name, data.SubjectKeyIdentifier);
  }

  /** A CA that its root signs. */
  public async below(root: SimulatedCa, name: string): Promise<SimulatedCa> {
    const { data } = await this.world.cloudFormation.deploy(name, CA, this.belowProperties(root, name));
    return this.publish(name, data.SubjectKeyIdentifier);
  }

  /** Updates the resources of the CAs that the schedule has renewed, for those who take their chains from the outputs of the stack. */
  public async refresh(): Promise<void> {
    const { cloudFormation, memory, cas } = this.world;
    for (const { name, caId, table } of cas) {
      const { properties, data } = cloudFormation.resources.get(name)!;
      if (properties.Renewal && data.SerialNumber !== memory.entry(caId, table)?.serialNumber) {
        await cloudFormation.deploy(name, CA, { ...properties, Renewal: { ...properties.Renewal as Properties, Refresh: String(++this.refreshed) } });
      }
    }
  }

  /** A CA that makes a request, which the root signs as that of a stranger. */
  public async signedElsewhere(root: SimulatedCa, name: string): Promise<SimulatedCa> {
    await this.world.cloudFormation.deploy(name, CA, this.elsewhereProperties(name));
    await this.sign(root, name);
    return this.publish(name);
  }

  /** Has the request of a CA signed, again and again: its key and its id stay. */
  public async sign(root: SimulatedCa, name: string): Promise<void> {
    const { cloudFormation } = this.world;
    const { CertificateSigningRequestPem } = cloudFormation.resources.get(name)!.data;
    const { KeyStorage, KeyAlgorithm, Subject, RetainKey, ...declared } = caProperties({
      LedgerTable: root.table, Issuer: root.caId, ValidityDays: String(SIGNED_DAYS + this.renewals++), ClipToIssuer: 'false', CertificateSigningRequest: CertificateSigningRequestPem,
    });
    const { data } = await cloudFormation.deploy(`${name}BySigner`, 'Custom::IotCaCertificate', declared);
    await cloudFormation.deploy(name, CA, this.elsewhereProperties(name, data.CertificatePem + this.pemOf(root.name)));
  }

  /** Certifies the key of a root by another one. */
  public async cross(signer: SimulatedCa, subject: SimulatedCa): Promise<void> {
    await this.world.cloudFormation.deploy('Cross', 'Custom::IotCrossCertificate', crossProperties(signer.caId, subject.caId, {
      LedgerTable: signer.table, SubjectCaLedgerTable: subject.table,
    }));
  }

  /** The properties of a CA that is retired. */
  public retired(name: string): Properties {
    return { ...this.world.cloudFormation.resources.get(name)!.properties, Retired: 'true' };
  }

  /** Takes a CA out of the stack, and with it the functions that belong to it. */
  public async remove(name: string): Promise<void> {
    const { cloudFormation, cas } = this.world;
    await cloudFormation.remove(`${name}Lists`);
    await cloudFormation.remove(name);
    if (cloudFormation.resources.has(`${name}BySigner`)) {
      await cloudFormation.remove(`${name}BySigner`);
    }
    cas.splice(cas.findIndex(each => each.name === name), 1);
  }

  /** The certificate of a resource, as the stack has it. */
  public pemOf(logicalId: string): string {
    return this.world.cloudFormation.resources.get(logicalId)!.data.CertificatePem;
  }

  /** The declaration of a CA below a root. */
  public belowProperties(root: SimulatedCa, name: string): Properties {
    return subordinateProperties(root.caId, name.toLowerCase(), {
      ...TERM, IssuerLedgerTable: root.table, IssuerKeyIdentifier: root.keyIdentifier, Subject: { CommonName: `Acme ${name}` }, KeyStorage: keyOf(name),
    });
  }

  private rootProperties(name: string, pathLength: number): Properties {
    return caProperties({
      LedgerTable: name.toLowerCase(), Subject: { CommonName: `Acme ${name}` }, ValidityDays: '5475', PathLength: String(pathLength), KeyStorage: keyOf(name),
    });
  }

  private elsewhereProperties(name: string, SignedCertificatePem?: string): Properties {
    return signedElsewhereProperties({
      LedgerTable: name.toLowerCase(), Subject: { CommonName: `Acme ${name}` }, KeyStorage: keyOf(name), ...SignedCertificatePem !== undefined && { SignedCertificatePem },
    });
  }

  private async publish(name: string, keyIdentifier?: string): Promise<SimulatedCa> {
    const { cloudFormation, cas } = this.world;
    const ca = { name, caId: cloudFormation.resources.get(name)!.physicalId, table: name.toLowerCase(), keyIdentifier };
    cas.push(ca);
    this.all.push(ca);
    await cloudFormation.deploy(`${name}Lists`, LISTS, { CaId: ca.caId, Url: this.world.urlOf(name) });
    return ca;
  }
}

function keyOf(name: string): Properties {
  return { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` };
}
