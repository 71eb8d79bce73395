/** The database could not be used for a minute: the batch halts, no item is blamed. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** Repeats a statement that is safe to repeat until it succeeds; gives up after 60 s, or at once when `isFinal` says so. */
export async function outlastOutage<T>(
  work: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  const startedAt = performance.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (isFinal(error)) throw error;
      if (performance.now() - startedAt > PATIENCE_MS) {
        const { message } = error as Error;
        throw new DatabaseUnavailable(`The database could not be used for 60 s: ${message}`, {
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
