/** USD per million tokens, written here once more on purpose: an error in our own table must not hide itself. */
interface Rate {
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  read: number;
}

/** How thinking is turned off: it is only on when told, these types turn it off, or nothing does. */
type Thinks = 'when-told' | 'disabled' | 'between_tools' | 'always';

interface SimulatedModel {
  display: string;
  maxInputTokens: number;
  maxTokens: number;
  thinking: Thinks;
  rate(promptTokens: number): Rate;
}

const flat = (input: number, output: number, read: number): ((promptTokens: number) => Rate) => {
  const rate = { input, output, write5m: input * 1.25, write1h: input * 2, read };
  return () => rate;
};

const haiku55 = (promptTokens: number): Rate =>
  promptTokens > 100_000
    ? { input: 0.5, output: 2.5, write5m: 0.625, write1h: 1, read: 0.05 }
    : { input: 0.1, output: 0.5, write5m: 0.125, write1h: 0.2, read: 0.01 };

export const models: Record<string, SimulatedModel> = {
  'claude-opus-5-5': model('Claude Opus 5.5', 1_000_000, 128_000, 'always', flat(4, 20, 0.2)),
  'claude-sonnet-5-5': model('Claude Sonnet 5.5', 1_000_000, 128_000, 'between_tools', flat(2, 10, 0.1)),
  'claude-haiku-5-5': model('Claude Haiku 5.5', 1_000_000, 128_000, 'disabled', haiku55),
  'claude-haiku-4-5': model('Claude Haiku 4.5', 200_000, 64_000, 'when-told', flat(1, 5, 0.1)),
};

function model(
  display: string,
  maxInputTokens: number,
  maxTokens: number,
  thinking: Thinks,
  rate: SimulatedModel['rate'],
): SimulatedModel {
  return { display, maxInputTokens, maxTokens, thinking, rate };
}

export interface BilledTokens {
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  read: number;
}

/** What one call costs in nano-USD, rounded up once. Counted in thousandths of a nano-USD per token. */
export function billOf(modelId: string, tokens: BilledTokens, isBatch: boolean): number {
  const { input, output, write5m, write1h, read } = tokens;
  const rate = models[modelId]!.rate(input + write5m + write1h + read);
  const milli = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1_000_000));
  const sum =
    BigInt(input) * milli(rate.input) +
    BigInt(output) * milli(rate.output) +
    BigInt(write5m) * milli(rate.write5m) +
    BigInt(write1h) * milli(rate.write1h) +
    BigInt(read) * milli(rate.read);
  const divisor = isBatch ? 2_000n : 1_000n;
  return Number((sum + divisor - 1n) / divisor);
}

/** The body of GET /v1/models/{id}. */
export function modelInfo(id: string): Record<string, unknown> | undefined {
  const known = models[id];
  if (known === undefined) return undefined;
  const yes = { supported: true };
  const is = (supported: boolean) => ({ supported });
  const { thinking } = known;
  const hasEffort = is(thinking !== 'when-told');
  return {
    type: 'model',
    id,
    display_name: known.display,
    created_at: '2026-10-07T00:00:00Z',
    deprecated_at: null,
    retires_at: null,
    lifecycle: 'active',
    line: id.split('-')[1],
    max_input_tokens: known.maxInputTokens,
    max_tokens: known.maxTokens,
    capabilities: {
      ...{ batch: yes, citations: yes, image_input: yes, pdf_input: yes, structured_outputs: yes },
      effort: {
        ...{ ...hasEffort, low: hasEffort, medium: hasEffort, high: hasEffort },
        ...{ xhigh: hasEffort, max: hasEffort },
      },
      thinking: {
        supported: true,
        types: {
          adaptive: hasEffort,
          between_tools: is(thinking === 'between_tools'),
          disabled: is(thinking === 'disabled' || thinking === 'when-told'),
          enabled: is(thinking === 'when-told'),
        },
      },
    },
  };
}
