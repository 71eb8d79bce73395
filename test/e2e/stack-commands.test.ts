import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { startCli } from '../support/run-cli.ts';
import { stackProject, type StackProject } from '../support/stack-project.ts';

describe('the commands of the stack', function () {
  this.timeout(60_000);
  let project: StackProject;
  before(async () => {
    project = await stackProject();
  });
  after(() => project.remove());

  const cli = (args: string[], env: NodeJS.ProcessEnv = {}) => docbatch(args, project.config.projectDir, env);

  it('tell by `where` that nothing runs', async () => {
    const { code, out } = await cli(['where', '--json']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.include({ keeper: null, projectDir: project.config.projectDir });
  });

  it('check every part by `doctor`, and leave nothing running', async () => {
    const { code, out } = await cli(['doctor', '--json']);
    const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: { name: string; state: string }[] };
    expect({ code, ok }).to.deep.equal({ code: 0, ok: true });
    expect(checks.map((check) => check.name)).to.include.members([
      ...['node', 'disk', 'data folder', 'postgres', 'tables', 'temporal', 'namespace', 'search attributes'],
    ]);
    expect(project.processes()).to.deep.equal([]);
  });

  it('say by `doctor` how to mend what is broken, and pack no secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docbatch-e2e-'));
    try {
      const { code, out } = await cli(['doctor', '--bundle', join(folder, 'bundle')], {
        DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none',
      });
      expect(code).to.equal(1);
      expect(out).to.match(/✗ postgres .*127\.0\.0\.1:1\/none[^]*mend: .*DATABASE_URL/);
      const checks = await readFile(join(folder, 'bundle', 'checks.json'), 'utf8');
      expect(checks + out).to.not.include('hunter2');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('exit 1 for an unknown flag or command, with a suggestion', async () => {
    const flag = await cli(['where', '--jsn']);
    expect(flag.code).to.equal(1);
    expect(flag.err).to.include('--json');
    expect((await cli(['doktor'])).err).to.include('doctor');
  });

  it('say in one line, and by the exit code, that an answer was lost', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const full = await open('/dev/full', 'w');
    const { done } = startCli(project.config.projectDir, ['formats'], {}, full.fd);
    const { exitCode, stderr } = await done.finally(() => full.close());
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(
      /^error: The answer could not be written to stdout\n.*the disk is full\n.*next: .*\n$/,
    );
  });

  it('delete by `destroy` only what was named', async () => {
    const refused = await cli(['destroy', '--yes', 'other']);
    expect(refused.code).to.equal(1);
    expect(refused.err).to.match(/0 batches[^]*error: [^]*why: .*nothing was deleted/);
    expect(existsSync(project.config.stateDir)).to.equal(true);
    const done = await cli(['destroy', '--yes', basename(project.config.projectDir)]);
    expect(done.code).to.equal(0);
    expect(existsSync(project.config.stateDir)).to.equal(false);
  });
});

function docbatch(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(packageRoot, 'dist/cli/main.js'), '--project', cwd, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
