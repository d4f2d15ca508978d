import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import { IConstruct } from 'constructs';
import { holdsPrivateKey, isPrivateKey } from '../../contract/private-keys';
import { quote } from '../../contract/rules';
import { publicBlocks, textOfPublicFile } from '../../pki/public-text';
import { check, having, TEXT } from '../checks/kinds';
import { SECRET } from '../checks/object-kinds';
import { arnsOf, grantUseSecret, secretIdOf } from '../keys/private-key';
import { NeededRight } from '../provider/certificate-provider';

const PARAMETER = having<IStringParameter>('an IStringParameter of aws-ssm, such as StringParameter.fromStringParameterName()', 'stringValue');

/**
 * The source of a certificate or a certificate signing request. Neither is secret. Never pass a private key.
 */
export class PemSource {
  /**
   * A text: PEM, or for a request also DER in base64. It is a literal, a template parameter or any other token. If it is a literal
   * in PEM, only its blocks become part of the template, without the text around them.
   */
  public static inline(text: string): PemSource {
    check('PemSource.inline()', { text: TEXT }, { text });
    return new PemSource({ text });
  }

  /**
   * A file that is read at synthesis: PEM in UTF-8 or UTF-16, or DER. Only its blocks become part of the template, without the
   * text around them.
   *
   * @param path the path of the file, relative to the working directory
   * @throws Error if the file can't be read, is neither a certificate nor a request, or holds a private key
   */
  public static file(path: string): PemSource {
    check('PemSource.file()', { path: TEXT }, { path });
    const content = readFile(path);
    const text = textOfPublicFile(content);
    if (text === undefined ? holdsPrivateKey(content.toString('base64')) : isPrivateKey(text) || isPrivateKey(content.toString('latin1'))) {
      throw new Error('PemSource.file(): path must be a file with a certificate or a certificate signing request and no private key, '
        + `got ${quote(path)}, which contains a private key (not shown); `
        + 'give a file that contains only the certificate or the request, and store the key in AWS Secrets Manager');
    }
    if (text === undefined) {
      throw new Error('PemSource.file(): path must be a file with a certificate or a certificate signing request in PEM or DER, '
        + `got ${quote(path)}, which ${/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*$/.test(content.toString('latin1')) ? 'is empty' : 'contains something else (not shown)'}`);
    }
    return new PemSource({ text });
  }

  /** The value of a String parameter of the Parameter Store, which CloudFormation looks up in each deployment. */
  public static parameter(parameter: IStringParameter): PemSource {
    check('PemSource.parameter()', { parameter: PARAMETER }, { parameter });
    return new PemSource({ text: parameter.stringValue });
  }

  /**
   * The current value of a secret. The function reads it when it makes or adopts the certificate, and not again: a new value
   * has no effect until `generation` is raised.
   */
  public static secret(secret: ISecret): PemSource {
    check('PemSource.secret()', { secret: SECRET }, { secret });
    return new PemSource({ secret });
  }

  /** @internal */
  public readonly _text?: string;
  /** @internal */
  public readonly _secret?: ISecret;

  private constructor(source: { text?: string; secret?: ISecret }) {
    if (source.text !== undefined && isPrivateKey(source.text)) {
      throw new Error('PemSource.inline(): text must be a certificate or a certificate signing request without a private key, '
        + 'got a string that contains a private key (not shown); '
        + 'remove the key from the program, consider it disclosed, and store a new key in AWS Secrets Manager');
    }
    this._text = source.text === undefined || Token.isUnresolved(source.text) ? source.text : publicBlocks(source.text);
    this._secret = source.secret;
  }

  /** The id by which the function reads the secret, if the source is a secret. @internal */
  public _secretId(scope: IConstruct): string | undefined {
    return this._secret && secretIdOf(scope, this._secret);
  }

  /** The rights that the function needs to read the source. @internal */
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
    throw new Error(`PemSource.file(): path must be a readable file, got ${quote(path)}${code === 'EISDIR' ? ', which is a folder' : ` (${code})`}; `
      + `it is relative to the working directory, ${process.cwd()}: for a file next to the program, use join(__dirname, …)`);
  }
}
