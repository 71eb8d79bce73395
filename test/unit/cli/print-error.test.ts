import { expect } from 'chai';
import { CliError } from '../../../cli/context.ts';
import { printError } from '../../../cli/output/print-error.ts';
import { redact } from '../../../src/redact.ts';

describe('an error on the screen', () => {
  const printed = (error: unknown, debug = false) => {
    const lines: string[] = [];
    printError(error, { err: (text) => lines.push(text), debug, logsDir: null });
    return lines;
  };

  it('has three parts: what failed, why, what to type next', () => {
    expect(printed(new CliError('It failed', { why: 'because', next: 'docbatch doctor' }))).to.deep.equal([
      'error: It failed',
      '  why:  because',
      '  next: docbatch doctor',
    ]);
  });

  it('names commands as this user types them', () => {
    const lines: string[] = [];
    const command = 'npm run -s cli --';
    const next = 'docbatch up, then `docbatch status`; mv /data/docbatch elsewhere';
    printError(new CliError('no', { next }), {
      err: (text) => lines.push(text),
      debug: false,
      logsDir: null,
      command,
    });
    expect(lines[1]).to.equal(
      '  next: npm run -s cli -- up, then `npm run -s cli -- status`; mv /data/docbatch elsewhere',
    );
  });

  it('is one line when nobody expected it, and a stack with DOCBATCH_DEBUG', () => {
    const error = new TypeError('x is not a function\nat line 1');
    expect(printed(error)).to.have.length(1);
    expect(printed(error, true).join('\n')).to.include('print-error.test');
  });

  it('never shows a password or a key', () => {
    const [line] = printed(new CliError('no answer from postgres://me:hunter2@db/x'));
    expect(line).to.equal('error: no answer from postgres://me:[redacted]@db/x');
    expect(redact('x-api-key: sk-ant-api03-abcdefghijk password="s3cret"')).to.not.match(/abcdefgh|s3cret/);
  });
});
