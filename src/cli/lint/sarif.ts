import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CheckedCertificate, LintResult } from './checked-certificate';
import { sha256FingerprintOf } from './lint-document';
import { rulesFor } from '../../pki/lint/lint';
import { LintFinding, LintRule } from '../../pki/lint/lint-rule';
import { jsonText } from '../document';
import { packageVersion } from '../package-version';
import { STANDARD_INPUT } from '../read-file';

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
const VERSION = '2.1.0';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** The findings as SARIF 2.1.0, the format in which code scanning takes the findings of any linter. */
export function sarifLog({ certificates }: LintResult): string {
  const rules = checkedRules(certificates);
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
      results: certificates.flatMap(certificate => certificate.findings.map(finding => result(certificate, finding, rules))),
    }],
  });
}

/** The rules against which any of the certificates was checked, in their order. */
function checkedRules(certificates: readonly CheckedCertificate[]): readonly LintRule[] {
  const { context } = certificates.find(each => each.context.issuer) ?? certificates[0];
  return rulesFor(context);
}

/** The descriptor of a rule (section 3.49). */
function descriptor({ id, severity, checks, source }: LintRule): object {
  return {
    id,
    shortDescription: { text: checks },
    help: { text: `${checks}\n\nSource: ${source}` },
    ...URL.canParse(source) && { helpUri: source },
    defaultConfiguration: { level: severity },
  };
}

/** A result (section 3.27). The SARIF levels that are used here have the same names as the severities. */
function result(certificate: CheckedCertificate, { rule, severity, message, source }: LintFinding, rules: readonly LintRule[]): object {
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: `${message} (${source})` },
    locations: [{
      ...certificate.file !== STANDARD_INPUT && {
        physicalLocation: { artifactLocation: { uri: uriOf(certificate.file) }, region: { startLine: certificate.line ?? 1 } },
      },
      logicalLocations: [{ fullyQualifiedName: certificate.title }],
    }],
    partialFingerprints: { 'certificateSha256/v1': sha256FingerprintOf(certificate) },
  };
}

/** The URI of a file. A relative path stays relative, so that it works in any checkout (section 3.4.3). */
function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
