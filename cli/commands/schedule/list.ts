import { Command } from 'commander';
import { lazily } from '../../lazily.ts';
import type { Register } from '../../program.ts';

export function registerListSchedules(register: Register): void {
  register(
    new Command('list').description('all schedules').option('--json', 'as JSON'),
    lazily(() => import('../../actions/schedule/list.ts'), 'list'),
  );
}
