import { Command } from 'commander';
import { lazily } from '../../lazily.ts';
import type { Register } from '../../program.ts';

const load = () => import('../../actions/schedule/control.ts');

const NAME = ['<name>', 'the schedule'] as const;

export function registerPauses(register: Register): void {
  for (const order of ['pause', 'unpause'] as const) {
    const command = new Command(order)
      .description(order === 'pause' ? 'fire no more until it is unpaused' : 'fire again')
      .argument(...NAME)
      .option('--reason <text>', 'kept with who');
    register(command, lazily(load, order));
  }
}

export function registerTrigger(register: Register): void {
  register(new Command('trigger').description('run it once, now').argument(...NAME), lazily(load, 'trigger'));
}

export function registerDelete(register: Register): void {
  const command = new Command('delete').description('remove a schedule; its batches stay').argument(...NAME);
  register(command, lazily(load, 'remove'));
}
