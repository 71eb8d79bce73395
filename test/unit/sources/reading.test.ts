import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadingView } from '../../../cli/output/reading-view.ts';
import { discover } from '../../../src/sources/discover.ts';

describe('reading documents to find what is new', () => {
  it('stops in the midst of a large document when interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docbatch-reading-'));
    const sizeBytes = 256 * 1024 * 1024;
    const path = join(folder, 'large.txt');
    let read = 0;
    try {
      await writeFile(path, '');
      await truncate(path, sizeBytes);
      const controller = new AbortController();
      const onRead = (bytes: number): void => {
        read += bytes;
        controller.abort(new Error('interrupted'));
      };
      const found = discover({ kind: 'file', path }, controller.signal, undefined, onRead);
      await assert.rejects(async () => {
        for await (const document of found) assert.fail(document.uri);
      }, /interrupted/);
      assert.ok(read < sizeBytes / 10, `${read} bytes were read`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says in plain lines how much was read', () => {
    const lines: string[] = [];
    const context = { err: (line: string) => void lines.push(line), statusLine: null };
    const view = createReadingView(context, { plain: false, everyMs: 0 });
    view.onRead(1_000_000);
    view.stop();
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^Reading documents: .+ so far$/);
  });
});
