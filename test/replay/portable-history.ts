import { hostname, userInfo } from 'node:os';
import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
export type History = proto.temporal.api.history.v1.IHistory;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What replay does not ask for and what differs from machine to machine. */
const DROPPED = new Set(['taskId', 'identity', 'workerVersion', 'stackTrace', 'normalName']);

/**
 * A recorded history as it is committed: one event per line, without this machine's paths, host and user, also inside
 * payloads. `folder` becomes `/project`.
 */
export function portableHistory(history: History, folder: string): string {
  const private_: [string, string][] = [
    [folder, '/project'],
    [hostname(), 'host'],
    [userInfo().homedir, '/home'],
  ];
  const clean = (text: string) =>
    private_.reduce((all, [from, to]) => all.replaceAll(from, to), text).replace(/\d+@(?=host)/, '');
  // Not the SDK's historyToJSON: 1.24.0 fails on it when npm gives each of its packages a protobufjs of its own.
  const plain = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  const events = (plain.events as Json[]).map((event) => JSON.stringify(portable(event, clean)));
  return `{"events":[\n${events.join(',\n')}\n]}\n`;
}

/** What `portableHistory` wrote, for the replayer. */
export function readHistory(text: string): History {
  return History.fromObject(JSON.parse(text) as object);
}

function portable(value: Json, clean: (text: string) => string): Json {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => portable(item, clean));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key]) => !DROPPED.has(key))
    .map(([key, item]) => [key, isPayload(value, key) ? inBase64(item, clean) : portable(item, clean)]);
  return Object.fromEntries(entries) as Json;
}

function isPayload(owner: { [key: string]: Json }, key: string): boolean {
  return key === 'data' && 'metadata' in owner;
}

function inBase64(data: Json | undefined, clean: (text: string) => string): string {
  return Buffer.from(clean(Buffer.from(data as string, 'base64').toString())).toString('base64');
}
