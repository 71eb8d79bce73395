import { seenBatchMs } from '../src/db/batch-savings.ts';
import type { Database } from '../src/db/database.ts';
import type { Selection } from '../src/db/candidates.ts';
import type { ChosenMode, Optimization } from '../src/domain/choose-mode.ts';
import { chooseMode, TYPICAL_BATCH_MS } from '../src/domain/choose-mode.ts';
import { formatUsd } from '../src/domain/money.ts';
import { preview } from '../src/intake/preview.ts';
import type { Source } from '../src/sources/resolve-sources.ts';
import type { ChosenRecipe } from './chosen-recipe.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';
import type { RunEstimate } from './estimate-run.ts';
import { estimateRun, SAMPLE } from './estimate-run.ts';
import type { DocumentGroup } from './group-documents.ts';
import { groupDocuments } from './group-documents.ts';
import type { Grouping } from './groupings.ts';
import { MOST_GROUPED } from './groupings.ts';
import { formatBytes } from './output/bytes.ts';
import { createReadingView } from './output/reading-view.ts';

export interface PlanRequest {
  sources: readonly Source[];
  selection: Pick<Selection, 'all' | 'rerun' | 'limit' | 'sample'>;
  chosen: ChosenRecipe;
  groupBy: Grouping;
  optimize: Optimization | null;
  /** Milliseconds since 1970; null: none. */
  deadlineAtMs: number | null;
  parallel: number;
  passwordsFile: string | null;
  /** Of the run's settings. */
  cache: boolean;
}

export interface PlannedGroup extends DocumentGroup {
  /** What it costs online; null without Claude. */
  onlineNanoUsd: number | null;
  batchNanoUsd: number | null;
}

export interface RunPlan {
  groups: PlannedGroup[];
  /** Null when nothing was to be optimized. */
  choice: ChosenMode | null;
  /** What all of it costs online; null without Claude. */
  online: Pick<RunEstimate, 'lowNanoUsd' | 'likelyNanoUsd' | 'highNanoUsd'> | null;
}

const SHOWN = 20;

/** What goes together, what each group costs in either mode, and which mode the run takes. Nothing is written. */
export async function planRun(context: CliContext, db: Database, request: PlanRequest): Promise<RunPlan> {
  const { sources, selection, chosen, groupBy, optimize, deadlineAtMs, parallel, passwordsFile, cache } =
    request;
  const { recipe, loaded } = chosen;
  const signal = context.interrupted;
  const view = createReadingView(context, { plain: false });
  const ahead = await preview(db, {
    ...{ sources, selection, recipe, signal },
    ...{ sampleSize: SAMPLE, listUpTo: MOST_GROUPED },
    onRead: view.onRead,
  }).finally(view.stop);
  const documents = ahead.listed;
  const count = (ahead.sampled?.groups ?? []).reduce((sum, group) => sum + group.documents, 0);
  if (count > MOST_GROUPED) {
    throw new CliError(`Expected at most ${MOST_GROUPED} documents to group, got ${count}`, {
      why: '`--group-by` and `--optimize` look at every document before the run',
      next: `take a part with --limit ${MOST_GROUPED}, or leave --group-by and --optimize out`,
    });
  }
  const groups = await groupDocuments(context, db, documents, groupBy);
  if (loaded === null || documents.length === 0) {
    return {
      groups: groups.map((group) => ({ ...group, onlineNanoUsd: null, batchNanoUsd: null })),
      choice: null,
      online: null,
    };
  }
  const estimate = await estimateRun(context, db, {
    ...{ chosen: ahead.sampled!, recipeId: ahead.recipeId, usesCache: cache, loaded },
    ...{ recipe: { ...recipe, analyzer: 'claude' }, passwordsFile, keepTexts: false },
  });
  const choice =
    optimize === null
      ? null
      : chooseMode({
          optimize,
          deadlineMs: deadlineAtMs === null ? null : deadlineAtMs - Date.now(),
          batchMs: (await seenBatchMs(db)) ?? TYPICAL_BATCH_MS,
          onlineMs: ahead.observed === null ? null : (ahead.observed.meanMs * documents.length) / parallel,
        });
  const { lowNanoUsd, likelyNanoUsd, highNanoUsd } = estimate;
  const online = { lowNanoUsd, likelyNanoUsd, highNanoUsd };
  return { groups: withCosts(groups, estimate), choice, online };
}

/** The larger share of the text pays the larger share of the bill. */
function withCosts(groups: readonly DocumentGroup[], { likelyNanoUsd }: RunEstimate): PlannedGroup[] {
  const all = groups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return groups.map((group) => {
    const online = all === 0 ? 0 : Math.round((likelyNanoUsd * group.sizeBytes) / all);
    return { ...group, onlineNanoUsd: online, batchNanoUsd: Math.ceil(online / 2) };
  });
}

/** One line per group, the mode with its reason, and what that saves. */
export function describePlan({ groups, choice, online }: RunPlan, groupBy: Grouping): string[] {
  const documents = groups.reduce((sum, group) => sum + group.documents, 0);
  const lines = [`Groups by ${groupBy}: ${groups.length} of ${documents} documents`];
  for (const group of groups.slice(0, SHOWN)) lines.push(`  ${describeGroup(group, choice)}`);
  const rest = groups.slice(SHOWN);
  if (rest.length > 0) {
    const left = rest.reduce((sum, group) => sum + group.documents, 0);
    lines.push(`  … and ${rest.length} more with ${left} documents`);
  }
  if (choice === null || online === null) return lines;
  const { lowNanoUsd, likelyNanoUsd, highNanoUsd } = online;
  const half = (nanoUsd: number, digits = 2) => formatUsd(nanoUsd / 2, digits);
  const saving = `about ${half(likelyNanoUsd, 3)} (${half(lowNanoUsd)} to ${half(highNanoUsd)}) of ${formatUsd(likelyNanoUsd, 3)}`;
  lines.push(
    choice.analyzer === 'claude-batch'
      ? `By the batch: ${choice.why}; will save ${saving}`
      : `Online: ${choice.why}; by the batch ${saving} would be saved`,
  );
  return lines;
}

function describeGroup(group: PlannedGroup, choice: ChosenMode | null): string {
  const { name, documents, sizeBytes, onlineNanoUsd, batchNanoUsd } = group;
  const costs =
    onlineNanoUsd === null
      ? null
      : `about ${formatUsd(onlineNanoUsd)} online, ${formatUsd(batchNanoUsd ?? 0)} by the batch`;
  const mode = choice === null ? null : choice.analyzer === 'claude' ? 'online' : 'by the batch';
  const parts = [
    `${String(documents).padStart(6)}  ${name}`,
    formatBytes(sizeBytes),
    costs,
    mode && `→ ${mode}`,
  ];
  return parts.filter((part) => part !== null).join('  ');
}
