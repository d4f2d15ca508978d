import { assertKnown, AwsError, UnknownToFake } from './aws-error';

/** Parameters by name. */
export interface ParametersState {
  readonly parameters: Map<string, { readonly type: string; readonly value: string }>;
}

type Input = { readonly [parameter: string]: any };

/** The Parameter Store of AWS Systems Manager. */
export class ParameterStore {
  constructor(private readonly state: ParametersState) {}

  public answer(operation: string, input: Input): object {
    switch (operation) {
      case 'GetParameter': return this.get(input);
      case 'PutParameter': return this.put(input);
      case 'DeleteParameter': return this.delete(input);
      default: throw new UnknownToFake(`ssm:${operation}`);
    }
  }

  private get({ Name, WithDecryption = false, ...more }: Input): object {
    assertKnown('GetParameter', more, []);
    const parameter = this.state.parameters.get(Name);
    if (!parameter) {
      throw new AwsError('ParameterNotFound', '');
    }
    const { type, value } = parameter;
    return { Parameter: { Name, Type: type, Value: type === 'SecureString' && !WithDecryption ? Buffer.from('encrypted').toString('base64') : value, Version: 1 } };
  }

  private put({ Name, Value, Type, Overwrite = false, KeyId: _, Description: __, Tier, ...more }: Input): object {
    assertKnown('PutParameter', more, []);
    const limit = Tier === 'Intelligent-Tiering' || Tier === 'Advanced' ? 8_192 : 4_096;
    if (!/^(\/[\w.-]+){1,15}$/.test(Name) || Buffer.byteLength(Value) > limit) {
      throw new AwsError('ValidationException', '1 validation error detected');
    }
    if (this.state.parameters.has(Name) && !Overwrite) {
      throw new AwsError('ParameterAlreadyExists', 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
    }
    this.state.parameters.set(Name, { type: Type, value: Value });
    return { Version: 1, Tier: 'Standard' };
  }

  private delete({ Name, ...more }: Input): object {
    assertKnown('DeleteParameter', more, []);
    if (!this.state.parameters.delete(Name)) {
      throw new AwsError('ParameterNotFound', '');
    }
    return {};
  }
}
