import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerMigrate(register: Register): void {
  const command = new Command('migrate')
    .description('bring the tables up to date; adopts tables of the known names')
    .option('--yes', 'also in a database that holds other tables')
    .option('--dry-run', 'print the SQL; change nothing');
  register(
    command,
    lazily(() => import('../actions/migrate.ts'), 'migrate'),
  );
}
