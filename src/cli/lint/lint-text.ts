import { CheckedCertificate, LintResult } from './checked-certificate';
import { rulesFor } from '../../pki/lint/lint';
import { printable } from '../cli-error';
import { count, Page, paragraph, table } from '../table';

/** The text for people. */
export function lintText({ certificates, privateKeys }: LintResult, columns: number | undefined): string {
  const findings = certificates.flatMap(each => each.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [
    ...privateKeys.map(title => `${printable(title)}\n  a private key, which is not checked and not shown\n\n`),
    ...certificates.map(each => `${printable(each.title)}\n${describe(each, { columns, indent: '  ' })}\n`),
    `${count(certificates.length, 'certificate')}: ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}\n`,
  ].join('');
}

function describe({ findings, context }: CheckedCertificate, page: Page): string {
  const rows = findings.map(({ severity, rule, message, source }) => [severity, rule, printable(message), source]);
  const checked = `${rulesFor(context).length} rules checked${context.issuer ? '' : '; to check those about the issuer, add its certificate to the files'}`;
  return (rows.length > 0 ? table(['severity', 'rule', 'message', 'source'], rows, page) : paragraph('no findings', page)) + paragraph(checked, page);
}
