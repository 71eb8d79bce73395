import { crc32 } from 'node:zlib';

const NAME = 'r.zip';
/** So long that the blocks below come out at five bytes each. */
const HEAD_BYTES = 60;
const TAIL_BYTES = 253;

/**
 * A zip file whose only member is itself, byte for byte, made as R. Cox did (research.swtch.com/zip): deflate blocks that
 * are either so many bytes as they stand, or the last so many bytes once more.
 */
export function quineZip(): Buffer {
  const plain = withChecksum(0);
  // The checksum stands in what it is computed of; it changes with each of its bits alone, so that a few trials solve it.
  const base = crc32(plain);
  const columns = Array.from(
    { length: 32 },
    (_, bit) => crc32(withChecksum((1 << bit) >>> 0)) ^ base ^ (1 << bit),
  );
  return withChecksum(solve(columns, base));
}

function withChecksum(crc: number): Buffer {
  const sizeBytes =
    HEAD_BYTES + program(Buffer.alloc(HEAD_BYTES), Buffer.alloc(TAIL_BYTES)).length + TAIL_BYTES;
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt32LE(crc, 10);
  facts.writeUInt32LE(sizeBytes - HEAD_BYTES - TAIL_BYTES, 14);
  facts.writeUInt32LE(sizeBytes, 18);
  facts.writeUInt16LE(NAME.length, 22);
  const extra = Buffer.alloc(HEAD_BYTES - 30 - NAME.length);
  extra.writeUInt16LE(0xcafe, 0);
  extra.writeUInt16LE(extra.length - 4, 2);
  const local = Buffer.from(facts);
  local.writeUInt16LE(extra.length, 24);
  const head = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), local, Buffer.from(NAME), extra]);
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    facts,
    Buffer.alloc(14),
    Buffer.from(NAME),
  ]);
  const end = Buffer.alloc(TAIL_BYTES - directory.length);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(sizeBytes - TAIL_BYTES, 16);
  end.writeUInt16LE(end.length - 22, 20);
  const tail = Buffer.concat([directory, end]);
  return Buffer.concat([head, program(head, tail), tail]);
}

/** What unpacks to `head`, itself, and `tail`. */
function program(head: Buffer, tail: Buffer): Buffer {
  const toHead = HEAD_BYTES + 5;
  const toTail = TAIL_BYTES + 5;
  const units = [
    ...[literal(toHead), head, literal(toHead), again(toHead)],
    ...[literal(5), again(toHead), literal(5), literal(5)],
    ...[literal(20), again(toHead), literal(5), literal(5), literal(20), again(20)],
    ...[literal(20), again(20), literal(20), again(20), literal(20), again(20)],
    ...[literal(20), again(20), literal(0), literal(0), literal(toTail), again(20)],
    ...[literal(0), literal(0), literal(toTail), again(toTail, true), tail, again(toTail, true)],
  ];
  return Buffer.concat(units);
}

/** A stored block: the next `length` bytes. */
function literal(length: number): Buffer {
  const unit = Buffer.alloc(5);
  unit.writeUInt16LE(length, 1);
  unit.writeUInt16LE(length ^ 0xffff, 3);
  return unit;
}

/** The last `length` bytes once more, in 40 bits: matches as [length code, extra bits, distance code, extra bits]. */
function again(length: number, isLast = false): Buffer {
  const bits: number[] = [];
  const low = (value: number, count: number): void => {
    for (let bit = 0; bit < count; bit += 1) bits.push((value >> bit) & 1);
  };
  const code = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  const open = (isFinal: boolean): void => low(isFinal ? 3 : 2, 3);
  const close = (): void => code(0, 7);
  const match = (
    lengthCode: number,
    extra: [number, number],
    distance: number,
    far: [number, number],
  ): void => {
    if (lengthCode >= 280) code(0xc0 + lengthCode - 280, 8);
    else code(lengthCode - 256, 7);
    low(...extra);
    code(distance, 5);
    low(...far);
  };
  open(false);
  if (length === 20) {
    match(264, [0, 0], 8, [3, 3]);
    match(264, [0, 0], 8, [3, 3]);
  } else {
    if (length === 65) match(276, [65 - 59, 3], 12, [0, 5]);
    else match(285, [0, 0], 16, [1, 7]);
    close();
    open(isLast);
  }
  close();
  if (bits.length !== 40) throw new Error(`Expected 40 bits, got ${bits.length}`);
  const unit = Buffer.alloc(5);
  for (const [at, bit] of bits.entries()) unit[at >> 3]! |= bit << (at & 7);
  return unit;
}

/** The x with `columns` · x = `target`, over single bits. */
function solve(columns: number[], target: number): number {
  const rows = Array.from({ length: 32 }, (_, row) => {
    const left = columns.reduce(
      (bits, column, bit) => bits | (BigInt((column >>> row) & 1) << BigInt(bit)),
      0n,
    );
    return { left, right: (target >>> row) & 1 };
  });
  let x = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    const mask = 1n << BigInt(bit);
    const pivot = rows.findIndex((row, at) => at >= bit && (row.left & mask) !== 0n);
    if (pivot < 0) throw new Error('This quine has no checksum: change its name');
    [rows[bit], rows[pivot]] = [rows[pivot]!, rows[bit]!];
    for (const [at, row] of rows.entries()) {
      if (at === bit || (row.left & mask) === 0n) continue;
      row.left ^= rows[bit]!.left;
      row.right ^= rows[bit]!.right;
    }
  }
  for (const [bit, row] of rows.entries()) if (row.right === 1) x |= 1 << bit;
  return x >>> 0;
}
