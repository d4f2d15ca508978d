/** How often something is tried again that another request has got ahead of: each turn, one of them does. More turns than requests means a fault. */
export const MAX_TURNS = 8;

/** What is said where there were more turns. */
export const KEEPS_CHANGING = 'the ledger keeps changing under this request; deploy again';
