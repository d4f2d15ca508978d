import { Item } from './ledger-item';
import {
  certificatePartition, expiryPartition, fleetPartition, listPartition, namePartition, pointerPartition, REFUSED, resourcePartition,
  revocationPartition, serialKey,
} from '../../contract/ledger-keys';
import { Requester } from '../../resource/lifecycle-event';
import { LedgerEntry } from '../ledger/ledger';

/** The keys of a ledger's items; see decisions/0004-ledger.md. */

export function pointerKey(identity: string): Item {
  return { pk: { S: pointerPartition(identity) }, sk: { S: 'current' } };
}

export function certificateKey({ issuer, serialNumber }: { issuer?: string; serialNumber?: string }): Item {
  return { pk: { S: certificatePartition(String(issuer), String(serialNumber)) }, sk: { S: serialKey(String(serialNumber)) } };
}

export function revocationKey({ issuer, serialNumber }: { issuer: string; serialNumber: string }): Item {
  return { pk: { S: revocationPartition(issuer) }, sk: { S: serialKey(serialNumber) } };
}

export function expiryKey(issuer: string, serialNumber: string): Item {
  return { pk: { S: expiryPartition(issuer) }, sk: { S: serialKey(serialNumber) } };
}

export function crlKey(issuer: string): Item {
  return { pk: { S: listPartition(issuer) }, sk: { S: 'current' } };
}

export function publicationKey(issuer: string): Item {
  return { pk: crlKey(issuer).pk, sk: { S: 'publication' } };
}

export function resourceKey({ stackId, logicalResourceId }: Requester): Item {
  return { pk: { S: resourcePartition(stackId, logicalResourceId) }, sk: { S: 'current' } };
}

export function refusalKey(requester: Requester): Item {
  return { pk: resourceKey(requester).pk, sk: { S: REFUSED } };
}

export function fleetKey(fleet: string): Item {
  return { pk: { S: fleetPartition(fleet) }, sk: { S: 'current' } };
}

export function nameKey({ issuer, serialNumber }: LedgerEntry, commonName: string): Item {
  return { pk: { S: namePartition(issuer, commonName) }, sk: { S: serialKey(serialNumber) } };
}
