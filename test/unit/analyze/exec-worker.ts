// Started by exec.test.ts as a worker to kill: runs its argument as an exec analyzer.
import { createExecAnalyzer } from '../../../src/analyze/exec.ts';
import { documentOf, never } from './support.ts';

await createExecAnalyzer(process.argv[2]!, { env: process.env }).analyze(documentOf(), never);
