/** So many deaths of a worker in company make a document run alone. */
const DEATHS_IN_COMPANY = 2;
/** Alone, one death may be anybody's `kill -9`; three in a row of the one that is tried last are not. */
const DEATHS_ALONE = 3;

/** Whether a document that saw so many workers die runs with nothing beside it, so that the next death tells something. */
export function mustRunAlone(crashCount: number): boolean {
  return crashCount >= DEATHS_IN_COMPANY;
}

/** Whether a document that saw so many workers die is what killed them. */
export function isToBlame(crashCount: number): boolean {
  return crashCount >= DEATHS_IN_COMPANY + DEATHS_ALONE;
}
