import { commandLine } from './command-name.ts';

const examples: Record<string, readonly string[]> = {
  '': ['process ./documents', 'monitor', 'report last --format md --output report.md'],
  process: [
    'process ./documents --parallel 10 --max-failures 5%',
    "process 'contracts/**/*.pdf' --dry-run",
    'process --all --limit 500 --out ./answers',
    'process --file invoice.pdf',
    "process ./documents --analyzer 'exec:python3 read.py' --timeout 2m",
  ],
  add: ['add ./documents', 'add --manifest list.csv'],
  status: ['status', 'status last --json'],
  list: ['list --status halted', 'list --limit 10 --json'],
  monitor: ['monitor', 'monitor last --json'],
  wait: ['wait last'],
  report: ['report last', 'report last --format csv --output report.csv'],
  results: ['results invoice.pdf', 'results 1a2b3c4d --json'],
  export: ['export last --format jsonl --output results.jsonl', 'export --all --format csv --output all.csv'],
  retry: ['retry last --only transient', "retry last --match '*.pdf' --timeout 30m", 'retry last --dry-run'],
  pause: ['pause', 'pause --all --reason "the provider is down"', 'pause last --now'],
  resume: ['resume last', 'resume --all --detach'],
  cancel: ['cancel last --reason "the wrong folder"'],
  set: ['set last --parallel 20', 'set last --max-failures 20%'],
  'schedule create': [
    "schedule create nightly ./documents --cron '0 2 * * *' --tz Europe/Berlin",
    "schedule create hourly --all --cron '@hourly' --max-failures 10%",
  ],
  'schedule list': ['schedule list'],
  'schedule show': ['schedule show nightly'],
  'schedule trigger': ['schedule trigger nightly'],
  'schedule pause': ['schedule pause nightly --reason holidays'],
  'schedule unpause': ['schedule unpause nightly'],
  'schedule delete': ['schedule delete nightly'],
  skip: ['skip draft.docx --reason "a copy"', "skip --match 'old/*.pdf'", 'skip --undo draft.docx'],
  prune: ['prune --older-than 30d --dry-run', 'prune --older-than 30d --yes'],
  extract: ['extract contract.pdf --parts', 'extract mail.eml --member offer.csv'],
  formats: ['formats'],
  'profile list': ['profile list'],
  'profile show': ['profile show invoice'],
  'profile check': ['profile check invoice'],
  'profile init': ['profile init orders'],
  'profile try': ['profile try invoice invoice.pdf'],
  cost: ['cost last', 'cost --since 7d'],
  quota: ['quota'],
  'provider-batches list': ['provider-batches list last'],
  'provider-batches cancel': ['provider-batches cancel last'],
  up: ['up'],
  down: ['down'],
  dev: ['dev'],
  where: ['where'],
  logs: ['logs', 'logs postgres --lines 20', 'logs worker --follow'],
  destroy: ['destroy'],
  doctor: ['doctor', 'doctor --bundle help.tar.gz'],
  migrate: ['migrate --dry-run', 'migrate'],
  worker: ['worker --slots 64', 'worker --metrics-address 127.0.0.1:9464'],
};

/** What `--help` of a command ends with; empty for a group, whose commands have their own. */
export function exampleText(env: NodeJS.ProcessEnv, path: string): string {
  const lines = (examples[path] ?? []).map((example) => `  ${commandLine(env, example)}`);
  if (lines.length === 0) return '';
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}
