import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/paths.ts';

describe('docbatch.example.yaml', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'docbatch-example-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const example = readFileSync(join(packageRoot, 'docbatch.example.yaml'), 'utf8');
  const configOf = (yaml: string) => {
    writeFileSync(join(dir, 'docbatch.yaml'), yaml);
    return loadConfig({ env: {}, cwd: dir });
  };

  it('holds the defaults', () => {
    expect(configOf(example)).to.deep.equal(configOf(''));
  });

  it('names every setting, also those without a default', () => {
    const uncommented = example
      .replace('temporal: {}\n', '')
      .replace(/^# (databaseUrl:|temporal:|  (?:address|namespace|profile):)/gm, '$1');
    expect(configOf(uncommented)).to.deep.include({
      databaseUrl: 'postgres://docbatch@localhost:5432/docbatch',
      temporal: { address: 'localhost:7233', namespace: 'default', profile: 'production' },
    });
    for (const key of Object.keys(configOf('').limits)) expect(example).to.contain(`${key}:`);
  });
});
