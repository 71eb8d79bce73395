/** A record of a PowerPoint 97–2003 file; containers hold further records in `data`. */
export interface PptRecord {
  type: number;
  instance: number;
  isContainer: boolean;
  data: Buffer;
  /** Of the record's header, in the stream that was cut. */
  offset: number;
}

export const pptTypes = {
  document: 1000,
  slide: 1006,
  notes: 1008,
  notesAtom: 1009,
  slidePersist: 1011,
  drawing: 1036,
  outlineTextRef: 3998,
  textHeader: 3999,
  textChars: 4000,
  textBytes: 4008,
  slideList: 4080,
  userEdit: 4085,
  persistDirectory: 6002,
  textbox: 0xf00d,
} as const;

const HEADER_BYTES = 8;

/** The records that lie one after another in `data`; stops at the first that is cut off. */
export function pptRecords(data: Buffer): PptRecord[] {
  const records: PptRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= data.length;) {
    const record = pptRecordAt(data, at);
    if (record === null) break;
    records.push(record);
    at += HEADER_BYTES + record.data.length;
  }
  return records;
}

export function pptRecordAt(data: Buffer, offset: number): PptRecord | null {
  if (offset < 0 || offset + HEADER_BYTES > data.length) return null;
  const head = data.readUInt16LE(offset);
  const length = data.readUInt32LE(offset + 4);
  const start = offset + HEADER_BYTES;
  if (start + length > data.length) return null;
  return {
    type: data.readUInt16LE(offset + 2),
    instance: head >> 4,
    isContainer: (head & 0xf) === 0xf,
    data: data.subarray(start, start + length),
    offset,
  };
}

/** All records of a type inside, at any depth, in order; does not look inside those found. */
export function pptRecordsInside(data: Buffer, type: number, maxDepth = 50): PptRecord[] {
  if (maxDepth === 0) return [];
  return pptRecords(data).flatMap((record) => {
    if (record.type === type) return [record];
    return record.isContainer ? pptRecordsInside(record.data, type, maxDepth - 1) : [];
  });
}
