import shipped from './prices.json' with { type: 'json' };

/** USD per million tokens. The first tier whose limit the whole prompt keeps is the price of every token of the call. */
export interface PriceTier {
  upToTokens?: number | undefined;
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

/**
 * The user's own prices, by model, for prompts of the shortest tier; longer ones rise as the shipped prices do. Cache
 * prices left out keep the shipped proportion to the input, else the usual one.
 */
export type PriceOverrides = Record<
  string,
  {
    input: number;
    output: number;
    cacheWrite5m?: number | undefined;
    cacheWrite1h?: number | undefined;
    cacheRead?: number | undefined;
  }
>;

export interface CallTokens {
  /** Neither written to nor read from the cache. */
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

export interface CallPrice {
  /** Nano-USD, rounded up once. */
  costOf(tokens: CallTokens, how?: { isBatch?: boolean; isUsOnly?: boolean }): number;
  tiers: readonly PriceTier[];
}

interface DatedPrice {
  from: string;
  tiers: PriceTier[];
}

/** The price of a model on a day; undefined when nobody has told us. A dated snapshot id has the price of its model. */
export function priceOf(model: string, at: Date, overrides: PriceOverrides = {}): CallPrice | undefined {
  const tiers = shippedTiers(model, at);
  const own = overrides[model];
  if (own !== undefined) return priceFrom(tiers === undefined ? [ownTier(own)] : scaledTiers(tiers, own));
  return tiers === undefined ? undefined : priceFrom(tiers);
}

function shippedTiers(model: string, at: Date): readonly PriceTier[] | undefined {
  const dated = (shipped.models as Record<string, DatedPrice[]>)[model.replace(/-\d{8}$/, '')];
  const day = at.toISOString().slice(0, 10);
  return (dated?.findLast(({ from }) => from <= day) ?? dated?.[0])?.tiers;
}

/** Models that have a price, the user's own first. */
export function pricedModels(overrides: PriceOverrides = {}): string[] {
  return [...new Set([...Object.keys(overrides), ...Object.keys(shipped.models)])];
}

function ownTier(own: PriceOverrides[string]): PriceTier {
  const { input, output } = own;
  return {
    input,
    output,
    cacheWrite5m: own.cacheWrite5m ?? input * 1.25,
    cacheWrite1h: own.cacheWrite1h ?? input * 2,
    cacheRead: own.cacheRead ?? input * 0.1,
  };
}

function scaledTiers(tiers: readonly PriceTier[], own: PriceOverrides[string]): PriceTier[] {
  const [first] = tiers as [PriceTier];
  const inputFactor = own.input / first.input;
  return tiers.map((tier) => {
    const cached = (kind: 'cacheWrite5m' | 'cacheWrite1h' | 'cacheRead'): number => {
      const price = own[kind];
      return tier[kind] * (price === undefined ? inputFactor : price / first[kind]);
    };
    return {
      upToTokens: tier.upToTokens,
      input: tier.input * inputFactor,
      output: tier.output * (own.output / first.output),
      cacheWrite5m: cached('cacheWrite5m'),
      cacheWrite1h: cached('cacheWrite1h'),
      cacheRead: cached('cacheRead'),
    };
  });
}

function priceFrom(tiers: readonly PriceTier[]): CallPrice {
  return {
    tiers,
    costOf: (
      { input, output, cacheWrite5m, cacheWrite1h, cacheRead },
      { isBatch = false, isUsOnly = false } = {},
    ) => {
      const prompt = input + cacheWrite5m + cacheWrite1h + cacheRead;
      const tier =
        tiers.find(({ upToTokens }) => upToTokens === undefined || prompt <= upToTokens) ?? tiers.at(-1)!;
      const pico =
        picoUsd(input, tier.input) +
        picoUsd(output, tier.output) +
        picoUsd(cacheWrite5m, tier.cacheWrite5m) +
        picoUsd(cacheWrite1h, tier.cacheWrite1h) +
        picoUsd(cacheRead, tier.cacheRead);
      // Half price in batches, a tenth more within the US; a thousand pico are a nano.
      const numerator = pico * (isBatch ? 1n : 2n) * (isUsOnly ? 11n : 10n);
      return Number((numerator + 19_999n) / 20_000n);
    },
  };
}

/** A dollar per million tokens is a million pico-USD per token. */
function picoUsd(tokens: number, usdPerMillion: number): bigint {
  return BigInt(tokens) * BigInt(Math.round(usdPerMillion * 1_000_000));
}
