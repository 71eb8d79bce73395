import { resolve } from 'node:path';
import type { Check } from '../../src/dev/doctor/check.ts';
import { writeBundle } from '../../src/dev/doctor/bundle.ts';
import { examine } from '../../src/dev/doctor/examine.ts';
import { redact } from '../../src/redact.ts';
import type { CliContext } from '../context.ts';

export async function doctor(
  context: CliContext,
  options: { json?: boolean; bundle?: string },
): Promise<number> {
  const config = context.config();
  const checks: Check[] = [];
  const parts = examine({ config, env: context.env, stack: (needs) => context.stack(needs) });
  for await (const check of parts) {
    context.interrupted.throwIfAborted();
    checks.push(check);
    if (options.json !== true) show(context, check);
  }
  const isBroken = checks.some((check) => check.state === 'broken');
  if (options.json === true) context.out(redact(JSON.stringify({ ok: !isBroken, checks }, null, 2)));
  else context.out(isBroken ? 'Something is broken; see above.' : 'Everything that was looked at works.');
  if (options.bundle !== undefined) {
    const path = resolve(config.userDir, options.bundle);
    await writeBundle(path, config, checks);
    context.err(`Wrote ${path}`);
  }
  return isBroken ? 1 : 0;
}

const marks = { ok: '✓', warn: '!', broken: '✗', skip: '-' } as const;

function show(context: CliContext, { name, state, detail, mend }: Check): void {
  context.out(redact(`${marks[state]} ${name.padEnd(17)} ${detail}`));
  if (mend !== undefined) context.out(redact(`    mend: ${mend}`));
}
