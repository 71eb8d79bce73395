import { freePort, isPortFree } from './free-port.ts';
import type { KeeperOptions } from './keeper.ts';
import { createPart, type Part } from './part.ts';
import { logPath, openRotatingLog } from './rotating-log.ts';
import { StackError } from './stack-error.ts';
import { loadPorts, savePorts } from './state-files.ts';
import { temporalExecutable, type TemporalExecutable } from './temporal-executable.ts';
import { loadTemporalSpec, type TemporalSpec } from './temporal-spec.ts';
import { startTemporal, type RunningTemporal } from './temporal.ts';
import { withLogFile } from './with-log-file.ts';

/** The project's own Temporal dev server, as `temporal-dev.yaml` describes it. */
export function embeddedTemporal({ config, env, onStep }: KeeperOptions): Part<RunningTemporal> {
  const { stateDir, projectDir } = config;
  const log = openRotatingLog(logPath(stateDir, 'temporal'));
  let chosen:
    { executable: TemporalExecutable; spec: TemporalSpec; port: number; uiPort: number } | undefined;
  const choose = async () => {
    const spec = loadTemporalSpec(projectDir);
    const executable = await temporalExecutable(stateDir, env, (from) =>
      onStep({ part: 'temporal', state: 'starting', detail: `Temporal server (fetching it: ${from})` }),
    );
    const saved = loadPorts(stateDir);
    const port = await choosePort(spec, 'port', saved.temporal);
    const uiPort = await choosePort(spec, 'uiPort', saved.webUi);
    savePorts(stateDir, { ...loadPorts(stateDir), temporal: port, webUi: uiPort });
    return { executable, spec, port, uiPort };
  };
  const start = async () => {
    chosen ??= await choose();
    const onMovedAside = (path: string) => {
      const detail = `Temporal with new data (those of another server version are kept in ${path}; create schedules again)`;
      onStep({ part: 'temporal', state: 'starting', detail });
    };
    const options = { ...chosen, stateDir, durable: true, onOutput: log.write, onMovedAside };
    return withLogFile(log, () => startTemporal(options));
  };
  return createPart({ name: 'temporal', label: 'Temporal', start, onStep });
}

async function choosePort(spec: TemporalSpec, key: 'port' | 'uiPort', saved: number): Promise<number> {
  if (spec[key] === 0) return freePort(saved);
  if (await isPortFree(spec[key])) return spec[key];
  throw new StackError(`Port ${spec[key]} is in use`, {
    why: `\`${spec.path}\` sets \`${key}: ${spec[key]}\` for the Temporal server`,
    next: `stop what listens there, or set \`${key}: 0\` for a free port`,
  });
}
