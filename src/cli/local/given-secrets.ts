import { isUtf8 } from 'node:buffer';
import { isMap } from '../../contract/json-map';
import { SecretValue } from '../../issuing/ports';
import { CliError, printable } from '../cli-error';
import { readBytesOr } from '../read-file';
import { AssemblyStack } from './assembly';
import { StackTemplate } from './nested-templates';
import { referencesIn, secretReferencesIn } from './references';
import { nameOf } from './stack-plan';
import { isCertificate } from './stack-scope';
import { localArn, nameStem, SECRET_TYPE } from './stand-ins';
import { State } from './state';

/** A value from the command line, for a secret that AWS would hold. */
export interface GivenSecret {
  /** An ARN, the name of a secret, or a name from the stack that declares it. */
  readonly name: string;
  readonly value: SecretValue;
}

/** A secret that a stack of the app declares. */
export interface DeclaredSecret {
  /** Its stack and its id in the stack's state. */
  readonly id: string;
  /** The names that the command line accepts for it. Messages use the first name. */
  readonly names: readonly string[];
  /** The certificate whose private key the deployment writes into the secret; absent if the value comes from elsewhere or is generated. */
  readonly writtenFor?: string;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_BYTES = 65_536;

/** The characters that Secrets Manager adds after the name at the end of a secret's ARN. */
const ARN_END = /-[A-Za-z0-9]{6}$/;

/** The beginning of a secret's ARN in the account that stands in for all accounts. */
const LOCAL_ARN = localArn('secretsmanager', 'secret:');

/**
 * Reads `NAME=FILE`. No error repeats the text after the equals sign, because it can be the secret itself by mistake.
 *
 * @returns a string, like a SecretString, if the file is UTF-8 without null bytes; otherwise bytes, like a SecretBinary
 */
export function readGivenSecret(argument: string): GivenSecret {
  const [, name, file] = /^([^=\p{Cc}]{1,2048})=(.+)$/su.exec(argument) ?? [];
  if (name === undefined) {
    throw new CliError('--secret: must be of the form NAME=FILE, where NAME is the ARN of a secret, its name, the path of its construct or its logical id; '
      + 'the given argument is not shown');
  }
  const where = `--secret ${name}`;
  const content = readBytesOr(file, reason => {
    throw new CliError(`${where}: ${reason}; the text after the equals sign must be the path of a file (not shown)`);
  });
  if (content.length === 0 || content.length > MAX_BYTES) {
    throw new CliError(`${where}: the file must hold 1 to ${MAX_BYTES} bytes, got ${content.length}; a secret in AWS can't hold anything else`);
  }
  return { name, value: isUtf8(content) && !content.includes(0) ? content.toString('utf8') : content };
}

/** The secrets that stacks and their nested stacks declare. */
export function declaredSecrets(stacks: readonly AssemblyStack[]): DeclaredSecret[] {
  return stacks.flatMap(stack => secretsIn(stack.name, stack.displayName, stack, ''));
}

function secretsIn(stackName: string, rootName: string, { template, nested }: StackTemplate, prefix: string): DeclaredSecret[] {
  const resources = [...template.resources];
  const nameOfResource = (logicalId: string): string => nameOf(logicalId, { template, rootName, prefix });
  const writtenFor = new Map(resources.filter(([, { type }]) => isCertificate(type)).flatMap(([logicalId, resource]) =>
    secretReferencesIn(resource.properties).filter(({ isWritten }) => isWritten)
      .flatMap(({ expression }) => [...referencesIn(expression)].map(secret => [secret, nameOfResource(logicalId)] as const))));
  const own = resources.filter(([, { type }]) => type === SECRET_TYPE).map(([logicalId, resource]) => ({
    id: secretId(stackName, `${prefix}${logicalId}`),
    writtenFor: writtenFor.get(logicalId),
    names: [
      resource.constructPath, nameOfResource(logicalId), `${prefix}${logicalId}`, nameStem(stackName, logicalId), resource.properties.Name,
    ].filter((each): each is string => typeof each === 'string'),
  }));
  return [...own, ...[...nested].flatMap(([logicalId, stack]) => secretsIn(stackName, rootName, stack, `${prefix}${logicalId}.`))];
}

/** The secrets that the stacks of a state have, for a run without an app. A name that only the app knows is none of theirs. */
export function declaredInState({ stacks }: State): DeclaredSecret[] {
  return Object.entries(stacks).flatMap(([stackName, { resources }]) => Object.entries(resources).filter(([, { type }]) => type === SECRET_TYPE)
    .map(([logicalId, { name }]) => ({ id: secretId(stackName, logicalId), names: [`${stackName}/${name}`, name, logicalId, nameStem(stackName, logicalId)] })));
}

/** The id of a declared secret until it has an ARN: its stack, and its id in the stack's state. */
export function secretId(stackName: string, logicalId: string): string {
  return `${stackName}/${logicalId}`;
}

/** The secrets that the command line gives, matched with the secrets of the deployment. */
export class GivenSecrets {
  /** The ids of the declared secrets among the given secrets; the names of the other given secrets. */
  private readonly targets = new Map<GivenSecret, string>();
  /** The ids of declared secrets, by their ARNs. */
  private readonly ids = new Map<string, string>();

  /** @throws CliError if a name means several secrets, or if a secret is given more than once */
  constructor(private readonly given: readonly GivenSecret[], private readonly declared: readonly DeclaredSecret[]) {
    for (const each of given) {
      const meant = declared.filter(({ names }) => names.includes(each.name));
      if (meant.length > 1) {
        throw new CliError(`--secret ${each.name}: must identify one secret, but is a name of ${meant.map(({ names }) => names[0]).join(' and ')}`);
      }
      const target = meant[0]?.id ?? each.name;
      if ([...this.targets.values()].includes(target)) {
        throw new CliError(`--secret ${each.name}: this secret must be given only once`);
      }
      this.targets.set(each, target);
    }
  }

  /** Records the ARN of a declared secret. */
  public bind(id: string, secretArn: string): void {
    this.ids.set(secretArn, id);
  }

  /** The given value of a secret, or `undefined` if there is none. */
  public valueOf(secretArn: string): SecretValue | undefined {
    const id = this.ids.get(secretArn) ?? secretArn;
    const found = this.given.find(each => this.targets.get(each) === id) ?? this.given.find(({ name }) => isExactly(secretArn, name))
      ?? this.given.find(({ name }) => isNamed(secretArn, name));
    return found?.value;
  }

  /** The name of a secret on the command line. */
  public nameOf(secretArn: string): string {
    const declared = this.declared.find(({ id }) => id === this.ids.get(secretArn));
    return declared?.names[0] ?? printable(secretName(secretArn));
  }
}

/** What is known about the secrets of a deployment before it begins. */
export interface KnownSecrets {
  readonly declared: readonly DeclaredSecret[];
  /** The ARNs and names of the secrets that certificates read; `undefined` for a secret that is known only during the deployment. */
  readonly read: readonly (string | undefined)[];
  /** The stacks that are deployed. */
  readonly stacks: readonly AssemblyStack[];
  readonly state: State;
}

/**
 * Checks that the deployment can need each given secret, so that a mistyped name does not go unnoticed.
 *
 * @throws CliError if no certificate reads such a secret, or if the deployment itself writes its value
 */
export function assertNeeded(given: readonly GivenSecret[], { declared, read, stacks, state }: KnownSecrets): void {
  const known = [...read, ...Object.values(state.ledgers).flatMap(({ entries }) => secretReferencesIn(Object.values(entries)))
    .filter(({ isWritten }) => !isWritten).map(({ expression }) => String(expression))];
  // The name of a secret that is known only during the deployment is an output of another stack.
  const outputs = known.includes(undefined) ? stacks.flatMap(({ template }) => [...template.outputs.values()]) : [];
  const texts = outputs.flatMap(({ value }) => textsIn(value));
  const readNames = [...known.filter(each => each !== undefined), ...texts];
  for (const { name } of given) {
    const meant = declared.find(({ names }) => names.includes(name));
    if (meant?.writtenFor !== undefined) {
      throw new CliError(`--secret ${printable(name)}: the deployment writes this secret itself, with the private key of ${meant.writtenFor}; leave it out`);
    }
    if (!meant && !readNames.some(each => isNameOf(name, each))) {
      const candidates = [
        ...declared.filter(({ writtenFor }) => writtenFor === undefined).map(({ names }) => names[0]),
        ...known.filter(each => each !== undefined).filter(each => !isLocalName(each, declared)).map(secretName),
      ];
      throw new CliError(`--secret ${printable(name)}: no certificate in this deployment reads this secret; `
        + (candidates.length > 0 ? `the secrets that can be given are ${[...new Set(candidates)].map(printable).join(', ')}`
          : 'this deployment has no secret that can be given'));
    }
  }
}

/** All texts in an expression. */
function textsIn(expression: unknown): string[] {
  if (typeof expression === 'string') {
    return [expression];
  }
  return Array.isArray(expression) ? expression.flatMap(textsIn) : isMap(expression) ? Object.values(expression).flatMap(textsIn) : [];
}

/**
 * The name of a secret that no stack declares. An ARN in the account that stands in for all accounts was made here, from the name by which
 * the app imports the secret.
 */
function secretName(secretArn: string): string {
  return secretArn.startsWith(LOCAL_ARN) ? secretArn.slice(LOCAL_ARN.length) : secretArn;
}

/** Whether a name on the command line means the secret with this ARN or name. */
function isNameOf(name: string, secretArnOrName: string): boolean {
  const secretArn = arnOf(secretArnOrName);
  return isExactly(secretArn, name) || isNamed(secretArn, name);
}

/** Whether an ARN or a name belongs to a secret that a stack declares. */
function isLocalName(secretArn: string, declared: readonly DeclaredSecret[]): boolean {
  const name = secretName(secretArn).replace(ARN_END, '');
  return declared.some(({ names }) => names.includes(name));
}

/** The ARN of a secret, by its ARN or its name. A name means a secret in the account that stands in for all accounts. */
export function arnOf(secretArnOrName: string): string {
  return secretArnOrName.startsWith('arn:') ? secretArnOrName : localArn('secretsmanager', `secret:${secretArnOrName}`);
}

function isExactly(secretArn: string, name: string): boolean {
  return (name.startsWith('arn:') ? secretArn : nameIn(secretArn)) === name;
}

/**
 * Whether a name means the secret with an ARN. Both can lack the characters that Secrets Manager adds. An ARN that was made here has
 * none: it is made from the name by which the app imports the secret, and may end in a word that looks like these characters.
 */
function isNamed(secretArn: string, name: string): boolean {
  if (secretArn.startsWith(LOCAL_ARN)) {
    return nameIn(secretArn) === name.replace(ARN_END, '');
  }
  const known = name.startsWith('arn:') ? secretArn : nameIn(secretArn);
  return known.replace(ARN_END, '') === name || (name.startsWith('arn:') && name.replace(ARN_END, '') === known);
}

function nameIn(secretArn: string): string {
  return secretArn.replace(/^.*:secret:/, '');
}
