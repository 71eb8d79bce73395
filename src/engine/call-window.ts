/** How many calls at once the other side bears, as its answers tell: one more per round of good ones, half when it is overloaded. */
export interface CallWindow {
  /** Infinity while nothing speaks against what the settings allow. */
  size(): number;
  answered(): void;
  /** It said that it is overloaded while so many were in flight; not for a wait that it announced, which the gate keeps. */
  overloaded(inFlight: number): void;
}

/** A quarter of the last 20 calls: faults by chance, which retries heal, cost no speed, also when they are 5 % of all. */
const RECENT = 20;
const ENOUGH = 5;

export function createCallWindow(): CallWindow {
  let size = Infinity;
  /** In flight when it was cut; from there on nothing speaks against more. */
  let before = 0;
  let recent: boolean[] = [];
  const note = (isOverload: boolean): void => {
    recent.push(isOverload);
    if (recent.length > RECENT) recent.shift();
  };
  return {
    size: () => Math.floor(size),
    answered: () => {
      note(false);
      if (size === Infinity) return;
      size += 1 / size;
      if (size >= before) size = Infinity;
    },
    overloaded: (inFlight) => {
      note(true);
      if (recent.filter(Boolean).length < ENOUGH) return;
      // Those that are still in flight tell of the same overload.
      recent = [];
      if (size === Infinity) before = inFlight;
      size = Math.max(1, Math.min(size, inFlight) / 2);
    },
  };
}
