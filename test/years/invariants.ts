import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Certificate, Device, Fleet, WAYS } from './fleet';
import { Announcement, DAY, SimulatedCa, SimulatedWorld, THRESHOLDS } from './world';
import { listedCertificate } from '../../src/cli/list/listed-certificate';

/** Every key is where it belongs, and nothing else is current there. */
export function checkPlaces(fleet: Fleet, { memory }: SimulatedWorld, checked: Set<string>): void {
  for (const { name, way, ca, published } of fleet.devices.values()) {
    const entry = memory.entry(published.identity, ca.table);
    if (entry?.status !== 'ISSUED' || entry.serialNumber !== published.serialNumber) {
      throw new Error(`${name} has the certificate ${published.serialNumber}, and the ledger ${entry?.status} ${entry?.serialNumber}`);
    }
    if (WAYS[way].key === 'request') {
      continue;
    }
    const place = fleet.placeOf(name, way);
    const current = [
      ...WAYS[way].key === 'secret' ? [memory.currentVersion.get(place)] : [], ...'keepsKey' in WAYS[way] ? [memory.currentVersion.get(fleet.bundleOf(name))] : [],
    ];
    const key = WAYS[way].key === 'parameter' ? memory.parameters.get(`${place}/${published.serialNumber}`)?.value
      : memory.versions.get(`${place}/${published.serialNumber}`);
    if (key === undefined || current.some(version => version !== published.serialNumber)) {
      throw new Error(`${name}: the key of ${published.serialNumber} is ${key === undefined ? 'lost' : 'there'}, and current are ${current.join(', ')}`);
    }
    if (!checked.has(published.serialNumber) && !new X509Certificate(published.certificatePem).checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`${name}: the key in ${place} is not that of ${published.serialNumber}`);
    }
    checked.add(published.serialNumber);
  }
}

/** No two certificates in any ledger have the same serial number, and each has the one of its entry. */
export function checkSerialNumbers({ memory }: SimulatedWorld): number {
  const seen = new Map<string, string>();
  for (const { entries } of memory.ledgers.values()) {
    for (const { certificate, serialNumber, profile } of entries.values()) {
      const x509 = certificate && new X509Certificate(certificate);
      if (!x509) {
        continue;
      }
      const standing = seen.get(x509.serialNumber);
      if (standing !== undefined && standing !== x509.fingerprint256) {
        throw new Error(`two certificates have the serial number ${x509.serialNumber}`);
      }
      if (profile !== 'ca' && x509.serialNumber !== serialNumber) { // a CA that is signed elsewhere has a version of its key in place of it
        throw new Error(`the certificate of the entry ${serialNumber} has the serial number ${x509.serialNumber}`);
      }
      seen.set(x509.serialNumber, x509.fingerprint256);
    }
  }
  return seen.size;
}

type State = 'revoked' | 'expired' | 'held' | 'gone' | 'issued';

function stateOf({ state, notAfter, gone }: Certificate, now: Date): State {
  return state === 'revoked' ? 'revoked' : notAfter < now ? 'expired' : state === 'held' ? 'held' : gone ? 'gone' : 'issued';
}

/** What `list` says agrees with the model: about each certificate that the model knows, and there is none of use that it does not know. */
export function checkInventory(fleet: Fleet, world: SimulatedWorld, cas: readonly SimulatedCa[]): number {
  const unseen = new Map(fleet.certificates);
  for (const ca of cas) {
    for (const each of world.inventory(ca)) {
      const found = { ...each, ca: ca.name, resource: each.entry.logicalResourceId };
      const { state, serialNumber, profile, declared, commonName } = listedCertificate(found, world.now);
      const known = fleet.certificates.get(serialNumber!);
      const listed: State = ['superseded', 'withdrawn'].includes(state) ? 'gone' : state as State;
      if (known && (known.ca !== ca || listed !== stateOf(known, world.now))) {
        throw new Error(`${commonName}: the certificate ${serialNumber} of ${ca.name} is listed as ${state}, and is ${stateOf(known, world.now)} of ${known.ca.name}`);
      }
      if (!known && ['device', 'server'].includes(profile) && declared && listed !== 'expired') {
        throw new Error(`${commonName}: nobody knows the certificate ${serialNumber} of ${ca.name}, which is listed as ${state}`);
      }
      unseen.delete(serialNumber!);
    }
  }
  if (unseen.size > 0) {
    throw new Error(`not listed: ${[...unseen.values()].map(({ device, serialNumber }) => `${device} (${serialNumber})`).join(', ')}`);
  }
  return fleet.certificates.size;
}

/** Everything that has ended, or was about to, was announced at each threshold exactly once, and nothing else was. */
export function checkAnnouncements({ certificates }: Fleet, { announcements, now }: SimulatedWorld): number {
  const of = new Map<string, Announcement[]>();
  announcements.forEach(each => of.set(each.serialNumber, [...of.get(each.serialNumber) ?? [], each]));
  for (const certificate of certificates.values()) {
    const announced = of.get(certificate.serialNumber) ?? [];
    of.delete(certificate.serialNumber);
    for (const [index, threshold] of [...THRESHOLDS, 0].entries()) {
      const times = announced.filter(({ daysLeft }) => daysLeft === threshold).map(({ at }) => at);
      const [from, until] = duration(certificate, threshold, [...THRESHOLDS, 0, -Infinity][index + 1], now);
      const [least, most] = [until - from >= 1.5 * DAY && !certificate.wasHeld ? 1 : 0, until - from > -DAY ? 1 : 0];
      if (times.length < least || times.length > most || times.some(at => at.getTime() < from || at.getTime() > until + DAY)) {
        throw new Error(`${certificate.device}: the end of ${certificate.serialNumber} on ${certificate.notAfter.toISOString()} had to be announced at ${threshold} days `
          + `${least === 1 ? 'once' : most === 0 ? 'never' : 'at most once'}, and was on [${times.map(at => at.toISOString()).join(', ')}]; `
          + `gone ${certificate.gone?.toISOString()}, due ${certificate.dueAt?.toISOString()}, ${certificate.state}`);
      }
    }
  }
  if (of.size > 0) {
    throw new Error(`the end of a certificate was announced that is not one of a device: ${JSON.stringify([...of.values()].flat())}`);
  }
  return announcements.length;
}

/** When a certificate is to be announced at a threshold: while it is the closest one, the certificate is in use, and no renewal is still to come. */
function duration({ notAfter, dueAt, gone }: Certificate, threshold: number, next: number, now: Date): [from: number, until: number] {
  const end = notAfter.getTime();
  const late = dueAt === undefined ? -Infinity : dueAt.getTime() + DAY;
  return [Math.max(end - threshold * DAY, late), Math.min(end - next * DAY, gone?.getTime() ?? Infinity, now.getTime())];
}

/** Those who need a certificate have one. */
export function living(fleet: Fleet): Device[] {
  return [...fleet.devices.values()].filter(({ isForgotten }) => !isForgotten);
}
