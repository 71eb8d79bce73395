import type { Json } from './analyzer.ts';
import { findOrdersInName } from './find-orders.ts';
import type { Suspicion } from './suspicion.ts';
import { describeSuspicion } from './suspicion.ts';

/** What becomes of a document that gives orders to the model; part of a profile. */
export const injectionPolicies = ['review', 'fail', 'ignore'] as const;
export type InjectionPolicy = (typeof injectionPolicies)[number];

/** Kept in the result of a document that is suspected. */
export interface InjectionNote {
  findings: Suspicion[];
  /** The person who looked at it and let it pass. */
  acceptedBy?: string;
}

/**
 * Why a document must not pass unseen; empty when it may. Its name is looked at apart from its answer, which documents
 * of equal content share.
 */
export function suspicionsAgainst(result: Json, name: string): Suspicion[] {
  const note = noteOf(result);
  if (note?.acceptedBy !== undefined) return [];
  const inName = findOrdersInName(name).filter(({ weight }) => weight === 'order');
  return [...(note?.findings ?? []), ...inName];
}

export function describeSuspicions(suspicions: readonly Suspicion[]): string {
  const told = suspicions.slice(0, 3).map(describeSuspicion);
  const more = suspicions.length - told.length;
  return `It gives orders to whoever reads it; ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function noteOf(result: Json): InjectionNote | null {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return null;
  return (result.injection as unknown as InjectionNote | undefined) ?? null;
}
