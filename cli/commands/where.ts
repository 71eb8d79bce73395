import { join } from 'node:path';
import { Command } from 'commander';
import { keeperState } from '../../src/dev/ask-keeper.ts';
import { folderSize } from '../../src/dev/folder-size.ts';
import { loadPorts } from '../../src/dev/state-files.ts';
import type { CliContext } from '../context.ts';
import { formatBytes } from '../output/bytes.ts';
import type { Register } from '../program.ts';

export function registerWhere(register: Register): void {
  const command = new Command('where')
    .description('folders, ports, sizes and processes of this project’s stack')
    .option('--json', 'as JSON');
  register(command, where);
}

async function where(context: CliContext, options: { json?: boolean }): Promise<number> {
  const { projectDir, stateDir } = context.config();
  const folders = await Promise.all(
    Object.entries({ data: 'postgres', temporal: 'temporal.sqlite', logs: 'logs', programs: 'bin' }).map(
      async ([what, name]) => ({
        what,
        path: join(stateDir, name),
        sizeBytes: await folderSize(join(stateDir, name)),
      }),
    ),
  );
  const answer = {
    projectDir,
    stateDir,
    ports: loadPorts(stateDir),
    folders,
    keeper: await keeperState(context.config()),
  };
  if (options.json === true) {
    context.out(JSON.stringify(answer, null, 2));
    return 0;
  }
  const { keeper, ports } = answer;
  context.out(`project   ${projectDir}`);
  for (const { what, path, sizeBytes } of folders) {
    context.out(`${what.padEnd(9)} ${path}  ${sizeBytes === 0 ? '(none)' : formatBytes(sizeBytes)}`);
  }
  context.out(
    `ports     PostgreSQL ${ports.postgres || '-'}, Temporal ${ports.temporal || '-'}, Web UI ${ports.webUi || '-'}`,
  );
  if (keeper === null) {
    context.out('stack     not running');
    return 0;
  }
  const users = keeper.leases.map(({ purpose, pid }) => `${purpose} (${pid})`).join(', ');
  context.out(
    `stack     keeper ${keeper.pid}, since ${keeper.startedAt}${keeper.held ? ', until `down`' : ''}`,
  );
  for (const { part, detail } of keeper.parts) context.out(`${part.padEnd(9)} ${detail}`);
  context.out(`used by   ${users || 'nobody'}`);
  return 0;
}
