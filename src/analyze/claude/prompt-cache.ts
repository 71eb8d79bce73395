import type Anthropic from '@anthropic-ai/sdk';
import type { Meter } from '../../domain/money.ts';
import type { SentRequest } from './with-pages.ts';

/** What all documents of a profile share is kept by the API for five minutes after it was last used. */
export interface PromptCache {
  /**
   * Resolves when the call may begin: at once for the first, which writes the shared prompt, and for the others when its
   * answer is here, since nothing can be read before. Call the result with what was billed; null when there is no answer.
   */
  enter(request: Pick<SentRequest, 'system' | 'model'>, meter: Pick<Meter, 'waitFor'>): Promise<Leave>;
}

type Leave = (usage: Anthropic.Usage | null) => void;

interface First {
  ended: Promise<void>;
  startedAtMs: number;
}

/** About 500 tokens, the least that any model keeps; a shorter prompt is sent as it is. */
const MIN_CHARS = 2_000;
/** A little less than the five minutes. */
const WARM_MS = 280_000;
/** Nobody waits for a first call that is older: its answer may be a long one, or never come. */
const MAX_WAIT_MS = 30_000;
/** After a first call without an answer everybody goes: a service in trouble is not asked one by one. */
const COLD_MS = 60_000;

export function createPromptCache(maxWaitMs = MAX_WAIT_MS): PromptCache {
  /** By prompt, until when (`performance.now()`) nobody needs to go first. */
  const settledUntilMs = new Map<string, number>();
  const firsts = new Map<string, First>();
  return {
    enter: async (request, meter) => {
      if (!isShared(request)) return () => undefined;
      const key = `${request.model}\n${request.system}`;
      const settleFor = (durationMs: number) => settledUntilMs.set(key, performance.now() + durationMs);
      const settle: Leave = (usage) => {
        if (usage === null) return;
        const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
        // Below the least of this model: no call has to wait for another.
        settleFor(cached > 0 ? WARM_MS : Infinity);
      };
      const isSettled = (): boolean => (settledUntilMs.get(key) ?? 0) > performance.now();
      const first = firsts.get(key);
      if (!isSettled() && first !== undefined) {
        const patienceMs = first.startedAtMs + maxWaitMs - performance.now();
        if (patienceMs > 0) await meter.waitFor(first.ended, patienceMs);
      }
      if (isSettled() || firsts.has(key)) return settle;
      let end: () => void = () => undefined;
      firsts.set(key, {
        ended: new Promise<void>((resolve) => (end = resolve)),
        startedAtMs: performance.now(),
      });
      return (usage) => {
        if (usage === null) settleFor(COLD_MS);
        settle(usage);
        firsts.delete(key);
        end();
      };
    },
  };
}

/** Whether the prompt is worth keeping; its first use costs a quarter more, each other a tenth or less. */
export function isShared<T extends { system?: unknown }>(request: T): request is T & { system: string } {
  return typeof request.system === 'string' && request.system.length >= MIN_CHARS;
}

/** Marks what all documents share; only online, since provider batches find it by luck and pay for writing it each time. */
export function withSharedPrompt(request: SentRequest): Anthropic.MessageCreateParamsNonStreaming {
  if (!isShared(request)) return request;
  const mark = { type: 'ephemeral' as const };
  return { ...request, system: [{ type: 'text', text: request.system, cache_control: mark }] };
}
