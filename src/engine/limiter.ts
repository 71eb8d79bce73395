import type { Database } from '../db/database.ts';
import { admitCalls, noteLimits, readLimits } from '../db/limits.ts';
import type { CallReport, SeenLimits } from '../domain/limits.ts';
import { outlastOutage } from './outage.ts';

/** This worker's end of the limiter that all workers share (row `provider_limits`). */
export interface Limiter {
  /** Milliseconds until a call of about this many input tokens may begin; a place is taken with the answer. */
  place(inputTokens: number): Promise<number>;
  /** After each call, answered or not. */
  report(call: CallReport): void;
}

/** Those who ask within this time share one statement. */
const GROUP_MS = 4;
const NOTE_EVERY_MS = 500;
/** Nobody runs into more than this: above it the database is not asked. */
const BOUNDLESS = { requests: 100_000, tokens: 100_000_000 };
/** Where no limit was ever seen the first call tells them; others wait for it at most this long. */
const FIRST_CALL_MS = 10_000;

interface Waiting {
  inputTokens: number;
  resolve(waitMs: number): void;
  reject(error: unknown): void;
}

export function createLimiter(db: Database, provider: string): Limiter {
  let waiting: Waiting[] = [];
  let isAsking = false;
  let seen: SeenLimits | null = null;
  let notedAtMs = -Infinity;
  /** Tokens of answers, and what estimates missed, not drawn yet. */
  let owed = { inputTokens: 0, outputTokens: 0 };
  let earlier: Promise<SeenLimits | null> | null = null;
  let first: { done: Promise<void>; end(): void } | null = null;

  const ask = async (): Promise<void> => {
    isAsking = true;
    const group = waiting;
    waiting = [];
    const tokens = owed;
    owed = { inputTokens: 0, outputTokens: 0 };
    try {
      const inputTokens = group.reduce((sum, one) => sum + one.inputTokens, tokens.inputTokens);
      const calls = { requests: group.length, inputTokens, outputTokens: tokens.outputTokens };
      const room = await outlastOutage(() => admitCalls(db, provider, calls));
      group.forEach(({ resolve }, index) => resolve(room === null ? 0 : room.waitMs + index * room.gapMs));
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      isAsking = false;
      if (waiting.length > 0) askSoon();
    }
  };
  const askSoon = (): void => {
    if (!isAsking) setTimeout(() => void (isAsking || ask()), GROUP_MS);
  };

  return {
    place: async (inputTokens) => {
      earlier ??= outlastOutage(() => readLimits(db, provider)).catch((error: unknown) => {
        earlier = null;
        throw error;
      });
      const known = await earlier;
      seen ??= known;
      while (seen === null) {
        if (first === null) {
          first = firstCall();
          return 0;
        }
        const awaited = first;
        await awaited.done;
        if (awaited === first) break;
      }
      if (isBoundless(seen)) return 0;
      return new Promise<number>((resolve, reject) => {
        waiting.push({ inputTokens, resolve, reject });
        if (waiting.length === 1) askSoon();
      });
    },
    report: ({ estimatedInputTokens, usage, limits, isUnused }) => {
      if (usage !== null) {
        owed.inputTokens += usage.inputTokens - estimatedInputTokens;
        owed.outputTokens += usage.outputTokens;
      }
      if (isUnused === true) {
        const unmade = first;
        // Nothing was told: one of those who wait is the first instead.
        if (seen === null) first = null;
        unmade?.end();
        return;
      }
      const isNew = seen === null || limits?.requests?.limit !== seen.requests?.limit;
      // A fault may come without headers, from something on the way: what was learned stays true.
      if (limits !== null && (limits.requests !== null || seen === null)) seen = limits;
      const isDue = performance.now() - notedAtMs > NOTE_EVERY_MS;
      if (limits?.requests != null && (isNew || isDue)) {
        notedAtMs = performance.now();
        // What is lost here is said again by the next answer.
        noteLimits(db, provider, limits)
          .catch(() => undefined)
          .finally(() => first?.end());
      } else first?.end();
    },
  };
}

function isBoundless(seen: SeenLimits | null): boolean {
  // An address that tells no limits has none that we could keep.
  if (seen?.requests == null) return true;
  const { requests, input, output } = seen;
  const isLarge = (one: { limit: number } | null) => one === null || one.limit >= BOUNDLESS.tokens;
  return requests.limit >= BOUNDLESS.requests && isLarge(input) && isLarge(output);
}

function firstCall(): { done: Promise<void>; end(): void } {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, FIRST_CALL_MS);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { done, end: () => end() };
}
