import { readFileSync } from 'node:fs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import { IConstruct } from 'constructs';
import { isPrivateKey, quote } from './contract/rules';
import { textOfFile } from './contract/text-of-file';
import { NeededRight } from './private/certificate-provider';
import { arnsOf, grantUseSecret, secretIdOf } from './private/private-key';

/**
 * Where a certificate or a certificate signing request comes from. Neither is secret; a private key must never be given.
 */
export class PemSource {
  /**
   * A text: PEM, or for a request also base64 of DER; a literal, a template's parameter or any other token.
   */
  public static inline(text: string): PemSource {
    return new PemSource({ text });
  }

  /**
   * A file that is read at synthesis: PEM in UTF-8, or in UTF-16 with a byte order mark; for a request also DER. It becomes part
   * of the template.
   *
   * @param path relative to the working directory
   */
  public static file(path: string): PemSource {
    const content = readFile(path);
    const text = textOfFile(content);
    return new PemSource({ text: text.includes('-----BEGIN') ? text : content.toString('base64') });
  }

  /** The value of a String parameter of the Parameter Store, which CloudFormation looks up in each deployment. */
  public static parameter(parameter: IStringParameter): PemSource {
    return new PemSource({ text: parameter.stringValue });
  }

  /**
   * The current value of a secret, read when the certificate is made or adopted, and not again: another value changes
   * nothing until `generation` is raised.
   */
  public static secret(secret: ISecret): PemSource {
    return new PemSource({ secret });
  }

  /** @internal */
  public readonly _text?: string;
  /** @internal */
  public readonly _secret?: ISecret;

  private constructor(source: { text?: string; secret?: ISecret }) {
    if (source.text !== undefined && isPrivateKey(source.text)) {
      throw new Error('a certificate or a certificate signing request must be given, got a private key (not shown); consider it disclosed');
    }
    this._text = source.text;
    this._secret = source.secret;
  }

  /** What the function asks for the secret by, if it is one. @internal */
  public _secretId(scope: IConstruct): string | undefined {
    return this._secret && secretIdOf(scope, this._secret);
  }

  /** What the function needs to read it. @internal */
  public _rights(): NeededRight[] {
    const secret = this._secret;
    return secret ? [{ arns: arnsOf(secret), grant: grantee => grantUseSecret(secret, grantee) }] : [];
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`path must be a file that can be read, got ${quote(path)} (${code}); it is relative to the working directory, ${process.cwd()}: `
      + 'for a file beside the program, give join(__dirname, …)');
  }
}
