import { expect } from 'chai';
import { createRoom } from '../../../src/engine/room.ts';

describe('room in memory', () => {
  const never = new AbortController().signal;
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('is for many small ones or a few large ones, in the order in which they came', async () => {
    const room = createRoom(10);
    const had: string[] = [];
    const leaves: (() => void)[] = [];
    const take = (name: string, size: number) =>
      void room.take(size, never).then((leave) => (had.push(name), leaves.push(leave)));
    take('a', 4);
    take('b', 4);
    take('large', 90);
    take('c', 1);
    await settle();
    expect(had).to.deep.equal(['a', 'b']);
    leaves[0]!();
    leaves[0]!();
    await settle();
    expect(had).to.deep.equal(['a', 'b']);
    leaves[1]!();
    await settle();
    expect(had).to.deep.equal(['a', 'b', 'large']);
    leaves[2]!();
    await settle();
    expect(had).to.deep.equal(['a', 'b', 'large', 'c']);
  });

  it('lets those behind one that is aborted go on', async () => {
    const room = createRoom(10);
    const leave = await room.take(6, never);
    const abort = new AbortController();
    const large = room.take(8, abort.signal).catch((reason: unknown) => reason);
    const small = room.take(4, never);
    abort.abort(new Error('stop'));
    expect(await large).to.have.property('message', 'stop');
    (await small)();
    leave();
    (await room.take(10, never))();
  });
});
