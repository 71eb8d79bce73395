import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export interface LossyProxy {
  /** The same database, through the proxy. */
  url: string;
  /** From now on every third group commit, and every tenth COMMIT, takes effect, and its connection breaks before the answer. */
  loseAnswers(isOn: boolean): void;
  lost(): number;
  close(): Promise<void>;
}

/** `ReadyForQuery`, idle: the server is done with what was sent. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isOn = false;
  let groups = 0;
  let commits = 0;
  let lost = 0;
  const mustLose = (sent: Buffer): boolean => {
    if (!isOn) return false;
    if (sent.includes('from_state text, state text')) return (groups += 1) % 3 === 0;
    return sent.includes('COMMIT\0') && (commits += 1) % 10 === 0;
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let losing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (sent) => {
      losing ||= mustLose(sent);
      upstream.write(sent);
    });
    upstream.on('data', (answer) => {
      if (!losing) client.write(answer);
      else if (answer.subarray(-READY.length).equals(READY)) {
        lost += 1;
        client.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    loseAnswers: (on) => (isOn = on),
    lost: () => lost,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
