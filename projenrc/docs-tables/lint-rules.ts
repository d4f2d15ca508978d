import { markdownTable } from './markdown-table';
import { ALL_LINT_RULES } from '../../src/pki/lint/all-rules';

/** The rules of `private-iot-ca lint`, in the order of its `--list`. */
export function lintRuleTable(): string {
  return markdownTable(['Rule', 'Severity', 'Checks', 'Source'], ALL_LINT_RULES.map(({ id, severity, checks, source }) =>
    [`\`${id}\``, severity, checks.replace(/</g, '&lt;'), linked(source)]));
}

/** Addresses as links with the name of the host, which a narrow column can hold. */
function linked(source: string): string {
  return source.replace(/</g, '&lt;').replace(/https:\/\/([^/\s]+)[^\s,;]*/g, '[$1]($&)');
}
