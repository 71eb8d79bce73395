import { Runtime, makeTelemetryFilterString } from '@temporalio/worker';

let isInstalled = false;

/** Once per process, before the first worker; the default would write every start and every lost race to stderr. */
export function installQuietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ telemetryOptions: { logging: { filter } }, logger: silent });
}

const silent = {
  log: () => undefined,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
