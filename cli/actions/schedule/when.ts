import { Cron } from 'croner';
import { CliError } from '../../context.ts';

/** What Temporal understands in each of the five fields; other dialects (seconds, L, W, #, @every) are told apart here. */
const FIELDS = [
  ['minute', /^[\d*,/-]+$/],
  ['hour', /^[\d*,/-]+$/],
  ['day of month', /^[\d*,/-]+$/],
  ['month', /^(?:[\d*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+$/i],
  ['day of week', /^(?:[\d*,/-]|sun|mon|tue|wed|thu|fri|sat)+$/i],
] as const;
const SHORTHANDS = ['@yearly', '@monthly', '@weekly', '@daily', '@hourly'];
const EXAMPLE = `quote it, as in --cron '0 2 * * *' (every night at two)`;

/** Throws before anything is written when the expression or the zone means nothing, or never comes. */
export function checkWhen(cron: string, timeZone: string): void {
  checkTimeZone(timeZone);
  const why = whatIsWrong(cron.trim(), timeZone);
  if (why !== null) throw new CliError(`Cannot use \`--cron ${cron}\``, { why, next: EXAMPLE });
}

function whatIsWrong(cron: string, timeZone: string): string | null {
  if (/^(CRON_)?TZ=/.test(cron)) return 'the time zone goes into `--tz`';
  if (!SHORTHANDS.includes(cron)) {
    const fields = cron.split(/\s+/);
    if (fields.length !== FIELDS.length) {
      return `expected five fields (${FIELDS.map(([name]) => name).join(', ')}) or ${SHORTHANDS.join(', ')}, got ${cron === '' ? 'none' : fields.length}`;
    }
    for (const [index, [name, allowed]] of FIELDS.entries()) {
      if (!allowed.test(fields[index]!)) return `\`${fields[index]!}\` is no ${name}`;
    }
  }
  try {
    const isEver = new Cron(cron, { timezone: timeZone, mode: '5-part', domAndDow: true }).nextRun() !== null;
    return isEver ? null : 'it never comes: no such day exists';
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '');
  }
}

/** Both days given: unlike the cron of Unix, Temporal wants both to match. */
export function wantsBothDays(cron: string): boolean {
  const [, , dayOfMonth, , dayOfWeek] = cron.trim().split(/\s+/);
  return dayOfWeek !== undefined && dayOfMonth !== '*' && dayOfWeek !== '*';
}

function checkTimeZone(timeZone: string): void {
  const known = Intl.supportedValuesOf('timeZone');
  try {
    const { timeZone: found } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
    // The server reads zones as files, where `europe/berlin` and `+01:00` are none.
    if (found === timeZone || (!/^[+-]\d/.test(timeZone) && timeZone !== timeZone.toLowerCase())) return;
  } catch {
    // Not a zone; said below.
  }
  const wanted = timeZone.toLowerCase().replaceAll(' ', '_');
  const near = known.filter((zone) => zone.toLowerCase().includes(wanted)).slice(0, 5);
  throw new CliError(`Cannot use \`--tz ${timeZone}\``, {
    why: 'expected the name of a time zone, as in Europe/Berlin, America/New_York or UTC',
    next: near.length > 0 && wanted !== '' ? `--tz ${near.join(' or --tz ')}` : '--tz UTC',
  });
}
