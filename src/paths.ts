import { fileURLToPath } from 'node:url';

/** The folder of docbatch's own package.json, the same from source and from `dist`. */
export const packageRoot = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')));
