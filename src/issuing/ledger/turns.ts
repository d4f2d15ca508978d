/**
 * How often a write is retried after another request has written first. One of the requests succeeds in each turn, so more turns than
 * requests mean a fault.
 */
export const MAX_TURNS = 8;

/** The error after the last turn. */
export const KEEPS_CHANGING = 'the ledger keeps changing during this request; deploy again';
