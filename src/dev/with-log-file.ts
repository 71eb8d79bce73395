import type { RotatingLog } from './rotating-log.ts';
import { StackError } from './stack-error.ts';

/** Whatever fails in `work` names the log file that tells more. */
export async function withLogFile<T>(log: RotatingLog, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, why, next } = error as StackError;
    throw new StackError(message, {
      why: `${why === undefined ? '' : `${why}; `}see \`${log.path}\``,
      ...(next === undefined ? {} : { next }),
      cause: error,
    });
  }
}
