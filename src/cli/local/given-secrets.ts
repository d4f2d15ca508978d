import { isUtf8 } from 'node:buffer';
import { SecretValue } from '../../handlers/ports';
import { CliError, printable } from '../cli-error';
import { readBytesOr } from '../read-file';
import { AssemblyStack } from './assembly';
import { StackTemplate } from './nested-templates';
import { GivenParameter } from './parameters';
import { nameInStack } from './stack-plan';
import { localArn, nameStem, SECRET_TYPE } from './stand-ins';

/** What a secret holds that AWS would hold, from the command line. */
export interface GivenSecret {
  /** An ARN, the name of a secret, or what a stack of the app calls it. */
  readonly name: string;
  readonly value: SecretValue;
}

/** A secret that a stack of the app declares. */
export interface DeclaredSecret {
  /** Its stack and its id in the stack's state. */
  readonly id: string;
  /** What it can be called on the command line; people are told the first one. */
  readonly names: readonly string[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_BYTES = 65_536;

/** Secrets Manager ends the ARN of a secret with its name and these. */
const ARN_END = /-[A-Za-z0-9]{6}$/;

/** How the ARN of a secret begins in the account that stands for all of them. */
const LOCAL_ARN = localArn('secretsmanager', 'secret:');

/**
 * Reads `NAME=FILE`. No error repeats what stands for the file: it can be the secret itself, by mistake.
 *
 * @returns a text where the file is UTF-8, as a SecretString is; else bytes, as a SecretBinary
 */
export function readGivenSecret(argument: string): GivenSecret {
  const [, name, file] = /^([^=\p{Cc}]{1,2048})=(.+)$/su.exec(argument) ?? [];
  if (name === undefined) {
    throw new CliError('--secret: must be of the form NAME=FILE, where NAME is the ARN of a secret, its name, the path of its construct or its logical id; '
      + 'what was given is not shown');
  }
  const where = `--secret ${name}`;
  const content = readBytesOr(file, reason => {
    throw new CliError(`${where}: ${reason}; what stands behind the equals sign must be the path of a file (not shown)`);
  });
  if (content.length === 0 || content.length > MAX_BYTES) {
    throw new CliError(`${where}: the file must hold 1 to ${MAX_BYTES} bytes, got ${content.length}; no secret of AWS holds anything else`);
  }
  return { name, value: isUtf8(content) && !content.includes(0) ? content.toString('utf8') : content };
}

/** The secrets that stacks declare, and the stacks in them. */
export function declaredSecrets(stacks: readonly AssemblyStack[]): DeclaredSecret[] {
  return stacks.flatMap(stack => secretsIn(stack.name, stack.displayName, stack, ''));
}

function secretsIn(stackName: string, rootName: string, { template, nested }: StackTemplate, prefix: string): DeclaredSecret[] {
  const own = [...template.resources].filter(([, { type }]) => type === SECRET_TYPE).map(([logicalId, resource]) => ({
    id: secretId(stackName, `${prefix}${logicalId}`),
    names: [
      resource.constructPath, nameInStack(logicalId, resource, rootName, prefix), `${prefix}${logicalId}`, nameStem(stackName, logicalId), resource.properties.Name,
    ].filter((each): each is string => typeof each === 'string'),
  }));
  return [...own, ...[...nested].flatMap(([logicalId, stack]) => secretsIn(stackName, rootName, stack, `${prefix}${logicalId}.`))];
}

/**
 * Makes sure that a given secret is one that the stacks name, so that a mistyped name is not passed over: it is declared by them, or
 * stands, with or without what Secrets Manager adds to it, in a template or in the value of a parameter.
 */
export function assertNamed(given: readonly GivenSecret[], stacks: readonly AssemblyStack[], parameters: readonly GivenParameter[]): void {
  const declared = declaredSecrets(stacks);
  const texts = [...stacks.flatMap(textsIn), ...parameters.map(({ value }) => value)];
  for (const { name } of given) {
    const stem = name.replace(/^.*:secret:/, '').replace(ARN_END, '');
    const isKnown = [name, ...name.startsWith('arn:') ? [stem] : []].some(each => texts.some(text => text.includes(each)));
    if (!declared.some(({ names }) => names.includes(name) || names.includes(stem)) && !isKnown) {
      const known = [...new Set(declared.map(({ names }) => names[0]))];
      throw new CliError(`--secret ${printable(name)}: no stack that is deployed names such a secret`
        + `${known.length > 0 ? `; those that they declare are ${known.join(', ')}` : ''}`);
    }
  }
}

/** What can hold the name of a secret in a stack and in those in it, as JSON. */
function textsIn({ template: { parameters, mappings, resources }, nested }: StackTemplate): string[] {
  const own = [[...parameters.values()], [...mappings.values()], [...resources.values()].map(({ properties }) => properties)];
  return [...own.map(each => JSON.stringify(each)), ...[...nested.values()].flatMap(textsIn)];
}

/** What a declared secret is told by until it has an ARN: its stack, and its id in the stack's state. */
export function secretId(stackName: string, logicalId: string): string {
  return `${stackName}/${logicalId}`;
}

/** The secrets that the command line gives, and which ones they are. */
export class GivenSecrets {
  /** The ids of the declared secrets among them; the names of the others. */
  private readonly targets = new Map<GivenSecret, string>();
  /** The ids of declared secrets, by the ARNs that they have got. */
  private readonly ids = new Map<string, string>();

  /** @throws CliError where a name means several secrets, or a secret has several names */
  constructor(private readonly given: readonly GivenSecret[], private readonly declared: readonly DeclaredSecret[]) {
    for (const each of given) {
      const meant = declared.filter(({ names }) => names.includes(each.name));
      if (meant.length > 1) {
        throw new CliError(`--secret ${each.name}: must mean one secret, but is a name of ${meant.map(({ names }) => names[0]).join(' and of ')}`);
      }
      const target = meant[0]?.id ?? each.name;
      if ([...this.targets.values()].includes(target)) {
        throw new CliError(`--secret ${each.name}: this secret must be given once`);
      }
      this.targets.set(each, target);
    }
  }

  /** Tells which ARN a declared secret has. */
  public bind(id: string, secretArn: string): void {
    this.ids.set(secretArn, id);
  }

  /** The value that is given for a secret, or `undefined`. */
  public valueOf(secretArn: string): SecretValue | undefined {
    const id = this.ids.get(secretArn) ?? secretArn;
    const found = this.given.find(each => this.targets.get(each) === id) ?? this.given.find(({ name }) => isExactly(secretArn, name))
      ?? this.given.find(({ name }) => isNamed(secretArn, name));
    return found?.value;
  }

  /** What a secret is called on the command line. */
  public nameOf(secretArn: string): string {
    const declared = this.declared.find(({ id }) => id === this.ids.get(secretArn));
    // An ARN in the account that stands for all of them was made here, of the name that the app imports the secret by.
    return declared?.names[0] ?? printable(secretArn.startsWith(LOCAL_ARN) ? secretArn.slice(LOCAL_ARN.length) : secretArn);
  }
}

function isExactly(secretArn: string, name: string): boolean {
  return (name.startsWith('arn:') ? secretArn : nameIn(secretArn)) === name;
}

/**
 * Whether a name means the secret of an ARN, either of which can be without the characters that Secrets Manager adds. An ARN that was
 * made here has none: it is that of the name by which the app imports the secret, and may end in a word that looks like them.
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
