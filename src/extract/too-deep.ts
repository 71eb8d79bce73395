import { permanent } from '../domain/failure.ts';
import type { DocumentFailure } from '../domain/failure.ts';

export function tooDeep(maxDepth: number): DocumentFailure {
  const message = `The content is nested more than ${maxDepth} levels deep.`;
  return permanent('nested_too_deep', message, { stage: 'extract', context: { maxDepth } });
}
