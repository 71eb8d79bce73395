/** What the other side allows per minute, as the headers of an answer say. */
export interface SeenLimit {
  limit: number;
  remaining: number | null;
  /** ISO 8601. */
  reset: string | null;
}

export interface SeenLimits {
  requests: SeenLimit | null;
  input: SeenLimit | null;
  output: SeenLimit | null;
}

/** What a call showed of the limits that all callers share. */
export interface CallReport {
  estimatedInputTokens: number;
  /** Null when there was no answer. */
  usage: { inputTokens: number; outputTokens: number } | null;
  /** Null when there were no headers. */
  limits: SeenLimits | null;
  /** The call was never made: its place is free again. @default false */
  isUnused?: boolean;
}
