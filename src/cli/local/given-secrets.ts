import { isUtf8 } from 'node:buffer';
import { SecretValue } from '../../issuing/ports';
import { CliError, printable } from '../cli-error';
import { readBytesOr } from '../read-file';
import { AssemblyStack } from './assembly';
import { StackTemplate } from './nested-templates';
import { referencesIn } from './references';
import { secretReferencesIn } from './secret-references';
import { nameInStack } from './stack-plan';
import { isCertificate } from './stack-scope';
import { localArn, nameStem, SECRET_TYPE } from './stand-ins';
import { ResourceDeclaration } from './template';

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
  /** The certificate for whose private key the deployment writes it; absent where its value comes from elsewhere, or is generated. */
  readonly writtenFor?: string;
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
    throw new CliError(`${where}: ${reason}; the text after the equals sign must be the path of a file (not shown)`);
  });
  if (content.length === 0 || content.length > MAX_BYTES) {
    throw new CliError(`${where}: the file must hold 1 to ${MAX_BYTES} bytes, got ${content.length}; a secret in AWS can't hold anything else`);
  }
  return { name, value: isUtf8(content) && !content.includes(0) ? content.toString('utf8') : content };
}

/** The secrets that stacks declare, and the stacks in them. */
export function declaredSecrets(stacks: readonly AssemblyStack[]): DeclaredSecret[] {
  return stacks.flatMap(stack => secretsIn(stack.name, stack.displayName, stack, ''));
}

function secretsIn(stackName: string, rootName: string, { template, nested }: StackTemplate, prefix: string): DeclaredSecret[] {
  const nameOf = (logicalId: string, resource: ResourceDeclaration): string => nameInStack(logicalId, resource, rootName, prefix);
  const writtenFor = new Map([...template.resources].filter(([, { type }]) => isCertificate(type)).flatMap(([logicalId, resource]) =>
    secretReferencesIn(resource.properties).filter(({ isWritten }) => isWritten)
      .flatMap(({ expression }) => [...referencesIn(expression)].map(secret => [secret, nameOf(logicalId, resource)] as const))));
  const own = [...template.resources].filter(([, { type }]) => type === SECRET_TYPE).map(([logicalId, resource]) => ({
    id: secretId(stackName, `${prefix}${logicalId}`),
    writtenFor: writtenFor.get(logicalId),
    names: [
      resource.constructPath, nameOf(logicalId, resource), `${prefix}${logicalId}`, nameStem(stackName, logicalId), resource.properties.Name,
    ].filter((each): each is string => typeof each === 'string'),
  }));
  return [...own, ...[...nested].flatMap(([logicalId, stack]) => secretsIn(stackName, rootName, stack, `${prefix}${logicalId}.`))];
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
        throw new CliError(`--secret ${each.name}: this secret must be given only once`);
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
    return declared?.names[0] ?? printable(secretName(secretArn));
  }
}

/** What a secret that no stack declares is called. An ARN in the account that stands for all of them was made here, of the name that the app imports it by. */
export function secretName(secretArn: string): string {
  return secretArn.startsWith(LOCAL_ARN) ? secretArn.slice(LOCAL_ARN.length) : secretArn;
}

/** Whether a name on the command line means the secret of this ARN or name. */
export function isNameOf(name: string, secretArnOrName: string): boolean {
  const secretArn = arnOf(secretArnOrName);
  return isExactly(secretArn, name) || isNamed(secretArn, name);
}

/** Whether an ARN is that of a secret which a stack declares. */
export function isLocalName(secretArn: string, declared: readonly DeclaredSecret[]): boolean {
  const name = secretName(secretArn).replace(ARN_END, '');
  return declared.some(({ names }) => names.includes(name));
}

/** The ARN of a secret by its ARN or by its name, which is that of a secret in the account that stands for all of them. */
export function arnOf(secretArnOrName: string): string {
  return secretArnOrName.startsWith('arn:') ? secretArnOrName : localArn('secretsmanager', `secret:${secretArnOrName}`);
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
