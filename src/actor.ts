import { userInfo } from 'node:os';

/** Who gave an order, for the audit trail. */
export function actorName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? 'unknown';
  }
}
