import { Command } from 'commander';
import { lazily } from '../../lazily.ts';
import type { Register } from '../../program.ts';

export function registerShow(register: Register): void {
  const command = new Command('show')
    .description('when a schedule fires, what it processes, and how its last runs ended')
    .argument('<name>', 'the schedule');
  register(
    command.option('--json', 'as JSON'),
    lazily(() => import('../../actions/schedule/show.ts'), 'show'),
  );
}
