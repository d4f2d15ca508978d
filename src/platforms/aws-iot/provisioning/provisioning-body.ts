import {
  DefaultTokenResolver, IFragmentConcatenator, Intrinsic, IPostProcessor, IResolvable, IResolveContext, Reference, Stack, Token, Tokenization,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { jsonCopy } from './json-copy';
import { isExpression, referencesIn, UNKNOWN, UNKNOWN_NUMBER } from './provisioning-expressions';
import { isOfCertificate } from './provisioning-parameters';
import { resourcesOf } from './provisioning-template';
import { isMap, JsonMap } from '../../../contract/json-map';

/** The name of the template in messages. */
const NAME = 'the provisioning template';

/** A variable of CloudFormation's Fn::Sub, or an escaped text that only looks like a variable. */
const VARIABLE = /\$\{(!?)([^}]*)\}/;

/**
 * A provisioning template as AWS IoT gets it: its lazy values are resolved, and each value that CloudFormation fills in is still a token.
 *
 * CloudFormation and AWS IoT have functions with the same names. A plain map in the template belongs to AWS IoT. A token belongs to
 * CloudFormation, unless it refers to a parameter of the certificate or to a resource of the template. Tokens that belong to AWS IoT are
 * therefore `Fn.join('-', ['dev', Fn.ref('AWS::IoT::Certificate::CommonName')])`, and a lazy value that makes such a map.
 *
 * @throws NotJsonError if a lazy value is not JSON
 */
export function provisioningBody(scope: Construct, template: unknown): unknown {
  return new BodyReader(scope, template).read(template);
}

class BodyReader {
  private readonly resolver = new CloudFormationResolver();
  private readonly ownNames: readonly string[];

  constructor(private readonly scope: Construct, template: unknown) {
    this.ownNames = resourcesOf(this.resolved(template)).map(([name]) => name);
  }

  public read(value: unknown): unknown {
    if (!Token.isUnresolved(value)) {
      return Array.isArray(value) ? value.map(each => this.read(each)) : isMap(value) ? mapValues(value, each => this.read(each)) : value;
    }
    const resolved = this.resolved(value);
    return isExpression(resolved) && !this.isOwn(resolved) ? value : this.translated(resolved);
  }

  /** A value as CloudFormation would get it. */
  private resolved(value: unknown): unknown {
    return Tokenization.resolve(value, { scope: this.scope, resolver: this.resolver });
  }

  /** Turns the expressions that are meant for AWS IoT into AWS IoT's own, and all others into tokens. */
  private translated(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(each => this.translated(each));
    }
    if (!isMap(value)) {
      return value;
    }
    if (isExpression(value) && !this.isOwn(value)) {
      return this.resolver.referenceOf(value) ?? new Intrinsic(value);
    }
    return typeof value['Fn::Sub'] === 'string' || Array.isArray(value['Fn::Sub']) ? this.joined([value['Fn::Sub']].flat())
      : mapValues(value, each => this.translated(each));
  }

  /** Replaces Fn::Sub with Fn::Join, because Fn::Sub can't mix the variables of AWS IoT and CloudFormation. */
  private joined([text, given]: readonly unknown[]): unknown {
    const [start, ...rest] = String(text).split(VARIABLE);
    const parts: unknown[] = [start];
    for (let index = 0; index < rest.length; index += 3) {
      const [escaped, name, literal] = rest.slice(index, index + 3);
      const own = isMap(given) && Object.hasOwn(given, name) ? given[name] : this.isOwnName(name) ? { Ref: name } : { 'Fn::Sub': `\${${name}}` };
      parts.push(escaped ? `\${${name}}` : this.translated(own), literal);
    }
    return { 'Fn::Join': ['', parts.filter(part => part !== '')] };
  }

  private isOwn(expression: unknown): boolean {
    return !this.resolver.referenceOf(expression) && referencesIn(expression).some(name => this.isOwnName(name));
  }

  private isOwnName(name: string): boolean {
    return isOfCertificate(name) || this.ownNames.includes(name);
  }
}

/** Joins texts as CloudFormation does. */
const CONCATENATOR: IFragmentConcatenator = {
  join: (left: unknown, right: unknown) => {
    const parts = [left, right].filter(part => part !== undefined);
    return parts.every(part => typeof part !== 'object') ? parts.join('')
      : { 'Fn::Join': ['', parts.flatMap(part => isMap(part) && isJoin(part['Fn::Join']) ? part['Fn::Join'][1] : [part])] };
  },
};

function isJoin(argument: unknown): argument is [string, unknown[]] {
  return Array.isArray(argument) && argument[0] === '' && Array.isArray(argument[1]);
}

/** Resolves as the resolver for CloudFormation does, reports failures in this library's words, and remembers references. */
class CloudFormationResolver extends DefaultTokenResolver {
  private readonly references = new Map<string, Reference>();

  constructor() {
    super(CONCATENATOR);
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const made = jsonCopy(token.resolve(context), NAME, context.documentPath);
    const resolved = postProcessor.postProcess(context.resolve(made), context);
    if (Reference.isReference(token)) {
      this.references.set(JSON.stringify(resolved), token);
    }
    return resolved;
  }

  /** The token for a value. CDK makes another stack export what a token refers to. */
  public referenceOf(value: unknown): Reference | undefined {
    return this.references.get(JSON.stringify(value));
  }
}

/** A template with UNKNOWN in place of each token in it, and UNKNOWN_NUMBER in place of a token that is encoded as a number. */
export function knownBody(body: unknown): unknown {
  return Array.isArray(body) && Token.isUnresolved(body) ? [UNKNOWN]
    : Token.isUnresolved(body) ? typeof body === 'number' ? UNKNOWN_NUMBER : UNKNOWN
      : Array.isArray(body) ? body.map(knownBody) : isMap(body) ? mapValues(body, knownBody) : body;
}

/** A template in which each policy document is a string. */
export function withTextDocuments(scope: Construct, body: unknown): unknown {
  const resources = resourcesOf(body).map(([name, resource]) => [name, withTextDocument(scope, resource)]);
  return resources.length === 0 ? body : { ...body as JsonMap, Resources: Object.fromEntries(resources) };
}

function withTextDocument(scope: Construct, resource: unknown): unknown {
  const properties = isMap(resource) ? resource.Properties : undefined;
  const document = isMap(properties) ? properties.PolicyDocument : undefined;
  return !isMap(document) || isExpression(document) || Token.isUnresolved(document) ? resource
    : { ...resource as JsonMap, Properties: { ...properties as JsonMap, PolicyDocument: Stack.of(scope).toJsonString(document) } };
}

function mapValues(map: JsonMap, change: (value: unknown) => unknown): JsonMap {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}
