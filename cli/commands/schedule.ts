import { Command } from 'commander';
import type { Register } from '../program.ts';
import { registerDelete, registerPauses, registerTrigger } from './schedule/control.ts';
import { registerCreate } from './schedule/create.ts';
import { registerListSchedules } from './schedule/list.ts';
import { registerShow } from './schedule/show.ts';

/** `schedule` is a group of commands; Temporal itself keeps and fires schedules. */
export function registerSchedule(register: Register): void {
  const group = new Command('schedule').description('process documents again and again, at fixed times');
  const registerIn: Register = (command, action) => register(command, action, group);
  registerCreate(registerIn);
  registerListSchedules(registerIn);
  registerShow(registerIn);
  registerTrigger(registerIn);
  registerPauses(registerIn);
  registerDelete(registerIn);
}
