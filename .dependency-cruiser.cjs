// The layers of the repository (docs/architecture.md). Each rule has a violation in test/import-rules.test.ts.
const src = '^(packages|apps)/[^/]+/src/';

/** Matches a package of npm, resolved or not. */
const npm = (name) => `((^|/)node_modules/${name}/|^${name}($|/))`;

module.exports = {
  forbidden: [
    {
      name: 'contracts-stand-alone',
      comment: 'contracts is the ground floor: it imports nothing of ours.',
      severity: 'error',
      from: { path: '^packages/contracts/src/' },
      to: { path: '^(packages/(?!contracts/)|apps/)' },
    },
    {
      name: 'first-floor-imports-only-contracts',
      comment: 'domain, bus, db and runtime know the contracts and nothing of each other.',
      severity: 'error',
      from: { path: '^packages/(domain|bus|db|runtime)/src/' },
      to: { path: '^(packages/(?!contracts/|$1/)|apps/)' },
    },
    {
      name: 'media-imports-only-contracts-and-runtime',
      comment:
        'Files are kept and opened the same way by gateway, engine and events, without a word to bus or database.',
      severity: 'error',
      from: { path: '^packages/media/src/' },
      to: { path: '^(packages/(?!contracts/|runtime/|media/)|apps/)' },
    },
    {
      name: 'only-media-imports-s3',
      severity: 'error',
      from: { path: src, pathNot: '^packages/media/' },
      to: { path: npm('@aws-sdk/[^/]+') },
    },
    {
      name: 'sandbox-and-launcher-stand-alone',
      comment: 'The simulated network must not share code with what it tests; the launcher only starts programs.',
      severity: 'error',
      from: { path: '^packages/(sandbox|launcher)/src/' },
      to: { path: '^(packages/(?!$1/)|apps/)' },
    },
    {
      name: 'testkit-only-in-tests',
      comment: 'What helps tests must not be part of the product.',
      severity: 'error',
      from: { path: src, pathNot: '^packages/testkit/' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Services meet on the bus and in the database only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/(?!$1/)' },
    },
    {
      name: 'only-bus-imports-nats',
      severity: 'error',
      from: { path: src, pathNot: '^packages/bus/' },
      to: { path: npm('nats') },
    },
    {
      name: 'only-db-imports-prisma',
      severity: 'error',
      from: { path: src, pathNot: '^packages/db/' },
      to: { path: npm('@prisma/[^/]+') },
    },
    {
      name: 'only-db-launcher-and-testkit-import-pg',
      severity: 'error',
      from: { path: src, pathNot: '^packages/(db|launcher|testkit)/' },
      to: { path: npm('pg') },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/src/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default', 'types'] },
  },
};
