import type { Client } from '@temporalio/client';

export interface FakeClient {
  client: Client;
  /** `<signal> <workflow id>`, in order. */
  signals: string[];
}

/** A Temporal client that knows only these workflows: what the server says of each, without a server. */
export function fakeClient(workflows: Record<string, { status: string; attempt?: number }>): FakeClient {
  const signals: string[] = [];
  const notFound = () =>
    Promise.reject(Object.assign(new Error('not found'), { name: 'WorkflowNotFoundError' }));
  const getHandle = (id: string) => {
    const known = workflows[id];
    if (known === undefined) return { describe: notFound, signal: notFound };
    const { status, attempt } = known;
    return {
      describe: () =>
        Promise.resolve({
          status: { name: status },
          raw: { pendingWorkflowTask: attempt === undefined ? null : { attempt } },
        }),
      signal: (name: string) => Promise.resolve(signals.push(`${name} ${id}`)),
    };
  };
  return { client: { workflow: { getHandle } } as unknown as Client, signals };
}
