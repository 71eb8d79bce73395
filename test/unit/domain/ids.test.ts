import { expect } from 'chai';
import fc from 'fast-check';
import { batchWorkflowId, shortId, taskQueues } from '../../../src/domain/ids.ts';

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

  it('keep control activities off the queue of the chunks', () => {
    expect(taskQueues.control).to.not.equal(taskQueues.batches);
  });
});
