import { cpus } from 'node:os';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { SandboxOptions } from './pool.ts';

/** Where data for OCR lies, when it is not the shipped one. */
export function ocrFolder({ ocr, projectDir }: Pick<Config, 'ocr' | 'projectDir'>): string | null {
  return ocr.dataFolder === null ? null : resolve(projectDir, ocr.dataFolder);
}

/** `limits` of docbatch.yaml as the sandbox takes them. */
export function sandboxOptions(limits: Config['limits']): SandboxOptions {
  const { extractionProcesses, extractionHeapMb, extractionRssMb, stallSeconds, extractionSeconds, ...same } =
    limits;
  return {
    ...same,
    processes: extractionProcesses ?? Math.max(2, cpus().length),
    heapMb: extractionHeapMb,
    rssMb: extractionRssMb,
    stallMs: stallSeconds * 1000,
    totalMs: extractionSeconds * 1000,
  };
}
