/** What is shown of a finding: each row has a label and a value, which may be absent or have several lines. */
export type Rows = readonly (readonly [label: string, value: string | readonly string[] | undefined])[];
