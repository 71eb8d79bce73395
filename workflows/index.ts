export { BatchWorkflow } from './batch.ts';
