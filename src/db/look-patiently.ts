const PATIENCE_MS = 60_000;

/** For who only watches: a database that restarts is waited for up to a minute. The batch lives in the worker. */
export async function lookPatiently<T>(look: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() - startedAtMs > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
