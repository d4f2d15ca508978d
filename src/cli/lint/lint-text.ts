import { allChecked, Checked, LintResult } from './lint-result';
import { printable } from '../cli-error';
import { count, Page, paragraph, table } from '../table';

/** The text for people. */
export function lintText(result: LintResult, columns: number | undefined): string {
  const { certificates, revocationLists, privateKeys } = result;
  const findings = allChecked(result).flatMap(each => each.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const page = { columns, indent: '  ' };
  const checked = [
    ...certificates.length > 0 || revocationLists.length === 0 ? [count(certificates.length, 'certificate')] : [],
    ...revocationLists.length > 0 ? [count(revocationLists.length, 'revocation list')] : [],
  ];
  return [
    ...privateKeys.map(title => `${printable(title)}\n  a private key, which is not checked and not shown\n\n`),
    ...certificates.map(each => `${printable(each.title)}\n${describe(each, 'the issuer', page)}\n`),
    ...revocationLists.map(each => `${printable(each.title)}\n${describe(each, 'the CA', page)}\n`),
    `${checked.join(', ')}: ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}\n`,
  ].join('');
}

function describe({ findings, rules, signerFound }: Checked, signer: string, page: Page): string {
  const rows = findings.map(({ severity, rule, message, source }) => [severity, rule, printable(message), source]);
  const checked = `${rules.length} rules checked${signerFound ? '' : `; to check those about ${signer}, add its certificate to the files`}`;
  return (rows.length > 0 ? table(['severity', 'rule', 'message', 'source'], rows, page) : paragraph('no findings', page)) + paragraph(checked, page);
}
