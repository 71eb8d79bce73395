export interface Check {
  /** `node`, `configuration`, `postgres` … */
  name: string;
  /** `warn` works, with less comfort; `skip` could not be looked at because something before it is broken. */
  state: 'ok' | 'warn' | 'broken' | 'skip';
  /** What was found. */
  detail: string;
  /** What to type, when something is to be mended. */
  mend?: string;
}

/** A check that throws is broken; errors of ours bring their own way out. */
export async function check(name: string, look: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    const { message, why, next } = error as Error & { why?: string; next?: string };
    return {
      name,
      state: 'broken',
      detail: why === undefined ? message : `${message}: ${why}`,
      ...(next === undefined ? {} : { mend: next }),
    };
  }
}
