import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Checked, LintResult } from './lint-result';
import { sha256 } from '../../contract/sha256';
import { LintFinding, RuleDescription } from '../../pki/lint/lint-rule';
import { jsonText } from '../document';
import { packageVersion } from '../package-version';
import { STANDARD_INPUT } from '../read-file';

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
const VERSION = '2.1.0';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** The findings as SARIF 2.1.0, the format in which code scanning takes the findings of any linter. */
export function sarifLog({ certificates, revocationLists }: LintResult): string {
  const rules = [...checkedRules(certificates), ...checkedRules(revocationLists)];
  return jsonText({
    $schema: SCHEMA,
    version: VERSION,
    runs: [{
      tool: {
        driver: {
          name: 'private-iot-ca lint',
          semanticVersion: packageVersion(),
          informationUri: 'https://github.com/cdk-private-iot-ca/cdk-private-iot-ca',
          rules: rules.map(descriptor),
        },
      },
      results: [
        ...certificates.flatMap(each => each.findings.map(finding => result(each, 'certificateSha256/v1', finding, rules))),
        ...revocationLists.flatMap(each => each.findings.map(finding => result(each, 'revocationListSha256/v1', finding, rules))),
      ],
    }],
  });
}

/** The rules against which any of the certificates, or any of the lists, was checked, in their order. */
function checkedRules(checked: readonly Checked[]): readonly RuleDescription[] {
  return (checked.find(({ signerFound }) => signerFound) ?? checked[0])?.rules ?? [];
}

/** The descriptor of a rule (section 3.49). */
function descriptor({ id, severity, checks, source }: RuleDescription): object {
  return {
    id,
    shortDescription: { text: checks },
    help: { text: `${checks}\n\nSource: ${source}` },
    ...URL.canParse(source) && { helpUri: source },
    defaultConfiguration: { level: severity },
  };
}

/** A result (section 3.27). The SARIF levels that are used here have the same names as the severities. */
function result(
  { title, file, line = 1, der }: Checked, fingerprint: string, { rule, severity, message, source }: LintFinding, rules: readonly RuleDescription[],
): object {
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${message} (${source})` },
    locations: [{
      ...file !== STANDARD_INPUT && { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } } },
      logicalLocations: [{ fullyQualifiedName: title }],
    }],
    partialFingerprints: { [fingerprint]: sha256(der) },
  };
}

/** The URI of a file. A relative path stays relative, so that it works in any checkout (section 3.4.3). */
function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
