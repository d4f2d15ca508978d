import { CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { placesOfKeys } from './private-key-places';
import { holdsPrivateKey, isPrivateKey } from '../../contract/private-keys';
import { declaredPath } from '../checks/declared-path';

/** The metadata that CDK adds to every element: the place in the program that made it, and its logical ID, which is in the template too. */
const OF_CDK: readonly string[] = ['aws:cdk:creationStack', 'aws:cdk:logicalId'];

const GUARDED = new WeakSet<IConstruct>();

/**
 * Makes the synthesis fail if the output of the app of `scope` contains a private key: in the templates of its stacks, nested or not,
 * including stacks that hold nothing of this library, such as the stack of a secret that is passed to a CA; or in the metadata of
 * constructs, which the cloud assembly holds beside the templates. The check finds a key in a value, in a name, or in a string that tokens
 * split into pieces. It is the last check before the cloud assembly is written. It covers what the rules of single properties can't see:
 * values that are made late, tags, outputs, and values that can have any form.
 *
 * Everything in this library that becomes part of a template calls this function. An app is searched once. A stage is searched by itself,
 * because it is synthesized before the app that contains it.
 */
export function keepPrivateKeysOut(scope: IConstruct): void {
  const stack = Stack.of(scope);
  const stages = stack.node.scopes.filter(each => Stage.isStage(each) || each === stack.node.root);
  stages.filter(stage => !GUARDED.has(stage)).forEach(stage => {
    GUARDED.add(stage);
    // CDK puts the path of the validating construct before the complaint, and an app has no path.
    const validating = stage === stages.at(-1) ? stack : stage;
    validating.node.addValidation({ validate: () => firstOf([...new Set(complaintsBelow(stage, validating))]) });
  });
}

/** A key that is declared for a whole stack, such as in a tag, would be found in each of its resources. */
const MAX_COMPLAINTS = 5;

function firstOf(complaints: readonly string[]): string[] {
  const more = complaints.length - MAX_COMPLAINTS;
  return more > 0 ? [...complaints.slice(0, MAX_COMPLAINTS), `${more} more places must not hold a private key either`] : [...complaints];
}

/** A place that holds a private key: the names on the path to it. */
type Place = readonly string[];

/**
 * The complaints about a construct and its descendants, except for stages that are searched by themselves.
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
    // The two names that are left out are the section of the template and the logical ID.
    ...CfnElement.isCfnElement(construct) ? placesOfKeys(rendered(construct)).map(([, , ...place]) => place) : [],
  ];
}

/** The parts of a template that are not in its elements. */
function optionsOf({ templateOptions: { templateFormatVersion, description, metadata, transforms }, tags }: Stack): object {
  const options = { AWSTemplateFormatVersion: templateFormatVersion, Description: description, Metadata: metadata, Transform: transforms };
  return { ...options, Tags: tags.renderTags() };
}

/** An element as it appears in the template. */
function rendered(element: CfnElement): unknown {
  return resolved(element.stack, () => element._toCloudFormation());
}

/** The resolved value. A value that can't be resolved is left to CDK, whose synthesis fails on it. */
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
