import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';
import { addSettings } from '../settings-options.ts';

export function registerSet(register: Register): void {
  const command = new Command('set')
    .description('change settings of a batch, also while it runs')
    .argument('<batch>', 'id, start of an id, name, or last');
  register(
    addSettings(command, { isNew: false }),
    lazily(() => import('../actions/set.ts'), 'set'),
  );
}
