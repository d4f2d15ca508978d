import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './documents';

/** What stands for a value in a message. */
export const VALUE = '…';

/** The texts that the code can say: each literal, template and sum of them, with an ellipsis for each value. */
export function textsInSource(): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')).map(name => join(ROOT, 'src', name));
  return files.flatMap(file => {
    const texts: string[] = [];
    const visit = (node: ts.Node): void => {
      const text = ts.isExpression(node) ? textOfExpression(node) : undefined;
      if (text === undefined) {
        ts.forEachChild(node, visit);
      } else {
        texts.push(text.replace(/…+/g, VALUE));
        valuesIn(node).forEach(visit);
      }
    };
    visit(ts.createSourceFile(file, ts.sys.readFile(file)!, ts.ScriptTarget.ES2022, true));
    return texts;
  });
}

/** The text of an expression that is one of texts; `undefined` for others. */
function textOfExpression(node: ts.Expression): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return node.text;
  }
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(span => VALUE + span.literal.text).join('');
  }
  if (ts.isParenthesizedExpression(node)) {
    return textOfExpression(node.expression);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOfExpression(node.left), textOfExpression(node.right)];
    return left === undefined && right === undefined ? undefined : (left ?? VALUE) + (right ?? VALUE);
  }
  return undefined;
}

/** The expressions whose values a string holds, which can hold texts in turn. */
function valuesIn(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.map(span => span.expression);
  }
  if (ts.isBinaryExpression(node)) {
    return [node.left, node.right].flatMap(side => ts.isExpression(side) && textOfExpression(side) !== undefined ? valuesIn(side) : [side]);
  }
  return ts.isParenthesizedExpression(node) ? valuesIn(node.expression) : [];
}
