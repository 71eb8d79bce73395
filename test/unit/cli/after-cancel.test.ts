import { expect } from 'chai';
import { afterCancel } from '../../../cli/actions/provider-batches/after-cancel.ts';
import type { BatchStatus } from '../../../src/domain/batch.ts';

describe('what is said after provider batches were cancelled', () => {
  const said = (status: BatchStatus) =>
    afterCancel({}, { id: '0b5e1c3a-0000-4000-8000-000000000000', status });

  it('names resume only where something is left to resume', () => {
    for (const status of ['processing', 'paused', 'halted', 'terminated'] as const)
      expect(said(status)).to.include('docbatch resume ');
    for (const status of ['completed', 'completed_with_failures', 'cancelled'] as const)
      expect(said(status)).to.include(status).and.not.include('resume');
  });

  it('names retry where documents failed or were cancelled', () => {
    expect(said('completed')).to.not.include('retry');
    expect(said('completed_with_failures')).to.include('docbatch retry ');
    expect(said('cancelled')).to.include('docbatch retry ');
  });
});
