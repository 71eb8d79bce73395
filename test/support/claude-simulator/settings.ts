import type { FaultRule } from './faults.ts';

/** Everything that a test can set, also while the simulator runs (`POST /_sim/settings`). */
export interface SimulatorSettings {
  /** Keys that are let in. Empty: any. */
  keys: string[];
  /** Per minute, for all callers together; the bucket holds one sixtieth of it at least. */
  limits: { requests: number; inputTokens: number; outputTokens: number };
  /** Longest side of an image that is taken. */
  maxSidePx: number;
  /** Milliseconds until an answer; the spread adds up to this much more, by the request's own hash. */
  latencyMs: number;
  latencySpreadMs: number;
  /** Share of the quotes that are made up, 0 to 1. */
  fabricateQuotes: number;
  /** Obeys instructions that stand in a document: `IGNORE ALL PREVIOUS INSTRUCTIONS` and its like. */
  isGullible: boolean;
  /** Where answers are made, as a workspace may have it; `us` is billed a tenth more. */
  inferenceGeo: 'us' | null;
  batches: {
    /** From create to `ended`. */
    durationMs: number;
    /** A fresh batch is unknown to retrieve for this long. */
    unknownForMs: number;
    /** Requests waiting in all batches together. */
    queueCap: number;
    maxRequests: number;
    maxBytes: number;
  };
  /** Tried in order; the first that fits decides. */
  faults: FaultRule[];
}

export const defaultSimulatorSettings: Readonly<SimulatorSettings> = {
  keys: [],
  limits: { requests: 1_000_000, inputTokens: 1_000_000_000, outputTokens: 1_000_000_000 },
  maxSidePx: 8_000,
  latencyMs: 0,
  latencySpreadMs: 0,
  fabricateQuotes: 0,
  isGullible: false,
  inferenceGeo: null,
  batches: {
    durationMs: 300,
    unknownForMs: 0,
    queueCap: 200_000,
    maxRequests: 100_000,
    maxBytes: 256 * 1024 * 1024,
  },
  faults: [],
};
