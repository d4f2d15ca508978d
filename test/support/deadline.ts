/** The deadline of calls that end by themselves, however slow the machine is. */
export const NO_DEADLINE = new AbortController().signal;
