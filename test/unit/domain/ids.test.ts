import { expect } from 'chai';
import fc from 'fast-check';
import { batchWorkflowId, controlQueueOf, shortId, taskQueueOf } from '../../../src/domain/ids.ts';

describe('ids', () => {
  it('give every batch a workflow id of its own', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uuid(),
        (one, other) => (batchWorkflowId(one) === batchWorkflowId(other)) === (one === other),
      ),
    );
    expect(batchWorkflowId('5a')).to.equal('batch:5a');
  });

  it('are shown by their first eight digits, which commands take as a prefix', () => {
    fc.assert(fc.property(fc.uuid(), (id) => shortId(id).length === 8 && id.startsWith(shortId(id))));
  });

  it('give each database queues of its own, and keep control activities off that of the chunks', () => {
    const queue = taskQueueOf('3f2a9c01-0000-4000-8000-000000000000');
    expect([queue, controlQueueOf(queue)]).to.deep.equal(['docbatch-3f2a9c01', 'docbatch-3f2a9c01-control']);
  });
});
