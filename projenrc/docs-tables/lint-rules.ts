import { markdownTable } from './markdown-table';
import { LINT_RULES } from '../../src/pki/lint/lint';

/** The rules of `private-iot-ca lint`, in the order of its `--list`. */
export function lintRuleTable(): string {
  return markdownTable(['Rule', 'Severity', 'Checks', 'Source'], LINT_RULES.map(({ id, severity, checks, source }) =>
    [`\`${id}\``, severity, checks.replace(/</g, '&lt;'), source.replace(/</g, '&lt;')]));
}
