import { expect } from 'chai';
import type { Analysis, AnalysisInput } from '../../../src/domain/analyzer.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';
import type { Task } from '../../../src/engine/active-batch.ts';
import { transient } from '../../../src/domain/failure.ts';
import { createRoom } from '../../../src/engine/room.ts';
import { DatabaseUnavailable } from '../../../src/engine/outage.ts';
import type { DocumentDeps } from '../../../src/engine/run-document.ts';
import { runDocument } from '../../../src/engine/run-document.ts';

const extraction = { markdown: 'Hello', metadata: { mimeType: 'text/plain' }, children: [] };

describe('one document in a slot', () => {
  it('blames no document for a database that has no connection left', async () => {
    let questions = 0;
    const query = () => {
      questions += 1;
      if (questions === 1) return Promise.reject(Object.assign(new Error('too many'), { code: '53300' }));
      return Promise.resolve({ rows: [{ extraction, markdown: 'Hello' }], rowCount: 1 });
    };
    const { outcome } = await runDocument(
      depsWith(query),
      taskWith(() => Promise.resolve(answer)),
    );
    expect(outcome).to.deep.include({ state: 'completed', result: 'hi' });
  });

  it('tells that the database is out instead of blaming the document', async () => {
    const out = () => Promise.reject(new DatabaseUnavailable('The database could not be used for 60 s'));
    const error: unknown = await runDocument(depsWith(stored), taskWith(out)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(DatabaseUnavailable);
  });

  it('records what was paid when the database is out', async () => {
    const paid = { requestId: 'r', model: 'm', mode: 'online', inputTokens: 1, outputTokens: 1 } as const;
    const analyze = ({ meter }: AnalysisInput) => {
      meter.paid({ ...paid, cacheReadTokens: 0, cacheWriteTokens: 0, costNanoUsd: 7 });
      return Promise.reject(new DatabaseUnavailable('The database could not be used for 60 s'));
    };
    const { outcome } = await runDocument(depsWith(stored), taskWith(analyze));
    expect(outcome).to.deep.include({ state: 'pending', failure: null });
    expect(outcome?.paid[0]).to.include({ costNanoUsd: 7 });
  });

  it('is read once, however often it is put back before its call', async () => {
    let readings = 0;
    let mayAsk = false;
    const deps = { ...depsWith(stored), mayAsk: () => mayAsk };
    const extract = deps.sandbox.extract.bind(deps.sandbox);
    deps.sandbox = { ...deps.sandbox, extract: (...args) => ((readings += 1), extract(...args)) };
    const unavailable = transient('unavailable', '503', { stage: 'analyze' });
    let calls = 0;
    const task = taskWith(() => ((calls += 1) === 1 ? Promise.reject(unavailable) : Promise.resolve(answer)));
    expect((await runDocument(deps, task)).outcome).to.equal(null);
    mayAsk = true;
    expect((await runDocument(deps, task)).outcome).to.include({ state: 'retrying' });
    expect((await runDocument(deps, task)).outcome).to.include({ state: 'completed' });
    expect(readings).to.equal(1);
  });

  it('is read again when its stored text was replaced by that of another way to read', async () => {
    const rows = (values: unknown[]) => {
      // Only the text of the version that it was read with would do.
      expect(values).to.deep.equal(['a', 'text/1']);
      return Promise.resolve({ rows: [], rowCount: 0 });
    };
    const known: unknown[] = [];
    const deps = depsWith(stored);
    deps.db = { query: (_sql: string, values: unknown[]) => rows(values) } as unknown as DocumentDeps['db'];
    const read = { contentSha256: 'a', sizeBytes: 5, mimeType: 'text/plain' };
    deps.sandbox = {
      ...deps.sandbox,
      extract: (file) => {
        known.push(file.known);
        return Promise.resolve({ ...read, extraction: file.known === null ? extraction : null } as never);
      },
    };
    let seen: unknown;
    const task = taskWith((input) => ((seen = input.extraction), Promise.resolve(answer)));
    expect((await runDocument(deps, task)).outcome).to.include({ state: 'completed' });
    expect(known).to.deep.equal([{ contentSha256: 'a', extractorVersion: 'text/1' }, null]);
    expect(seen).to.equal(extraction);
  });

  it('goes back without a call when an order came while its pictures were made', async () => {
    let mayAsk = true;
    const render = () => Promise.resolve(((mayAsk = false), { pictures: [] }));
    const deps = { ...depsWith(stored), mayAsk: () => mayAsk };
    deps.sandbox = { ...deps.sandbox, render };
    const order = { contentSha256: 'a', pages: [], as: 'jpeg' as const, maxPdfBytes: 1 };
    const task = taskWith(({ render: draw }) => draw(order).then(() => answer));
    expect((await runDocument(deps, task)).outcome).to.equal(null);
  });

  it('gives the room for its pictures back when an order came while it waited for it', async () => {
    let mayAsk = true;
    const pictureRoom = createRoom(1);
    const deps = { ...depsWith(stored), mayAsk: () => mayAsk, pictureRoom };
    const task = taskWith(({ meter }) => ((mayAsk = false), meter.room(1).then(() => answer)));
    expect((await runDocument(deps, task)).outcome).to.equal(null);
    (await pictureRoom.take(1, new AbortController().signal))();
  });

  it('only waits, in its row too, while another call goes ahead, and its time is not held against it', async () => {
    const said: string[] = [];
    const task = taskWith(async ({ meter }) => {
      await meter.waitFor(new Promise(() => undefined), 300);
      return answer;
    });
    task.batch.marks = {
      waits: () => Promise.resolve(said.push('waits') > 0),
      begins: () => Promise.resolve(said.push('begins') > 0),
    } as unknown as Task['batch']['marks'];
    expect((await runDocument(depsWith(stored), task)).outcome).to.include({ state: 'completed' });
    expect(said).to.deep.equal(['waits', 'begins']);
  });

  it('knows the answers of its own try, so that no request is paid for twice', async () => {
    const kept = { key: 'k', answer: { type: 'succeeded' as const, message: {}, requestId: 'r' } };
    let known: unknown;
    const task = taskWith(({ recorded }) => {
      recorded!.keep(kept);
      known = recorded!.answers.get('k');
      return Promise.reject(transient('overloaded', '529', { stage: 'analyze' }));
    });
    task.recorded = new Map();
    expect((await runDocument(depsWith(stored), task)).outcome?.kept).to.deep.equal([kept]);
    expect(known).to.deep.equal({ ...kept.answer, customId: 'r' });
  });

  it('knows them, too, when it was put back before its next call', async () => {
    const kept = { key: 'k', answer: { type: 'succeeded' as const, message: {}, requestId: 'r' } };
    const stillOurs = () => Promise.resolve({ rows: [{ isOurs: true, extraction, markdown: 'Hello' }] });
    let mayAsk = true;
    const known: unknown[] = [];
    const task = taskWith(async ({ recorded, meter }) => {
      known.push([...recorded!.answers.keys()]);
      if (recorded!.answers.size === 0) recorded!.keep(kept);
      mayAsk = known.length > 1;
      await meter.reserve(() => Promise.resolve(1));
      await meter.admit(1, 1);
      return answer;
    });
    Object.assign(task.batch, {
      limiter: { place: () => Promise.resolve(0) },
      noteWorst: () => Promise.resolve(),
    });
    task.recorded = new Map();
    const deps = { ...depsWith(stillOurs), mayAsk: () => mayAsk };
    expect((await runDocument(deps, task)).outcome).to.equal(null);
    mayAsk = true;
    expect((await runDocument(deps, task)).outcome).to.include({ state: 'completed' });
    expect(known).to.deep.equal([[], ['k']]);
  });

  it('only waits, in its row too, while its place is far, and is dropped when another has it by then', async () => {
    const said: string[] = [];
    const task = taskWith(async ({ meter }) => {
      await meter.admit(1, 0);
      return answer;
    });
    let isOurs = true;
    Object.assign(task.batch, {
      limiter: { place: () => Promise.resolve(300) },
      noteWorst: () => Promise.resolve(),
      marks: {
        waits: () => Promise.resolve(said.push('waits')),
        begins: () => Promise.resolve(said.push('begins') > 0 && isOurs),
      },
    });
    expect((await runDocument(depsWith(stored), task)).outcome).to.include({ state: 'completed' });
    expect(said).to.deep.equal(['waits', 'begins']);
    isOurs = false;
    expect((await runDocument(depsWith(stored), task)).outcome).to.equal(null);
  });
});

const answer: Analysis = { answer: 'hi', calls: 1, callsOk: 1 };
const stored = () => Promise.resolve({ rows: [{ extraction, markdown: 'Hello' }], rowCount: 1 });

/** A text that is stored already, so that the database is asked for it. */
function depsWith(query: () => Promise<unknown>): DocumentDeps {
  const read = { contentSha256: 'a', sizeBytes: 5, mimeType: 'text/plain', extraction: null };
  return {
    db: { query },
    sandbox: { limits: { maxChildren: 10 }, extract: () => Promise.resolve(read) },
    workerId: 'worker',
    mayAsk: () => true,
  } as unknown as DocumentDeps;
}

function taskWith(analyze: (input: AnalysisInput) => Promise<Analysis>): Task {
  return {
    batch: {
      batchId: 'b',
      ocrLanguages: null,
      view: { settings: { ...defaultSettings }, recipeId: 1 },
      analyzer: { analyze },
    },
    item: {
      ...{ documentId: 'd', epoch: 1, attempts: 0, attemptsBefore: 0, uri: 'file:///d.txt', name: 'd.txt' },
      ...{
        contentSha256: 'a',
        textVersion: 'text/1',
        containerUri: null,
        memberPath: null,
        sourceRoot: null,
      },
      settings: null,
    },
    from: 'processing',
    reading: null,
    cachedAnswer: undefined,
    abort: new AbortController(),
  } as unknown as Task;
}
