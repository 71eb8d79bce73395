import { randomFrom } from './request.ts';

export type Endpoint = 'messages' | 'count_tokens' | 'models' | 'batches';

/** What goes wrong. The first kinds replace the answer, the next change it, the last are for items of a batch. */
export type Fault =
  | {
      kind: 'status';
      status: number;
      type: string;
      message?: string;
      details?: Record<string, unknown>;
      headers?: Record<string, string>;
    }
  /** No answer at all until the caller gives up. Not billed. */
  | { kind: 'timeout' }
  /** The work is done and billed, and the connection breaks before the answer. */
  | { kind: 'lost' }
  /** Half of the body arrives. Billed. */
  | { kind: 'reset' }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'refusal' | 'max_tokens' | 'invalid_json' | 'wrong_schema' | 'context_window' }
  | { kind: 'errored'; type: string; message?: string }
  | { kind: 'expired' };

export interface FaultRule {
  fault: Fault;
  /** @default 'messages' (for items of a batch too) */
  endpoint?: Endpoint;
  /** Only requests whose text holds this. */
  contains?: string;
  /** Share of the requests, 0 to 1, by chance that follows from request and try. @default 1 */
  rate?: number;
  /** Only the first so many tries of equal requests. */
  firstTries?: number;
  /** At most so many times in all. */
  times?: number;
}

export interface FaultBook {
  /** The fault for this request, which is the `nth` of its kind; null for none. */
  next(endpoint: Endpoint, request: { text: string; key: string; nth: number }): Fault | null;
}

export function createFaultBook(rules: () => readonly FaultRule[]): FaultBook {
  const used = new Map<FaultRule, number>();
  return {
    next: (endpoint, { text, key, nth }) => {
      for (const [index, rule] of rules().entries()) {
        if ((rule.endpoint ?? 'messages') !== endpoint) continue;
        if (rule.contains !== undefined && !text.includes(rule.contains)) continue;
        if (rule.firstTries !== undefined && nth > rule.firstTries) continue;
        const uses = used.get(rule) ?? 0;
        if (rule.times !== undefined && uses >= rule.times) continue;
        if (rule.rate !== undefined && chanceOf(rules(), index, `${key}/${nth}`) >= rule.rate) continue;
        used.set(rule, uses + 1);
        return rule.fault;
      }
      return null;
    },
  };
}

/** Rules of one kind must not all have the same chance, or the second would never fire. */
function chanceOf(rules: readonly FaultRule[], index: number, seed: string): number {
  const { kind } = rules[index]!.fault;
  const before = rules.slice(0, index).filter(({ fault }) => fault.kind === kind).length;
  return randomFrom(`${seed}/${kind}${before === 0 ? '' : before}`)();
}
