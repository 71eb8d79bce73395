import { cpus } from 'node:os';
import type { EngineRun } from './engine-run.ts';
import type { Work } from './simulated-model.ts';

export interface Bench {
  work: Work;
  parallel: number;
  retryDelayMs: number;
  /** All latencies of the model, divided by `parallel`. */
  idealSeconds: number;
  /** Of an engine that loses no time between two calls; see `perfectMs`. */
  perfectSeconds: number;
  runs: EngineRun[];
  medians: Record<EngineRun['engine'], Figures>;
}

/** Medians over the runs of one engine. */
export interface Figures {
  seconds: number;
  documentsPerSecond: number;
  overIdeal: number;
  /** Rate divided by the loop's rate. */
  againstLoop: number;
  cpuSecondsPer1000: number;
  peakRssBytes: number;
  commitsPerDocument: number;
  startUpSeconds: number;
}

export function figuresOf(
  runs: readonly EngineRun[],
  work: Work,
  idealSeconds: number,
  loopSeconds: number,
): Figures {
  const seconds = median(runs.map((run) => run.seconds));
  return {
    seconds,
    documentsPerSecond: work.documents / seconds,
    overIdeal: seconds / idealSeconds,
    againstLoop: loopSeconds / seconds,
    cpuSecondsPer1000: (median(runs.map(cpuOf)) / work.documents) * 1_000,
    peakRssBytes: median(runs.map((run) => run.peakRssBytes)),
    commitsPerDocument: median(runs.map((run) => run.commits)) / work.documents,
    startUpSeconds: median(runs.map((run) => run.startUpSeconds)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}

/** One line per run, as it ends. */
export function describeRun(run: EngineRun): string {
  const parts = Object.entries(run.cpuSeconds).map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`);
  const faults = run.faults.length === 0 ? '' : `; WRONG: ${run.faults.slice(0, 3).join(', ')}`;
  return `${run.engine.padEnd(8)} ${run.seconds.toFixed(2)} s; CPU s: ${parts.join(', ')}; foreign load ${run.foreignCores.toFixed(2)} cores${faults}`;
}

export function describeBench({
  work,
  parallel,
  idealSeconds,
  perfectSeconds,
  runs,
  medians,
}: Bench): string {
  const lines = [
    `${work.documents} documents, ${work.calls} calls, ${parallel} in parallel; ${cpus().length} cores (${cpus()[0]?.model.trim() ?? '?'}), Node ${process.versions.node}`,
    '',
    row(
      '',
      'seconds',
      'docs/s',
      '× ideal',
      '× loop rate',
      'CPU s/1,000',
      'RSS MB',
      'commits/doc',
      'start-up s',
    ),
    row('ideal', idealSeconds.toFixed(2), (work.documents / idealSeconds).toFixed(0), '1.000'),
    row(
      'perfect',
      perfectSeconds.toFixed(2),
      (work.documents / perfectSeconds).toFixed(0),
      (perfectSeconds / idealSeconds).toFixed(3),
      (medians.loop.seconds / perfectSeconds).toFixed(3),
    ),
    ...(['docbatch', 'loop'] as const).map((engine) => {
      const figures = medians[engine];
      return row(
        engine,
        `${figures.seconds.toFixed(2)} ${range(runs, engine)}`,
        figures.documentsPerSecond.toFixed(0),
        figures.overIdeal.toFixed(3),
        figures.againstLoop.toFixed(3),
        figures.cpuSecondsPer1000.toFixed(2),
        (figures.peakRssBytes / 2 ** 20).toFixed(0),
        figures.commitsPerDocument.toFixed(2),
        figures.startUpSeconds.toFixed(2),
      );
    }),
  ];
  const kills = runs.filter((run) => run.kill !== null);
  if (kills.length > 0) lines.push('', 'After kill -9 in the middle:');
  for (const { engine, kill } of kills) {
    lines.push(
      `  ${engine.padEnd(8)} first call ${kill!.firstCall.toFixed(2)} s, first new document ${kill!.firstNewDocument.toFixed(2)} s, ${kill!.repeatedCalls} calls repeated`,
    );
  }
  return lines.join('\n');
}

function cpuOf(run: EngineRun): number {
  return Object.values(run.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
}

function range(runs: readonly EngineRun[], engine: EngineRun['engine']): string {
  const seconds = runs.filter((run) => run.engine === engine).map((run) => run.seconds);
  return `(${Math.min(...seconds).toFixed(1)}–${Math.max(...seconds).toFixed(1)})`;
}

function row(...cells: string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(index === 1 ? 19 : 12)))
    .join('')
    .trimEnd();
}
