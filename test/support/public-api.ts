import { dirname, join } from 'node:path';
import * as ts from 'typescript';

/** What TypeScript says that a value is. */
export interface ValueType {
  readonly optional: boolean;
  /** As a message of the compiler has it, such as `KeyAlgorithm`. */
  readonly name: string;
  readonly kind: 'text' | 'number' | 'flag' | 'enumeration' | 'list' | 'map' | 'struct' | 'object' | 'anything';
  /** Of an enumeration, its values. */
  readonly values?: readonly (string | number)[];
  /** Of a list or a map, what is in it. */
  readonly of?: ValueType;
  /** Of a struct. */
  readonly properties?: { readonly [name: string]: ValueType };
}

/** A public constructor, static function or method, as `new DeviceCertificate()`, `PemSource.file()` or `TrustBundle#pemFor()`. */
export interface PublicFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly type: ValueType }[];
}

/** All that can be called from outside, by the types of the source. */
export function publicFunctions(): PublicFunction[] {
  const entry = join(__dirname, '..', '..', 'src', 'index.ts');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(dirname(entry), '..', 'tsconfig.json'), ts.sys.readFile).config, ts.sys, join(dirname(entry), '..'));
  const program = ts.createProgram([entry], { ...options, noEmit: true, types: ['node'] });
  const checker = program.getTypeChecker();
  const { typeOf, isHidden } = reader(checker);
  const isPublic = (declaration: ts.Declaration): boolean => !isHidden(declaration);
  const functionOf = (name: string, { parameters }: ts.Signature): PublicFunction => ({
    name,
    parameters: parameters.map(parameter => ({ name: parameter.name, type: typeOf(parameter) })),
  });
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
    .map(symbol => symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol) // eslint-disable-line no-bitwise
    .filter(({ valueDeclaration }) => valueDeclaration && ts.isClassDeclaration(valueDeclaration));
  return exported.flatMap(symbol => {
    const statics = checker.getTypeOfSymbol(symbol);
    const methodsOf = (type: ts.Type, separator: string): PublicFunction[] => type.getProperties()
      .filter(({ declarations = [] }) => declarations.some(each => ts.isMethodDeclaration(each) && each.getSourceFile().fileName.includes('/src/') && isPublic(each)))
      .flatMap(method => checker.getTypeOfSymbol(method).getCallSignatures().map(each => functionOf(`${symbol.name}${separator}${method.name}()`, each)));
    const isAbstract = (ts.getCombinedModifierFlags(symbol.valueDeclaration!) & ts.ModifierFlags.Abstract) !== 0; // eslint-disable-line no-bitwise
    return [
      ...statics.getConstructSignatures().filter(({ declaration }) => declaration && !isAbstract && isPublic(declaration))
        .map(each => functionOf(`new ${symbol.name}()`, each)),
      ...methodsOf(statics, '.'),
      ...methodsOf(checker.getDeclaredTypeOfSymbol(symbol), '#'),
    ];
  });
}

function reader(checker: ts.TypeChecker) {
  const isHidden = (declaration: ts.Declaration): boolean =>
    (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 // eslint-disable-line no-bitwise
    || ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal');
  const has = (type: ts.Type, flags: ts.TypeFlags): boolean => (type.flags & flags) !== 0; // eslint-disable-line no-bitwise

  const valueType = (type: ts.Type, optional: boolean): ValueType => {
    const base = checker.getNonNullableType(type);
    const name = checker.typeToString(base);
    const is = (kind: ValueType['kind'], more: Partial<ValueType> = {}): ValueType => ({ optional, name, kind, ...more });
    if (has(base, ts.TypeFlags.Any)) {
      return is('anything');
    }
    if (has(base, ts.TypeFlags.EnumLike)) {
      const members = base.isUnion() ? base.types : [base];
      return is('enumeration', { values: members.map(member => (member as ts.StringLiteralType | ts.NumberLiteralType).value) });
    }
    if (has(base, ts.TypeFlags.String)) {
      return is('text');
    }
    if (has(base, ts.TypeFlags.Number)) {
      return is('number');
    }
    if (has(base, ts.TypeFlags.BooleanLike)) {
      return is('flag');
    }
    if (checker.isArrayType(base)) {
      return is('list', { of: valueType(checker.getTypeArguments(base as ts.TypeReference)[0], false) });
    }
    const index = base.getStringIndexType();
    if (index) {
      return is('map', { of: valueType(index, false) });
    }
    // By the rule of jsii: an interface is a struct unless its name begins with I and another capital.
    const isStruct = (base.symbol.flags & ts.SymbolFlags.Interface) !== 0 && !/^I[A-Z]/.test(name) && name !== 'Date'; // eslint-disable-line no-bitwise
    return isStruct ? is('struct', { properties: Object.fromEntries(base.getProperties().map(property => [property.name, typeOf(property)])) }) : is('object');
  };
  const typeOf = (symbol: ts.Symbol): ValueType => {
    const { valueDeclaration } = symbol;
    const mayBeLeftOut = valueDeclaration !== undefined && (ts.isParameter(valueDeclaration) || ts.isPropertySignature(valueDeclaration))
      && (valueDeclaration.questionToken !== undefined || (ts.isParameter(valueDeclaration) && valueDeclaration.initializer !== undefined));
    return valueType(checker.getTypeOfSymbol(symbol), mayBeLeftOut);
  };
  return { typeOf, isHidden };
}
