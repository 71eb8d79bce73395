import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerProviderBatches(register: Register): void {
  const group = new Command('provider-batches').description('what claude-batch has at the provider');
  const named = 'id, start of an id, name, or last';
  const provider = 'id of the provider (msgbatch_…), or the start of it';
  const listed = new Command('list')
    .description('provider batches, newest first')
    .argument('[batch]', `${named} (default: all batches)`)
    .option('--json', 'as JSON');
  register(
    listed,
    lazily(() => import('../actions/provider-batches/list.ts'), 'list'),
    group,
  );
  const shown = new Command('show')
    .description('one provider batch: what is known here, and what the provider says now')
    .argument('<provider-batch>', provider)
    .option('--json', 'as JSON');
  register(
    shown,
    lazily(() => import('../actions/provider-batches/show.ts'), 'show'),
    group,
  );
  const adopted = new Command('adopt')
    .description('say which provider batch is the one whose create call was not answered')
    .argument('<batch>', named)
    .argument('<provider-batch>', 'its whole id of the provider (msgbatch_…)');
  register(
    adopted,
    lazily(() => import('../actions/provider-batches/adopt.ts'), 'adopt'),
    group,
  );
  const cancelled = new Command('cancel')
    .description(
      'cancel at the provider what a batch has there; `resume` asks again for what was not answered',
    )
    .argument('<batch>', `${named}; or ${provider}`);
  register(
    cancelled,
    lazily(() => import('../actions/provider-batches/cancel.ts'), 'cancel'),
    group,
  );
}
