import type { AnalysisInput, Analyzer, Json } from '../domain/analyzer.ts';
import type { Profile } from '../domain/profile.ts';
import type { ClaudeDeps } from './claude/create-claude.ts';
import { createClaudeAnalyzer } from './claude/create-claude.ts';
import { createExecAnalyzer } from './exec.ts';
import { createHttpAnalyzer } from './http.ts';
import type { LocalInput } from './local/answer.ts';
import { localVersion } from './local/version.ts';
import { redact } from '../redact.ts';

export interface AnalyzerDeps {
  /** Runs `answerLocally` of local/answer.ts in a child process: document text never meets the worker's main thread. */
  answerLocally: (input: LocalInput, timeoutMs: number, signal: AbortSignal) => Promise<Json>;
  /** What programs inherit, less our own secrets. */
  env: NodeJS.ProcessEnv;
  /** Where programs run. @default the working directory */
  cwd?: string;
  /** What `claude` needs besides; other analyzers do without. */
  claude?: Omit<ClaudeDeps, 'env' | 'baseUrl'>;
}

/**
 * The analyzer of a spec as the user wrote it, with the parameters of its recipe; throws an Error that lists the kinds
 * when it is none of them.
 */
export function createAnalyzer(
  spec: string,
  deps: AnalyzerDeps,
  parameters: { [key: string]: Json } = {},
): Analyzer {
  const name = analyzerName(spec);
  switch (name) {
    case 'local':
      return createLocalAnalyzer(deps);
    case 'exec':
      return createExecAnalyzer(spec.slice('exec:'.length).trim(), { env: deps.env, cwd: deps.cwd });
    case 'http':
      return createHttpAnalyzer(spec);
    case 'claude':
    case 'claude-batch': {
      if (deps.claude === undefined || parameters.profile === undefined) {
        throw new Error(`The analyzer \`${name}\` needs a profile in its recipe`);
      }
      const { profile, baseUrl } = parameters as unknown as ClaudeParameters;
      const claude = { ...deps.claude, env: deps.env, baseUrl: baseUrl ?? null };
      return createClaudeAnalyzer(profile, claude, name);
    }
  }
}

/** What a recipe for Claude freezes. */
export interface ClaudeParameters {
  profile: Profile;
  /** Only when it is not Anthropic's own: what a simulator or a gateway answered is never taken for the real thing. */
  baseUrl?: string;
}

export type AnalyzerName = 'local' | 'exec' | 'http' | 'claude' | 'claude-batch';

/** Online or by the batch. */
export function isClaude(name: string): name is 'claude' | 'claude-batch' {
  return name === 'claude' || name === 'claude-batch';
}

/** The kind of a spec, shown as `analyzer: exec`; throws like `createAnalyzer`. */
export function analyzerName(spec: string): AnalyzerName {
  if (spec === 'local' || isClaude(spec)) return spec;
  if (/^exec:\s*\S/.test(spec)) return 'exec';
  if (/^https?:\/\//i.test(spec) && URL.canParse(spec)) return 'http';
  throw new Error(
    `Expected \`--analyzer\` to be \`local\`, \`exec:<command>\`, \`claude\`, \`claude-batch\`, \`http://<address>\` or \`https://<address>\`, got \`${redact(spec)}\``,
  );
}

function createLocalAnalyzer({ answerLocally }: AnalyzerDeps): Analyzer {
  return {
    name: 'local',
    version: localVersion,
    provider: 'local',
    makesCalls: false,
    cacheKey: () => `local/${localVersion}`,
    preflight: () => Promise.resolve(),
    async analyze({ name, mimeType, extraction, timeoutMs }: AnalysisInput, signal) {
      const answer = await answerLocally({ name, mimeType, extraction }, timeoutMs, signal);
      return { answer, calls: 0, callsOk: 0 };
    },
  };
}
