import { Command } from 'commander';
import type { Register } from '../program.ts';
import { adopt } from './provider-batches/adopt.ts';
import { cancel } from './provider-batches/cancel.ts';
import { list } from './provider-batches/list.ts';
import { show } from './provider-batches/show.ts';

export function registerProviderBatches(register: Register): void {
  const group = new Command('provider-batches').description('what claude-batch has at the provider');
  const named = 'id, start of an id, name, or last';
  const provider = 'id of the provider (msgbatch_…), or the start of it';
  const listed = new Command('list')
    .description('provider batches, newest first')
    .argument('[batch]', `${named} (default: all batches)`)
    .option('--json', 'as JSON');
  register(listed, list, group);
  const shown = new Command('show')
    .description('one provider batch: what is known here, and what the provider says now')
    .argument('<provider-batch>', provider)
    .option('--json', 'as JSON');
  register(shown, show, group);
  const adopted = new Command('adopt')
    .description('say which provider batch is the one whose create call was not answered')
    .argument('<batch>', named)
    .argument('<provider-batch>', 'its whole id of the provider (msgbatch_…)');
  register(adopted, adopt, group);
  const cancelled = new Command('cancel')
    .description(
      'cancel at the provider what a batch has there; `resume` asks again for what was not answered',
    )
    .argument('<batch>', `${named}; or ${provider}`);
  register(cancelled, cancel, group);
}
