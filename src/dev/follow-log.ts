import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

const LOOK_EVERY_MS = 250;

/** Gives the last `lines` of a log, then what is added to it, over rotations, until the returned function is called. */
export function followLog(path: string, lines: number, onText: (text: string) => void): () => void {
  const last = tail(path, lines);
  if (last !== '') onText(last);
  let at = existsSync(path) ? statSync(path) : null;
  let position = at?.size ?? 0;
  const look = () => {
    if (!existsSync(path)) return;
    const file = openSync(path, 'r');
    try {
      const now = fstatSync(file);
      if (now.ino !== at?.ino || now.size < position) position = 0;
      at = now;
      const added = Buffer.alloc(now.size - position);
      if (added.length === 0) return;
      readSync(file, added, 0, added.length, position);
      position = now.size;
      onText(added.toString());
    } finally {
      closeSync(file);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** The last lines of a file; empty when there is none. */
export function tail(path: string, lines: number): string {
  if (lines === 0 || !existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
