import { freePort } from './free-port.ts';
import type { KeeperOptions } from './keeper.ts';
import { createPart, type Part } from './part.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';
import { logPath, openRotatingLog } from './rotating-log.ts';
import { loadPorts, postgresPassword, savePorts } from './state-files.ts';
import { withLogFile } from './with-log-file.ts';

/** The project's own PostgreSQL, at the same port after every restart. */
export function embeddedPostgres({ config, onStep }: KeeperOptions): Part<RunningPostgres> {
  const { stateDir } = config;
  let port: number | undefined;
  const log = openRotatingLog(logPath(stateDir, 'postgres'));
  const start = async () => {
    port ??= await freePort(loadPorts(stateDir).postgres);
    savePorts(stateDir, { ...loadPorts(stateDir), postgres: port });
    const password = postgresPassword(stateDir);
    return withLogFile(log, () => startPostgres({ stateDir, port: port!, password, onOutput: log.write }));
  };
  return createPart({ name: 'postgres', label: 'PostgreSQL', start, onStep });
}
