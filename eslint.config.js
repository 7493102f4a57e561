import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Sizes are a compass, not a law: they warn.
 * @type {import('eslint').Linter.RulesRecord}
 */
const sizes = {
  'max-lines': ['warn', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['warn', { max: 80, skipBlankLines: true, skipComments: true }],
  'max-params': ['warn', { max: 6 }],
};

/**
 * What JSON.parse and untyped CommonJS give is `any`; plain JavaScript cannot annotate every use of it.
 * @type {import('eslint').Linter.RulesRecord}
 */
const unsafe = Object.fromEntries(
  ['argument', 'assignment', 'call', 'member-access', 'return'].map((use) => [`@typescript-eslint/no-unsafe-${use}`, 'off']),
);

/** What API layers do without: they have no current context, and pass on that of the request. */
const explicitContext = [
  { name: '@doul/rpc', importNames: ['RpcClient', 'rpcClient'], message: 'Use ApiClient or apiClient: each call says whose it is.' },
  {
    name: '@doul/runtime',
    importNames: ['countCall', 'currentContext', 'runInContext'],
    message: 'Pass the context of the request on: { context: call }.',
  },
];

export default defineConfig(
  globalIgnores(['dist/', 'node_modules/', '.doul/', 'coverage/', 'libs/contracts/gen/']),
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...sizes,
      eqeqeq: 'error',
      'no-console': 'error',
      'no-implicit-coercion': ['error', { boolean: false }],
      'no-param-reassign': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals; enums come from proto only.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
      ],
      'no-return-assign': ['error', 'except-parens'],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      // What was caught is thrown on as it is.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Handlers of an interface are async whether or not they wait.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The first run in a context makes every promise of the process cost more, and a call that names no context would be nobody's.
    files: ['apps/*/api/**', 'libs/cards/**', 'libs/http/**'],
    ignores: ['**/*spec.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: explicitContext }] },
  },
  {
    // Commands talk to a terminal.
    files: ['tools/**', '**/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*spec.ts', '**/test/**', 'libs/testing/**'],
    rules: {
      ...unsafe,
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.js'], rules: unsafe },
  { files: ['*.config.*', '.dependency-cruiser.js', '**/migrations/*.ts', '**/data-source.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
