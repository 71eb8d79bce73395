import { expect } from 'chai';
import { CliError } from '../../../cli/context.ts';
import { checkWhen, wantsBothDays } from '../../../cli/actions/schedule/when.ts';

describe('the time of a schedule', () => {
  const why = (cron: string, timeZone = 'UTC') => {
    try {
      checkWhen(cron, timeZone);
      return null;
    } catch (error) {
      expect(error).to.be.instanceOf(CliError);
      return `${(error as CliError).why ?? ''} → ${(error as CliError).next ?? ''}`;
    }
  };

  it('takes what Temporal takes', () => {
    for (const cron of ['* * * * *', '*/15 8-18 * * MON-FRI', '0 2 1,15 * *', '0 0 29 2 *', '@daily']) {
      expect(why(cron), cron).to.equal(null);
    }
    for (const timeZone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires']) {
      expect(why('0 2 * * *', timeZone), timeZone).to.equal(null);
    }
  });

  it('refuses other dialects and what is out of range, and says which part', () => {
    expect(why('61 * * * *')).to.include('minute');
    expect(why('0 2 * * * *')).to.include('five fields');
    expect(why('')).to.include('got none');
    expect(why('0 0 L * *')).to.include('`L` is no day of month');
    expect(why('0 0 * * FUNDAY')).to.include('`FUNDAY` is no day of week');
    expect(why('@every 5m')).to.include('five fields');
    expect(why('CRON_TZ=UTC 0 0 * * *')).to.include('--tz');
  });

  it('refuses a day that never comes', () => {
    expect(why('0 0 30 2 *')).to.include('never comes');
  });

  it('proposes the zone that was meant', () => {
    expect(why('0 2 * * *', 'Berlin')).to.include('--tz Europe/Berlin');
    expect(why('0 2 * * *', 'europe/berlin')).to.include('--tz Europe/Berlin');
    expect(why('0 2 * * *', 'new york')).to.include('--tz America/New_York');
    expect(why('0 2 * * *', '+02:00')).to.include('--tz UTC');
    expect(why('0 2 * * *', 'Mars/Olympus')).to.include('--tz UTC');
  });

  it('knows when both days are given, which Temporal takes as and', () => {
    expect(wantsBothDays('0 2 1 * MON')).to.equal(true);
    expect(wantsBothDays('0 2 * * MON')).to.equal(false);
    expect(wantsBothDays('@daily')).to.equal(false);
  });
});
