// Strict types everywhere, and the rooms of ARCHITECTURE.md: who may import whom.
import tseslint from 'typescript-eslint';

/** `files` may not import what matches `groups`; the message names the room. */
const room = (files, groups, ignores = []) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: groups.map((group) => ({
          regex: group,
          message: `Wrong room: see ARCHITECTURE.md, "Rooms".`,
        })),
      },
    ],
  },
});
const temporal = '^@temporalio/';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '**/.docbatch', 'scripts/*.mjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Our factories return plain objects whose functions never use `this`.
      '@typescript-eslint/unbound-method': 'off',
      'object-shorthand': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  room(['src/domain/**'], ['^(?!\\./)']),
  room(['workflows/**'], ['^(?!@temporalio/(workflow|common)$|\\./|\\.\\./src/domain/|\\.\\./activities/)']),
  room(['src/db/**'], [temporal, '/(extract|analyze|sandbox|sources|client|worker|engine|dev|cli)/']),
  room(
    ['src/extract/**', 'src/analyze/**', 'src/sandbox/**', 'src/sources/**', 'src/report/**'],
    [temporal, '^pg', '/(client|worker|engine|dev|cli)/'],
  ),
  room(['src/engine/**'], [temporal, '^pg', '/(client|worker|dev|cli)/']),
  room(['src/client/**'], ['^pg', '^@temporalio/(worker|activity|workflow)', '/(engine|worker|cli)/']),
  room(['activities/**'], ['^pg', '^@temporalio/(client|worker|workflow)', '/(client|worker|dev|cli)/']),
  room(['cli/**'], ['^pg', temporal, '/(engine)/']),
  {
    // A second rule of the same kind, so that it adds to the rooms above: the simulator counts and bills by code of its
    // own, and only one room knows the Anthropic SDK.
    files: ['src/**', 'cli/**', 'workflows/**', 'activities/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '/test/', message: 'The product never imports its tests.' }] },
      ],
    },
  },
  {
    files: ['src/**', 'cli/**', 'workflows/**', 'activities/**'],
    ignores: ['src/analyze/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '/test/', message: 'The product never imports its tests.' },
            { regex: '^@anthropic-ai/', message: `Wrong room: see ARCHITECTURE.md, "Rooms".` },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**', 'acceptance/**', 'bench/**'],
    rules: {
      'no-console': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
);
