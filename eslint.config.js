import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const tests = ['**/test/**/*.ts', '**/*.test.ts']

export default defineConfig(
  globalIgnores(['**/dist/', '**/test/fixtures/', '**/.cache/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-warning-comments': 'error',
      // Numbers read well in messages; objects, null and undefined do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A method that implements an asynchronous port is async even without an await: what it throws must be a rejection.
      '@typescript-eslint/require-await': 'off',
      // `() => this.close()` and `if (late) return reject(error)` say the same as with braces.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `while (true)` with a break in the middle is the clearest form of some loops.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // `const { secret, ...rest }` drops a field; a parameter a signature demands may stay unused as `_name`.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A logger that says nothing is written with empty functions; empty blocks stay forbidden.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // A library speaks through the logger port.
    files: ['packages/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // Kysely's expression builders are made to be taken apart: `where(({ not, exists }) => …)`.
    files: ['packages/store-*/src/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: tests,
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[property.name='only'][object.name=/^(test|it|describe|suite|bench)$/]",
          message: 'With .only every other test of the file is silently skipped.',
        },
      ],
      // Tests look into JSON and broken values on purpose; a wrong guess fails the test anyway.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A fake reader that fails before its first page yields nothing.
      'require-yield': 'off',
    },
  },
  {
    // A type test declares things only to see whether they compile.
    files: ['**/*.test-d.ts'],
    rules: { '@typescript-eslint/no-unused-vars': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    // Plain JavaScript is outside the TypeScript project; the few such files are configuration and the bootstrap.
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
)
