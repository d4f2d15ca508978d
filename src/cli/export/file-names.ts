import { NamedOutput, nameOf } from './output-names';
import { safeName } from './safe-names';
import { CliError } from '../cli-error';

/** The words in an output's key that all certificates share, and that say nothing in a file name. */
const FILLERS: readonly string[] = ['certificate', 'pem'];

/**
 * Names the files of outputs, without `.pem`: the key in kebab-case without the words `Certificate` and `Pem`. If nothing remains,
 * or if two outputs would have the same name, the whole key is used. If there are several stacks, each has its own folder.
 *
 * @returns the names in the order of the outputs
 */
export function fileNames(outputs: readonly NamedOutput[]): string[] {
  const severalStacks = new Set(outputs.map(({ stack }) => stack)).size > 1;
  const folder = ({ stack }: NamedOutput): string => severalStacks ? `${safeName(stack)}/` : '';
  const short = outputs.map(each => folder(each) + kebabCase(wordsOf(each.output).filter(word => !FILLERS.includes(word))));
  const names = outputs.map((each, index) => short[index].endsWith('/') || short[index] === '' || isRepeated(short, index)
    ? folder(each) + kebabCase(wordsOf(each.output))
    : short[index]);
  names.forEach((name, index) => {
    const other = names.indexOf(name);
    if (other !== index) {
      throw new CliError(`the outputs ${nameOf(outputs[other])} and ${nameOf(outputs[index])} would be written to the same file, ${name}.pem; `
        + 'rename one of them');
    }
  });
  return names;
}

function isRepeated(names: readonly string[], index: number): boolean {
  return names.indexOf(names[index]) !== names.lastIndexOf(names[index]);
}

/** `Device0CertificatePem` → `device0`, `certificate`, `pem` */
export function wordsOf(key: string): string[] {
  return (key.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? []).map(word => word.toLowerCase());
}

function kebabCase(words: readonly string[]): string {
  return safeName(words.join('-'));
}
