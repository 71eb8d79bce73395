import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

const load = () => import('../actions/order.ts');

export function registerPause(register: Register): void {
  register(orderCommand('pause', 'let documents in work finish, start no other'), lazily(load, 'pause'));
}

export function registerCancel(register: Register): void {
  register(orderCommand('cancel', 'stop for good; results that are there stay'), lazily(load, 'cancel'));
}

function orderCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every open batch')
    .option('--now', 'abort documents in work and put them back, without an attempt')
    .option('--reason <text>', 'kept with who and when');
}
