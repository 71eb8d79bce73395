/** Raised whenever the same text may get another answer: cached results of an older version are then not reused. */
export const localVersion = '1';
