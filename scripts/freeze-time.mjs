/** Stops the clock and seeds `Math.random`: writers of office files stamp both into what they write. */
export function freezeTime(iso) {
  const now = Date.parse(iso);
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(now);
      else super(...parts);
    }
    static now() {
      return now;
    }
  };
  process.env.TZ = 'UTC';
  let seed = 20260302;
  Math.random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
}
