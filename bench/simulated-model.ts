import { createHash } from 'node:crypto';

/** What one call gets: a pure function of document and attempt, so that every engine meets the same work. */
export interface PlannedCall {
  latencyMs: number;
  isFault: boolean;
}

const MEDIAN_MS = 200;
const SIGMA = 0.5;
const FAULT_SHARE = 0.05;
/** `--retries 3` and the first try. */
export const MAX_ATTEMPTS = 4;

/** Latency lognormal (median 200 ms, sigma 0.5); 5 % of the calls end in a 529 after it. */
export function plannedCall(document: string, attempt: number): PlannedCall {
  const hash = createHash('sha256').update(`${document}#${attempt}`).digest();
  const uniform = (offset: number) => (hash.readUInt32BE(offset) + 0.5) / 2 ** 32;
  // Box-Muller.
  const normal = Math.sqrt(-2 * Math.log(uniform(0))) * Math.cos(2 * Math.PI * uniform(4));
  return { latencyMs: MEDIAN_MS * Math.exp(SIGMA * normal), isFault: uniform(8) < FAULT_SHARE };
}

export interface Work {
  documents: number;
  calls: number;
  /** Documents whose every attempt is a fault. */
  failed: number;
  latencyMs: number;
}

/** All calls that the documents need; its latency divided by `--parallel` is the ideal time. */
export function plannedWork(documents: readonly string[]): Work {
  const work: Work = { documents: documents.length, calls: 0, failed: 0, latencyMs: 0 };
  for (const document of documents) {
    for (let attempt = 1; ; attempt++) {
      const { latencyMs, isFault } = plannedCall(document, attempt);
      work.calls += 1;
      work.latencyMs += latencyMs;
      if (!isFault) break;
      if (attempt < MAX_ATTEMPTS) continue;
      work.failed += 1;
      break;
    }
  }
  return work;
}
