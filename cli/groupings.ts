/** What `--group-by` takes. */
export const groupings = ['type', 'near-duplicate'] as const;
export type Grouping = (typeof groupings)[number];

/** Every document is looked at in memory, and for `near-duplicate` every text is read. */
export const MOST_GROUPED = 200_000;
