import { CfnElement, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isMap } from '../contract/json-map';
import { holdsPrivateKey, isPrivateKey } from '../contract/private-keys';

const GUARDED = new WeakSet<Stack>();

/**
 * Lets the synthesis fail if there is a private key anywhere in the template of the stack of `scope`, or of a stack that it is nested
 * in: in a value, a name, or a text that is in pieces around a token. It is the last look before templates are written, at what the
 * rules of the single properties can't see, such as values that are made late, tags, outputs, and what can have any form.
 *
 * Everything in this library that becomes part of a template calls it; a stack is looked through once.
 */
export function keepPrivateKeysOut(scope: IConstruct): void {
  const stack = Stack.of(scope);
  if (GUARDED.has(stack)) {
    return;
  }
  GUARDED.add(stack);
  stack.node.addValidation({ validate: () => complaints(stack) });
  if (stack.nestedStackParent) {
    keepPrivateKeysOut(stack.nestedStackParent);
  }
}

function complaints(stack: Stack): string[] {
  const { description, metadata, transforms } = stack.templateOptions;
  const own = { Description: description, Metadata: metadata, Transform: transforms, Tags: stack.tags.renderTags() };
  return [
    ...placesOfKeys(stack.resolve(own)).map(place => complaint(stack, place)),
    ...stack.node.findAll().filter(element => CfnElement.isCfnElement(element)).filter(element => element.stack === stack)
      // What is around is the section of the template and the logical id.
      .flatMap(element => placesOfKeys(rendered(element)).map(([, , ...place]) => complaint(element, place))),
  ].filter((text, index, all) => all.indexOf(text) === index);
}

/** An element as it stands in the template. What can't be resolved is left to CDK, whose synthesis fails at it. */
function rendered(element: CfnElement): unknown {
  try {
    return element.stack.resolve(element._toCloudFormation());
  } catch {
    return undefined;
  }
}

function complaint({ node }: IConstruct, place: readonly string[]): string {
  const property = (place[0] === 'Properties' ? place.slice(1) : place).map(shown).join('.').replace(/(^|\.)Fn::.*/, '');
  return `${shown(node.path.replace(/(\/(Resource|Default))+$/, ''))}: ${property || 'the logical id'} must not hold a private key (not shown); `
    + 'take it out of the declaration, and consider it disclosed';
}

function shown(name: string): string {
  return isPrivateKey(name) || holdsPrivateKey(name) ? '(not shown)' : name;
}

/** Where in what is resolved private keys are: the names on the way to each. */
function placesOfKeys(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (holdsPrivateKey(textOf(value)) || isPrivateJsonWebKey(value)) {
    return [place];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => holdsPrivateKey(name) ? [[...place, name]] : placesOfKeys(inner, [...place, name]))
    : [];
}

/** RFC 7517 and RFC 7518, section 6: `d` is the secret number of a key of any type. */
function isPrivateJsonWebKey(value: unknown): boolean {
  return isMap(value) && typeof value.kty === 'string' && typeof value.d === 'string';
}

/** The functions that make a text of pieces. */
const TEXTS: { readonly [name: string]: (argument: unknown) => string } = {
  'Fn::Join': argument => {
    const [delimiter, pieces] = Array.isArray(argument) ? argument : [];
    return Array.isArray(pieces) ? pieces.map(textOf).join(String(delimiter)) : '';
  },
  'Fn::Sub': argument => {
    const [text, values] = [argument].flat();
    return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => literal ? `\${${name}}` : textOf(isMap(values) ? values[name] : ''));
  },
  'Fn::Base64': textOf,
};

/** A text as far as it is known: without what only the deployment can know. */
function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [name, argument] = isMap(value) ? Object.entries(value)[0] ?? [] : [];
  return name !== undefined && Object.hasOwn(TEXTS, name) ? TEXTS[name](argument) : '';
}
