import { createRequire } from 'node:module';

/** What a schema (JSON Schema draft-07) has against a value: by the validator with which the linter checks its own configuration. */
export function complaintsOf(schema: object, value: unknown): string {
  const Ajv = createRequire(require.resolve('eslint'))('ajv');
  const ajv = new Ajv({ allErrors: true });
  return ajv.validate(schema, value) ? '' : ajv.errorsText();
}
