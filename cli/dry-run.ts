import type { Selection } from '../src/db/candidates.ts';
import { ocrLanguages } from '../src/domain/ocr.ts';
import type { BatchSettings } from '../src/domain/batch.ts';
import { expectedTime, formatRange } from '../src/domain/progress.ts';
import type { Preview } from '../src/intake/preview.ts';
import { preview } from '../src/intake/preview.ts';
import type { Source } from '../src/sources/resolve-sources.ts';
import type { ChosenRecipe } from './chosen-recipe.ts';
import type { CliContext } from './context.ts';
import type { RunEstimate } from './estimate-run.ts';
import { describeOcr, estimateOcr } from './estimate-ocr.ts';
import { estimateRun, SAMPLE } from './estimate-run.ts';
import type { Grouping } from './groupings.ts';
import type { RunPlan } from './plan-run.ts';
import { describePlan } from './plan-run.ts';
import { describeHolders, documents, noDocumentYet } from './nothing-to-do.ts';
import { formatBytes } from './output/bytes.ts';
import { createReadingView } from './output/reading-view.ts';
import { describeEstimate } from './paid-run.ts';

export interface DryRun {
  sources: readonly Source[];
  selection: Pick<Selection, 'all' | 'rerun' | 'limit' | 'sample'>;
  chosen: ChosenRecipe;
  settings: BatchSettings;
  json: boolean;
  /** With `--group-by` or `--optimize`. */
  planned: { plan: RunPlan; groupBy: Grouping } | null;
}

/** Shows what `process` would run; PostgreSQL is read, and nothing is written anywhere. */
export async function dryRun(
  context: CliContext,
  { sources, selection, chosen: { recipe, loaded }, settings, json, planned }: DryRun,
): Promise<number> {
  const db = await context.database();
  const isRead = ocrLanguages(recipe.parameters) !== null;
  const sampleSize = loaded === null && !isRead ? 0 : SAMPLE;
  const request = { sources, selection, recipe, sampleSize, signal: context.interrupted };
  const view = createReadingView(context, { plain: json });
  const ahead = await preview(db, { ...request, onRead: view.onRead }).finally(view.stop);
  if (ahead.known === 0) throw noDocumentYet(context);
  const chosen = ahead.types.reduce((sum, { count }) => sum + count, 0);
  const { types, observed, sampled, listed: _listed, recipeId, ...judged } = ahead;
  const estimate =
    loaded === null || sampled === null || chosen === 0
      ? null
      : await estimateRun(context, db, {
          ...{
            chosen: sampled,
            recipeId,
            usesCache: settings.cache,
            loaded,
            recipe,
            keepTexts: false,
          },
          passwordsFile: settings.passwordsFile,
        });
  const ocr =
    !isRead || sampled === null ? null : await estimateOcr(context, sampled, settings.passwordsFile);
  const plan = {
    chosen,
    chunks: Math.ceil(chosen / settings.batchSize),
    parallel: settings.parallel,
    sizeBytes: types.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    types,
    // A provider batch takes its own time, whatever its documents took here.
    expectedMs:
      observed === null || recipe.analyzer === 'claude-batch'
        ? null
        : expectedTime(observed, chosen, settings.parallel),
    stillPending: judged.pending - chosen,
    analyzer: recipe.analyzer,
    estimate,
    ocr,
  };
  if (json) context.out(JSON.stringify({ dryRun: true, ...plan, ...judged, ...planned?.plan }, null, 2));
  else {
    show(context, plan, ahead);
    if (ocr !== null) context.out(describeOcr(ocr));
    if (loaded !== null && estimate !== null) context.out(describeEstimate(loaded, estimate));
    if (planned !== null) for (const line of describePlan(planned.plan, planned.groupBy)) context.out(line);
    context.err('Nothing was written.');
  }
  return 0;
}

type Plan = Pick<Preview, 'types'> & {
  chosen: number;
  chunks: number;
  parallel: number;
  sizeBytes: number;
  expectedMs: { from: number; to: number } | null;
  stillPending: number;
  analyzer: string;
  estimate: RunEstimate | null;
};

function show(context: CliContext, plan: Plan, ahead: Preview): void {
  const { chosen, chunks, parallel, sizeBytes, types, expectedMs, stillPending, analyzer } = plan;
  context.out(
    `Would process ${documents(chosen)} (${formatBytes(sizeBytes)}) in ${chunks === 1 ? '1 chunk' : `${chunks} chunks`}, ${parallel} at a time, analyzer: ${analyzer}`,
  );
  for (const { mimeType, count, sizeBytes: size } of types) {
    context.out(`  ${String(count).padStart(6)}  ${mimeType}  ${formatBytes(size)}`);
  }
  if (chosen > 0) {
    context.out(
      expectedMs === null
        ? analyzer === 'claude-batch'
          ? 'Expected time: as the provider finds time, mostly within 1 h, at most 24 h'
          : 'Expected time: unknown, nothing was processed with this analyzer yet'
        : `Expected time: ${formatRange(expectedMs)}, from ${documents(ahead.observed?.documents ?? 0)} processed earlier`,
    );
  }
  const rest = [
    ahead.unchanged > 0 ? `${ahead.unchanged} unchanged` : null,
    ahead.failed > 0 ? `${ahead.failed} failed earlier` : null,
    ahead.busy > 0 ? `${ahead.busy} in work in another batch` : null,
    ahead.skipped > 0 ? `${ahead.skipped} left out by skip` : null,
    stillPending > 0 ? `${stillPending} more stay pending` : null,
  ].filter((part) => part !== null);
  if (rest.length > 0) context.out(`Left out: ${rest.join(', ')}`);
  for (const line of describeHolders(context, ahead)) context.out(line);
}
