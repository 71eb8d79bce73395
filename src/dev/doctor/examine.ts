import type { Config } from '../../config.ts';
import type { StackLease } from '../stack.ts';
import type { Check } from './check.ts';
import { examineMachine } from './machine.ts';
import { examinePictures, examineSandbox } from './sandbox.ts';
import { examinePostgres } from './postgres.ts';
import { examineTemporal } from './temporal.ts';

export interface Surroundings {
  config: Config;
  env: NodeJS.ProcessEnv;
  /** Starts a part of the embedded stack, so that it can be looked at. */
  stack: (needs: { temporal: boolean; worker: boolean }) => Promise<StackLease>;
}

/** Looks at every part, one after the other; what cannot be looked at without a broken part is said to be skipped. */
export async function* examine(surroundings: Surroundings): AsyncGenerator<Check> {
  yield* examineMachine(surroundings);
  yield await examineSandbox();
  yield await examinePictures(surroundings.config);
  let hasDatabase = true;
  for await (const check of examinePostgres(surroundings)) {
    if (check.name === 'postgres') hasDatabase = check.state === 'ok';
    yield check;
  }
  yield* examineTemporal(surroundings, hasDatabase);
}
