import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';
import { repeated } from '../settings-options.ts';

const load = () => import('../actions/profile.ts');

export function registerProfile(register: Register): void {
  const group = new Command('profile').description('what Claude is asked: prompt, answer, model, limits');
  const named = (name: string, description: string) =>
    withChanges(new Command(name).description(description).argument('<profile>', 'a name, or a YAML file'));
  register(
    new Command('list')
      .description('the profiles of this project, and the shipped ones')
      .option('--json', 'as JSON'),
    lazily(load, 'list'),
    group,
  );
  register(
    new Command('show').description('the file').argument('<profile>', 'a name, or a YAML file'),
    lazily(load, 'show'),
    group,
  );
  register(named('check', 'read it, and say what is wrong'), lazily(load, 'check'), group);
  register(
    new Command('init')
      .description('write profiles/<name>.yaml, to be edited')
      .argument('<name>', 'letters, digits, - and _')
      .option('--from <profile>', 'start from this shipped one', 'summary'),
    lazily(load, 'init'),
    group,
  );
  register(
    named('try', 'ask about one document: shows prompt, answer and cost').argument('<document>', 'a file'),
    lazily(load, 'tryOne'),
    group,
  );
}

function withChanges(command: Command): Command {
  return command
    .option('--model <id>', 'another model than the profile names')
    .option('--set <key=value>', 'change a key of the profile, such as maxTokens=4000; repeatable', repeated);
}
