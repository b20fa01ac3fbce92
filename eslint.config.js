import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The floors of the house: a folder may import only what is named below it here. */
const mayNotImport = {
  core: ['harness', 'scenarios', 'results', 'report', 'bench'],
  results: ['harness', 'scenarios', 'report', 'bench'],
  report: ['harness', 'scenarios', 'bench'],
  scenarios: ['report', 'bench'],
  harness: ['report', 'bench'],
};

const floors = Object.entries(mayNotImport).map(([floor, above]) => ({
  files: [`${floor}/**/*.ts`],
  // The command line is the one place that may reach every floor.
  ignores: ['harness/cli/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: above.map((folder) => ({
          regex: `^(\\.\\./)+${folder}/`,
          message: `${floor}/ may not import ${folder}/ (see docs/architecture.md)`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'runs/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['report/assets/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', window: 'readonly', matchMedia: 'readonly', Chart: 'readonly' },
    },
  },
  {
    files: ['test/fixtures/**/*.js', '*.config.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  ...floors,
);
