import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The floors of the house: a folder may not import what is named here. */
const mayNotImport = {
  core: ['harness', 'scenarios', 'results', 'report', 'bench'],
  results: ['harness', 'scenarios', 'report', 'bench'],
  report: ['harness', 'scenarios', 'bench'],
  scenarios: ['report', 'bench'],
};

/** The rooms of the harness, and which other rooms each may import. The command line alone may reach every floor. */
const rooms = {
  schedule: ['fleet', 'observe', 'runtimes', 'image', 'meters', 'host', 'process', 'contract'],
  fleet: ['observe', 'runtimes', 'guest', 'meters', 'host', 'process', 'contract', 'parse'],
  observe: ['runtimes', 'guest', 'meters', 'contract', 'parse', 'facts'],
  runtimes: ['guest', 'meters', 'image', 'host', 'process', 'contract', 'parse'],
  image: ['host', 'process'],
  guest: ['process', 'parse', 'facts'],
  meters: ['process', 'parse'],
  host: ['process', 'parse'],
  contract: ['parse'],
  process: ['parse'],
  parse: [],
  facts: [],
};

const refuse = (files, regex, what) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex, message: `${what} (see docs/architecture.md)` }] },
    ],
  },
});

const floors = [
  ...Object.entries(mayNotImport).map(([floor, above]) => {
    const inHarness = floor === 'scenarios' ? '|harness/(?!contract/|parse/|facts/)' : '';
    return refuse(
      [`${floor}/**/*.ts`],
      `^(\\.\\./)+(?:(?:${above.join('|')})/${inHarness})`,
      `${floor}/ may not import this`,
    );
  }),
  ...Object.entries(rooms).map(([room, below]) => {
    const others = ['cli', ...Object.keys(rooms)].filter((other) => other !== room && !below.includes(other));
    return refuse(
      [`harness/${room}/**/*.ts`],
      `^(\\.\\./)+(?:${['scenarios', 'report', 'bench', ...others].join('|')})/`,
      `harness/${room}/ may import of the harness only ${below.join(', ') || 'itself'}`,
    );
  }),
];

/** The commands that read records alone, and what all commands share, reach nothing that touches the machine. */
const recordsAlone = {
  ...refuse(
    ['harness/cli/*.ts', 'harness/cli/records/**/*.ts'],
    `^(?:\\./|(?:\\.\\./)+)(?:${['machine', 'scenarios', 'bench', ...Object.keys(rooms)].join('|')})/`,
    'outside harness/cli/machine/ the command line may not import what touches the machine',
  ),
  // It names all commands.
  ignores: ['harness/cli/main.ts'],
};

/** The library of statistics takes numbers and gives numbers: it knows nothing of records. */
const statisticsAlone = {
  files: ['results/statistics/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '^\\.\\./(?!\\.\\./core/)',
            message: 'results/statistics may import only core/ (see docs/architecture.md)',
          },
        ],
      },
    ],
  },
};

/** The document of verdicts and its forms know no command: every command that judges uses them. */
const verdictsAlone = {
  files: ['results/verdicts/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '^(\\.\\./)+(?!\\.\\./|core/|marks\\.ts|document\\.ts)',
            message: 'results/verdicts may import only core/ and results/marks.ts (see docs/architecture.md)',
          },
        ],
      },
    ],
  },
};

/** Text reaches a terminal or a log through `Io` alone, which cleans it (core/printed.ts). */
const oneWayOut = {
  files: ['core/**/*.ts', 'harness/**/*.ts', 'report/**/*.ts', 'results/**/*.ts', 'scenarios/**/*.ts'],
  ignores: [
    // The way out itself.
    'harness/cli/terminal.ts',
    // Programs of the build, which print the names of files of this repository.
    'results/schema/publish.ts',
    'scenarios/publish-metrics.ts',
  ],
  rules: {
    'no-console': 'error',
    'no-restricted-syntax': [
      'error',
      {
        selector:
          'CallExpression[callee.property.name="write"][callee.object.property.name=/^std(out|err)$/]',
        message: 'print through Io: it takes out what acts on a terminal or a log',
      },
      {
        selector: 'CallExpression[callee.object.name="io"] CallExpression[callee.object.name="JSON"]',
        message: 'print jsonText(value): it escapes what Io would take out',
      },
      {
        selector: 'ImportSpecifier[imported.name="styleText"]',
        message: 'colour with colouredLine (core/printed.ts): Io takes out all other colours',
      },
    ],
  },
};

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
  recordsAlone,
  statisticsAlone,
  verdictsAlone,
  oneWayOut,
  {
    files: ['core/printed.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
