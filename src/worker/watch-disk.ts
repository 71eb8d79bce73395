import { statfs } from 'node:fs/promises';
import type { Client } from '../client/connect.ts';
import { wakeBatch } from '../client/start-batch.ts';
import type { Database } from '../db/database.ts';
import { haltAll } from '../db/halt-all.ts';

export interface DiskLimit {
  /** The folder that holds PostgreSQL's and Temporal's data. */
  folder: string;
  minFreeBytes: number;
}

/** Halts what runs while the disk of the embedded servers has less than `minFreeBytes` left: before they fail. */
export async function watchDisk(
  db: Database,
  client: Client,
  { folder, minFreeBytes }: DiskLimit,
): Promise<void> {
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes >= minFreeBytes) return;
  const detail = `${gigabytes(freeBytes)} are free on the disk of \`${folder}\`; ${gigabytes(minFreeBytes)} are needed`;
  for (const { workflowId } of await haltAll(db, { reason: 'disk_full', detail })) {
    if (workflowId !== null) await wakeBatch(client, workflowId);
  }
}

/** What a process without root's reserve may still write. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
