import { z } from 'zod';
import { injectionPolicies } from '../domain/injection.ts';

const schemaObject = z.record(z.string(), z.json());
export const summedField = /^[A-Za-z_]\w*(\[\])?(\.[A-Za-z_]\w*(\[\])?)*$/;
/** One value a document: of several, one alone would decide its group, or the currency of them all. */
export const plainField = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const fieldPath = z.string().regex(summedField, 'expected a path such as `lines[].amount`');
const plainPath = z.string().regex(plainField, 'expected a path to one value, such as `seller.name`');

/** What the batch shows as a whole. Changing it makes no document pending. */
const aggregateSchema = z.strictObject({
  groupBy: z.array(plainPath).max(5).default([]),
  count: z.boolean().default(true),
  sum: z.array(fieldPath).max(20).default([]),
  /** @default the field `currency`, when there is one; null: none */
  currency: plainPath.nullable().optional(),
  /** A paid call at the end, over all answers. */
  summary: z
    .strictObject({
      prompt: z.string().trim().min(1),
      /** @default the model of the profile */
      model: z.string().min(1).optional(),
      maxTokens: z.int().min(16).max(128_000).default(1_500),
      /** So many calls at most read answers; of more answers every second, third … is read. */
      maxCalls: z.int().min(1).max(1_000).default(20),
    })
    .optional(),
});

/** A profile file. Unknown keys are errors: a misspelt setting must not be a silent default. */
export const profileFileSchema = z.strictObject({
  description: z.string().default(''),
  /** `review`: a person decides; `fail`: it fails; `ignore`: it is only noted in the result. */
  onInjection: z.enum(injectionPolicies).default('review'),
  model: z.string().min(1).default('claude-haiku-5-5'),
  maxTokens: z.int().min(16).max(128_000).default(2_000),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullable().default(null),
  send: z.enum(['text', 'native', 'auto']).default('auto'),
  language: z.string().min(1).default('document'),
  chunking: z
    .strictObject({
      /**
       * Longer texts go in pieces, whose answers are merged by one more call. The default keeps German, tables and JSON,
       * too, below the 100,000 tokens from which Haiku 5.5 costs five times as much.
       */
      maxChars: z.int().min(2_000).max(4_000_000).default(200_000),
      overlapChars: z.int().min(0).max(100_000).default(1_000),
    })
    .default({ maxChars: 200_000, overlapChars: 1_000 }),
  pictures: z
    .strictObject({
      /** Longest side of a page or image as it is sent: a token is 28 by 28 pixels. Never above what the model takes in. */
      maxEdgePx: z.int().min(256).max(2_576).default(1_568),
      /** Pages and images of one call; with more the document goes in pieces, whose answers are merged. */
      perCall: z.int().min(1).max(100).default(20),
    })
    .default({ maxEdgePx: 1_568, perCall: 20 }),
  quotes: z.array(z.string()).default([]),
  prompt: z.string().trim().min(1),
  schema: schemaObject,
  checks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        sum: fieldPath,
        equals: fieldPath,
        tolerance: z.number().min(0).default(0.01),
      }),
    )
    .default([]),
  aggregate: aggregateSchema.optional(),
});

export type ProfileFile = z.infer<typeof profileFileSchema>;
