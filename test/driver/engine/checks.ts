import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { entriesIn, Entry } from './ledgers';
import { assertSecrecy } from './secrecy';
import { Stack } from './stack';
import { Existing, identityIn, Properties } from './template';
import { keyOf, Watch } from './watch';
import { World } from './world';
import { AwsState } from '../aws/fake-aws';

type Find = Watch['find'];

/** What a resource says that it has: its entries in the ledgers, by key. */
function entriesOf({ properties, data, physicalId }: Existing, entries: readonly Entry[]): { key: string; entry?: Entry }[] {
  const tables = [...new Set([properties.IssuerLedgerTable ?? properties.LedgerTable, properties.LedgerTable])] as string[];
  return tables.map(table => {
    const entry = entries.find(each => each.table === table && each.identity === identityIn(physicalId)
      && (data.Signature === undefined ? each.serialNumber === data.SerialNumber : each.signature === data.Signature));
    return { key: entry ? keyOf(entry) : `${table} of ${physicalId}`, entry };
  });
}

/**
 * Looks at what there is when nothing is under way and every operation has ended: the ledgers, the keys and everything that
 * was shown agree with what the stack declares.
 */
export function checkAtRest(world: World, stack: Stack, watch: Watch): void {
  const entries = entriesIn(world.state);
  const find: Find = (kind, text) => watch.find(kind, text);
  const isAbandoned = ({ identity, logicalId }: Pick<Entry, 'identity' | 'logicalId'>): boolean =>
    stack.abandoned.has(identity) || (stack.abandoned.has(`${logicalId}/`) && identityIn(stack.resources.get(logicalId)?.physicalId ?? '') !== identity);
  const declared = new Set<string>();
  for (const [logicalId, resource] of stack.resources) {
    for (const { key, entry } of entriesOf(resource, entries)) {
      declared.add(key);
      if (entry?.status !== 'ISSUED') {
        find('lost', `${logicalId} has ${resource.physicalId} (${resource.data.SerialNumber?.slice(0, 8)}), of which the ledger ${key.split(' ')[0]} says ${entry?.status ?? 'nothing'}`);
      } else if (entry.certificate && !new X509Certificate(resource.data.CertificatePem).raw.equals(Buffer.from(entry.certificate, 'base64'))) {
        find('other bytes', `${logicalId} has another certificate than the ledger`);
      }
    }
  }
  for (const entry of entries.filter(each => !declared.has(keyOf(each)) && !isAbandoned(each))) {
    const text = `${entry.identity} of ${entry.logicalId} (${entry.serialNumber.slice(0, 8)}) in ${entry.table}`;
    if (entry.status === 'ISSUED') {
      find('left behind', `nobody declares ${text}, which is ISSUED`);
    } else if (entry.status !== 'WITHDRAWN' && !entry.isSuperseded) {
      find('unfinished', `nobody declares ${text}, which is ${entry.status}`);
    }
  }
  stack.resources.forEach((resource, logicalId) => checkKeys(world.state, logicalId, resource, find));
  stack.resources.forEach((resource, logicalId) => checkTags(world.state, logicalId, resource, find));
  checkLeftKeys(world.state, stack, watch, entries, isAbandoned);
  assertSecrecy(world).forEach(text => find('shown', text));
  world.aws.unknown.splice(0).forEach(text => find('unknown call', text));
}

/**
 * Looks at the keys alone, where an operation failed and was left so: each resource has the certificate that it had, and its key.
 *
 * @param died the resources whose keys only the next request can put back
 */
export function checkKeysOf(world: World, stack: Stack, watch: Watch, died: ReadonlySet<string>): void {
  for (const [logicalId, resource] of [...stack.resources].filter(([id]) => !died.has(id))) {
    checkKeys(world.state, logicalId, resource, (kind, text) => watch.find(kind, text));
  }
}

/** The key of a certificate is where its resource says, and whoever asks without naming a version gets it. */
function checkKeys({ secrets, parameters }: AwsState, logicalId: string, { properties, data }: Existing, find: Find): void {
  if (data.CertificatePem === undefined) {
    return;
  }
  const certificate = new X509Certificate(data.CertificatePem);
  const isKey = (pem: string | Buffer | undefined): boolean => {
    try {
      const key = Buffer.isBuffer(pem) ? createPrivateKey({ key: pem, format: 'der', type: 'pkcs8' }) : createPrivateKey(pem!);
      return createPublicKey(key).equals(certificate.publicKey);
    } catch {
      return false;
    }
  };
  const current = (arn: string): string | undefined => secrets.get(arn)?.versions.get(secrets.get(arn)!.labels.get('AWSCURRENT') ?? '');
  const { KeyStorage = {}, Bundles = [] } = properties as { KeyStorage?: Properties; Bundles?: { Type: string; SecretArn: string }[] };
  if (KeyStorage.Type === 'SecretsManager' && !isKey(current(KeyStorage.SecretArn as string))) {
    find('wrong key', `AWSCURRENT of the secret of ${logicalId} is not the key of its certificate ${data.SerialNumber.slice(0, 8)}`);
  }
  if (KeyStorage.Type === 'Parameter' && !isKey(parameters.get(data.PrivateKeyParameter)?.value)) {
    find('wrong key', `the parameter of ${logicalId}, ${data.PrivateKeyParameter}, is not the key of its certificate`);
  }
  for (const { Type, SecretArn } of Bundles) {
    const value = current(SecretArn) ?? '';
    if (!isKey(Type === 'Der' ? Buffer.from(value, 'base64') : value) || (Type === 'CombinedPem' && !value.includes(data.CertificatePem.trim()))) {
      find('wrong key', `AWSCURRENT of the bundle ${Type} of ${logicalId} is not of its certificate ${data.SerialNumber.slice(0, 8)}`);
    }
  }
}

/** A parameter has the tags that are declared, and none that were. */
function checkTags({ parameters }: AwsState, logicalId: string, { properties, data }: Existing, find: Find): void {
  const declared = (properties.Tags ?? []) as { Key: string; Value: string }[];
  const parameter = data.PrivateKeyParameter === undefined ? undefined : parameters.get(data.PrivateKeyParameter);
  const text = (tags: Iterable<readonly string[]>): string => [...tags].map(tag => tag.join('=')).sort().join(', ');
  const [has, wants] = [text(parameter?.tags ?? []), text(declared.map(({ Key, Value }) => [Key, Value]))];
  if (parameter && has !== wants) {
    find('wrong tags', `the parameter of ${logicalId} has the tags "${has}" in place of "${wants}"`);
  }
}

/**
 * No key is kept for a certificate that nobody declares: neither a version with a label of its own (AWSCURRENT and AWSPREVIOUS
 * go with the secret, which CloudFormation removes) nor a parameter. A CA's key outlives it where it is declared so.
 */
function checkLeftKeys(
  { secrets, parameters }: AwsState, stack: Stack, watch: Watch, entries: readonly Entry[], isAbandoned: (entry: Entry) => boolean,
): void {
  const declared = new Set([...stack.resources.values()].map(({ data }) => data.SerialNumber));
  const isKept = (serialNumber: string): boolean => {
    const of = entries.filter(each => each.serialNumber === serialNumber);
    return declared.has(serialNumber) || of.some(entry => isAbandoned(entry) || (watch.everIssued.has(keyOf(entry)) && /^ca-/.test(entry.identity)));
  };
  for (const { arn, labels } of secrets.values()) {
    [...labels].filter(([label, version]) => !label.startsWith('AWS') && !isKept(version))
      .forEach(([label]) => watch.find('key left', `${arn.split(':').at(-1)} keeps a version with the label ${label.slice(0, 20)}`));
  }
  [...parameters.keys()].filter(name => !isKept(name.split('/').at(-1)!)).forEach(name => watch.find('key left', `the parameter ${name} is still there`));
}
