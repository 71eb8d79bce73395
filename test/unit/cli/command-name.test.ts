import { expect } from 'chai';
import { join } from 'node:path';
import { commandLine } from '../../../cli/command-name.ts';
import { packageRoot } from '../../../src/paths.ts';

describe('a command that we print', () => {
  it('is typed as the user typed this one, so that it runs where they stand', () => {
    const npm = (INIT_CWD: string) => commandLine({ npm_lifecycle_event: 'cli', INIT_CWD }, 'up');
    expect(commandLine({}, 'up')).to.equal('docbatch up');
    expect(npm(packageRoot.slice(0, -1))).to.equal('npm run -s cli -- up');
    expect(npm(join(packageRoot, 'samples'))).to.equal('npm run -s cli -- up');
    expect(npm('/elsewhere')).to.equal(`npm --prefix ${packageRoot.slice(0, -1)} run -s cli -- up`);
  });
});
