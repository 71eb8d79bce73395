import { expect } from 'chai';
import { scheduledBatchName } from '../../../src/domain/scheduled-batch.ts';

describe('scheduledBatchName', () => {
  const name = (at: string, timeZone: string) => scheduledBatchName('nightly', new Date(at), timeZone);

  it('names a run by the clock of its zone', () => {
    expect(name('2026-11-25T02:00:00Z', 'UTC')).to.equal('nightly-2026-11-25-0200');
    expect(name('2026-11-25T01:00:00Z', 'Europe/Berlin')).to.equal('nightly-2026-11-25-0200');
    expect(name('2026-06-30T22:30:00Z', 'Europe/Berlin')).to.equal('nightly-2026-07-01-0030');
  });

  it('writes midnight as 0000', () => {
    expect(name('2026-01-01T00:00:00Z', 'UTC')).to.equal('nightly-2026-01-01-0000');
  });

  it('tells a triggered run from the one that is due in the same minute', () => {
    expect(name('2026-11-25T02:00:07Z', 'UTC')).to.equal('nightly-2026-11-25-020007');
  });
});
