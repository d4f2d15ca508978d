import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { placesOfKeys } from './private-key-places';
import { holdsPrivateKey, isPrivateKey } from '../../contract/private-keys';
import { declaredPath } from '../checks/declared-path';

/** The metadata that CDK gives every element: where in the program it was made, and its logical id, which is in the template too. */
const OF_CDK: readonly string[] = ['aws:cdk:creationStack', 'aws:cdk:logicalId'];

const GUARDED = new WeakSet<IConstruct>();

/**
 * Lets the synthesis fail if there is a private key anywhere in what the app of `scope` becomes: in the templates of its stacks, nested
 * or not, those too that hold nothing of this library, such as the stack of a secret that is handed to a CA; and in the metadata of
 * constructs, which the cloud assembly holds beside the templates. It is found in a value, a name, or a text that is in pieces around a
 * token. It is the last look before the cloud assembly is written, at what the rules of the single properties can't see, such as values
 * that are made late, tags, outputs, and what can have any form.
 *
 * Everything in this library that becomes part of a template calls it. An app is looked through once; a stage, which is synthesized
 * before the app that it is in, by itself.
 */
export function keepPrivateKeysOut(scope: IConstruct): void {
  const stack = Stack.of(scope);
  const stages = stack.node.scopes.filter(each => Stage.isStage(each) || each === stack.node.root);
  stages.filter(stage => !GUARDED.has(stage)).forEach(stage => {
    GUARDED.add(stage);
    // CDK writes the path of the construct that validates before the complaint, and an app has none.
    const validating = stage === stages.at(-1) ? stack : stage;
    validating.node.addValidation({ validate: () => firstOf([...new Set(complaintsBelow(stage, validating))]) });
  });
}

/** A key that is declared for a whole stack, such as in a tag, would be found in each of its resources. */
const MAX_COMPLAINTS = 5;

function firstOf(complaints: readonly string[]): string[] {
  const more = complaints.length - MAX_COMPLAINTS;
  return more > 0 ? [...complaints.slice(0, MAX_COMPLAINTS), `${more} more of its places must not hold a private key either`] : [...complaints];
}

/** A place where there is a private key: the names on the way to it. */
type Place = readonly string[];

/**
 * What is wrong with a construct and those below it, but for stages that are looked through by themselves.
 *
 * @param enclosing the stack around the construct
 */
function complaintsBelow(construct: IConstruct, validating: IConstruct, enclosing?: Stack): string[] {
  const stack = Stack.isStack(construct) ? construct : enclosing;
  return [
    ...placesIn(construct, stack).map(place => (construct === validating ? '' : `${nameOf(construct)}: `) + complaint(place)),
    ...construct.node.children.filter(child => !GUARDED.has(child)).flatMap(child => complaintsBelow(child, validating, stack)),
  ];
}

function placesIn(construct: IConstruct, stack: Stack | undefined): Place[] {
  return [
    ...holdsPrivateKey(construct.node.id) ? [['the construct id']] : [],
    ...construct.node.metadata.filter(({ type }) => !OF_CDK.includes(type))
      .flatMap(({ type, data }) => placesOfKeys(resolved(stack, () => ({ [type]: data }))).map(([, ...place]) => [`the metadata ${type}`, ...place])),
    ...Stack.isStack(construct) ? placesOfKeys(resolved(construct, () => optionsOf(construct))) : [],
    // What is around is the section of the template and the logical id.
    ...CfnElement.isCfnElement(construct) ? placesOfKeys(rendered(construct)).map(([, , ...place]) => place) : [],
  ];
}

/** What of a template is not in its elements. */
function optionsOf({ templateOptions: { templateFormatVersion, description, metadata, transforms }, tags }: Stack): object {
  const options = { AWSTemplateFormatVersion: templateFormatVersion, Description: description, Metadata: metadata, Transform: transforms };
  return { ...options, Tags: tags.renderTags() };
}

/** An element as it stands in the template. */
function rendered(element: CfnElement): unknown {
  return resolved(element.stack, () => element._toCloudFormation());
}

/** What can't be resolved is left to CDK, whose synthesis fails at it. */
function resolved(stack: Stack | undefined, value: () => unknown): unknown {
  try {
    return stack ? stack.resolve(value()) : value();
  } catch {
    return undefined;
  }
}

function complaint(place: Place): string {
  const property = (place[0] === 'Properties' ? place.slice(1) : place).map(shown).join('.').replace(/(^|\.)Fn::.*/, '');
  return `${property || 'the logical id'} must not hold a private key (not shown); take it out of the declaration, and consider it disclosed`;
}

function nameOf(construct: IConstruct): string {
  return shown(declaredPath(construct)) || 'the app';
}

function shown(name: string): string {
  return isPrivateKey(name) || holdsPrivateKey(name) ? '(not shown)' : name;
}
