import dns from 'node:dns';
import net from 'node:net';

/** Makes every connection and look-up of this process fail: a document must not reach out through its parser. */
export function forbidNetwork(): void {
  const refuse = (): never => {
    throw new Error('The network is closed while documents are read');
  };
  net.Socket.prototype.connect = refuse;
  dns.lookup = refuse as unknown as typeof dns.lookup;
  globalThis.fetch = refuse;
}
