import type { RequestStream } from '../../domain/provider-batch.ts';

const encoder = new TextEncoder();
const START = '{"requests":[';
const END = ']}';
/** Sent at once; the SDK would hold the whole body in memory three times over. */
const PIECE_CHARS = 65_536;

export interface CreateBody {
  /** Exact: some proxies take no body without it, and half a body is never taken for a whole one. */
  lengthBytes: number;
  pieces: AsyncIterable<Uint8Array>;
  /** Why our side could not go on reading; then nothing was made. */
  readFailure(): Error | null;
}

/** The JSON of a create call, piece by piece. */
export function createBody({ count, sizeBytes, read }: RequestStream): CreateBody {
  const around = encoder.encode(lineOf('0'.repeat(36), '')).length;
  let failure: Error | null = null;
  return {
    lengthBytes: START.length + END.length + sizeBytes + count * around + Math.max(0, count - 1),
    pieces: pieces(read, (error) => (failure = error)),
    readFailure: () => failure,
  };
}

async function* pieces(
  read: RequestStream['read'],
  onFailure: (error: Error) => void,
): AsyncIterable<Uint8Array> {
  let piece = START;
  let isFirst = true;
  try {
    for await (const { customId, body } of read()) {
      piece += `${isFirst ? '' : ','}${lineOf(customId, body)}`;
      isFirst = false;
      if (piece.length < PIECE_CHARS) continue;
      yield encoder.encode(piece);
      piece = '';
    }
  } catch (error) {
    onFailure(error as Error);
    throw error;
  }
  yield encoder.encode(piece + END);
}

function lineOf(customId: string, body: string): string {
  return `{"custom_id":"${customId}","params":${body}}`;
}
