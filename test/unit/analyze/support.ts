import { expect } from 'chai';
import type { AnalysisInput } from '../../../src/domain/analyzer.ts';
import { DocumentFailure } from '../../../src/domain/failure.ts';

export const freeMeter = {
  waitFor: (event: Promise<void>) => event,
  reserve: () => Promise.resolve(),
  admit: () => Promise.resolve(),
  room: () => Promise.resolve(() => undefined),
  report: () => undefined,
  lost: () => undefined,
};

/** A document as an analyzer gets it. */
export function documentOf(changes: Partial<AnalysisInput> = {}): AnalysisInput {
  return {
    documentId: '00000000-0000-4000-8000-000000000001',
    batchId: '00000000-0000-4000-8000-00000000000b',
    uri: 'file:///docs/letter.txt',
    name: 'letter.txt',
    mimeType: 'text/plain',
    sizeBytes: 11,
    contentSha256: 'ab'.repeat(32),
    attempt: 1,
    timeoutMs: 10_000,
    meter: { ...freeMeter, paid: () => undefined },
    render: () => Promise.reject(new Error('nothing is to be seen in it')),
    extraction: {
      markdown: 'Hello world',
      parts: [{ kind: 'body', index: 1, label: 'text', start: 0, end: 11 }],
      images: [],
      metadata: { mimeType: 'text/plain', words: 2, characters: 11 },
      warnings: [],
      children: [],
      extractorVersion: 'text/1',
    },
    ...changes,
  };
}

/** The `DocumentFailure` that a promise ends with; fails the test when there is none. */
export async function failureOf(promise: Promise<unknown>): Promise<DocumentFailure> {
  const error = await promise.then(
    () => expect.fail('Expected a failure, got an answer'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DocumentFailure)) throw error as Error;
  expect(error.stage).to.equal('analyze');
  return error;
}

/** Polls until the condition holds; fails after `timeoutMs`. */
export async function eventually(condition: () => boolean, timeoutMs = 8_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !condition();) {
    if (Date.now() > deadline) expect.fail('The condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A signal that never fires. */
export const never: globalThis.AbortSignal = new AbortController().signal;
