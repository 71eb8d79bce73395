import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerDoctor(register: Register): void {
  const command = new Command('doctor')
    .description('check every part and say how to mend what is broken')
    .option('--json', 'as JSON')
    .option('--bundle <path>', 'also pack logs and settings, without secrets, into a .tar.gz or a folder');
  register(
    command,
    lazily(() => import('../actions/doctor.ts'), 'doctor'),
  );
}
