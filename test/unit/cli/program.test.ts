import { expect } from 'chai';
import { CommanderError } from 'commander';
import type { CliContext } from '../../../cli/context.ts';
import { CliError } from '../../../cli/context.ts';
import { buildProgram } from '../../../cli/program.ts';

describe('the command line', () => {
  /** What a command line is refused with before its command runs. */
  const refusal = async (...args: string[]): Promise<string> => {
    const context = { env: {}, interrupted: new AbortController().signal } as CliContext;
    const program = buildProgram(context, () => undefined);
    let said = '';
    const output = { writeErr: (text: string) => (said += text), writeOut: (text: string) => (said += text) };
    const all = [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)];
    for (const command of all) command.configureOutput(output);
    try {
      await program.parseAsync(['node', 'docbatch', ...args]);
    } catch (error) {
      if (error instanceof CommanderError) return said;
      if (error instanceof CliError) return `${error.message}; ${error.why ?? ''}`;
      // It went on to its work, for which there is no context.
      return 'accepted';
    }
    return 'accepted';
  };

  it('never takes an option for the value of the one before it', async () => {
    expect(await refusal('process', './documents', '--name', '--dry-run')).to.match(
      /--name.*needs a value.*--dry-run/,
    );
    expect(await refusal('retry', 'last', '-r', '-v')).to.match(/--retries/);
  });

  it('never takes an empty text for a batch, a path or a value', async () => {
    expect(await refusal('process', '')).to.match(/empty text; a shell variable/);
    expect(await refusal('cancel', '')).to.match(/empty text; a shell variable/);
    expect(await refusal('process', '--file', '')).to.match(/--file.*needs a value/);
    expect(await refusal('process', './documents', '--out', '')).to.match(/--out.*needs a value/);
  });

  it('refuses a time limit of nothing, and an address that nobody can be told at', async () => {
    expect(await refusal('process', './documents', '--timeout', '0s')).to.match(/above 0/);
    expect(await refusal('process', './documents', '--notify', 'ftp://x')).to.match(/https address/);
    expect(await refusal('set', 'last', '--notify', 'https://')).to.match(/https address/);
  });

  it('refuses a deadline that has passed', async () => {
    expect(await refusal('process', './documents', '--deadline', '2020-01-01')).to.match(/a time to come/);
    expect(await refusal('set', 'last', '--deadline', 'yesterday')).to.match(/a time such as 30m/);
    expect(await refusal('set', 'last', '--deadline', '0s')).to.equal('accepted');
  });

  it('refuses `--all` beside a batch', async () => {
    for (const command of ['pause', 'cancel', 'resume']) {
      expect(await refusal(command, 'last', '--all')).to.match(/got both/);
    }
  });

  it('tells its version, and an example of every command', async () => {
    expect(await refusal('--version')).to.match(/^\d+\.\d+\.\d+/);
    const context = { env: {}, interrupted: new AbortController().signal } as CliContext;
    const program = buildProgram(context, () => undefined);
    const commands = program.commands.flatMap((command) =>
      command.commands.length > 0 && command.name() !== 'cost'
        ? command.commands.map((sub) => [command.name(), sub.name()])
        : [[command.name()]],
    );
    for (const names of commands) {
      if (names.at(-1) === 'help') continue;
      expect(await refusal(...names, '--help'), names.join(' ')).to.match(/Examples?:\n {2}docbatch /);
    }
  });
});
