import { z } from 'zod';
import { injectionPolicies } from '../domain/injection.ts';

const schemaObject = z.record(z.string(), z.json());
const fieldPath = z
  .string()
  .regex(/^[A-Za-z_]\w*(\[\])?(\.[A-Za-z_]\w*(\[\])?)*$/, 'expected a path such as `lines[].amount`');

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
      /** Longer texts go in pieces, whose answers are merged by one more call. */
      maxChars: z.int().min(2_000).max(4_000_000).default(300_000),
      overlapChars: z.int().min(0).max(100_000).default(1_000),
    })
    .default({ maxChars: 300_000, overlapChars: 1_000 }),
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
});

export type ProfileFile = z.infer<typeof profileFileSchema>;
