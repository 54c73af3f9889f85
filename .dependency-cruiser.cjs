/** Imports run one way: see docs/ARCHITECTURE.md. Every comment says what to do instead. */
const api = '^apps/api/src'
const web = '^apps/web/src'
const tests = String.raw`\.test\.tsx?$|^apps/api/test/`

/** On the web a feature may build on those after it in this list, and on none before it. */
const webFeatures = [
  'admin',
  'relay',
  'rooms',
  'messages',
  'files',
  'workspaces',
  'access',
  'people',
  'moderation',
  'identity',
]

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    forbid(
      'no-cycle',
      'Move what both need to the one that comes first, or pass it as an argument.',
      {},
      { circular: true },
    ),
    forbid(
      'no-orphan',
      'Nothing imports this file. Delete it, or import it where it is needed.',
      {
        orphan: true,
        pathNot: [
          tests,
          String.raw`\.d\.ts$`,
          String.raw`(^|/)[^/]*\.config\.ts$`,
          '^scripts/[^/]+$',
          '^bench/src/references/',
        ],
      },
      {},
    ),
    forbid(
      'no-unresolved',
      'The import leads nowhere: mend the path, or add the package to this workspace package.json.',
      {},
      { couldNotResolve: true },
    ),
    forbid(
      'no-development-package-in-product',
      'The product runs without devDependencies: move the package to dependencies, or the code to a test.',
      { path: [api, web, '^packages/[^/]+/src'], pathNot: tests },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),

    forbid(
      'protocol-imports-nothing',
      'The wire depends on nobody: move the code to where it is used.',
      { path: '^packages/protocol/' },
      { path: '^(packages/(?!protocol/)|apps|e2e|bench|scripts)/' },
    ),
    forbid(
      'client-imports-protocol-only',
      'The client runs in a browser, a bot and a test alike: hand it what it needs as an argument.',
      { path: '^packages/client/' },
      { path: '^(apps|e2e|bench|scripts)/' },
    ),
    forbid(
      'apps-stay-apart',
      'Apps meet on the wire only: put what both need in packages/protocol.',
      { path: '^apps/([^/]+)/' },
      { path: '^(apps/|e2e/|bench/)', pathNot: '^apps/$1/' },
    ),
    forbid(
      'api-without-client',
      'The client package is for those who talk to the API; only its tests do.',
      { path: api, pathNot: tests },
      { path: '^packages/client/' },
    ),

    forbid(
      'api-platform-knows-no-business',
      'Pass what the platform needs as an argument from app.ts, or move the file into the feature.',
      { path: `${api}/platform/`, pathNot: tests },
      { path: `${api}/(realtime|features|app|main)` },
    ),
    forbid(
      'api-realtime-below-features',
      'Let the feature subscribe or register itself; app.ts joins the two.',
      { path: `${api}/realtime/`, pathNot: tests },
      { path: `${api}/(features|app|main)` },
    ),
    forbid(
      'api-features-below-app',
      'Only app.ts knows all features: take what you need as an argument of create<Feature>.',
      { path: `${api}/features/`, pathNot: tests },
      { path: `${api}/(app|main)\\.ts$` },
    ),
    forbid(
      'api-features-stay-apart',
      'Let app.ts hand over the other feature’s function, or subscribe to its domain event. Types, and tables for joins, may be imported.',
      { path: `${api}/features/([^/]+)/`, pathNot: [tests, '/tables\\.ts$'] },
      {
        path: `${api}/features/`,
        pathNot: [`${api}/features/$1/`, '/tables\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'api-tables-know-tables-only',
      'A tables.ts names other tables for its foreign keys, and nothing else.',
      { path: `${api}/features/([^/]+)/tables\\.ts$` },
      { path: `${api}/(features|realtime|app|main)`, pathNot: '/tables\\.ts$', dependencyTypesNot: ['type-only'] },
    ),

    forbid(
      'web-ui-knows-no-features',
      'Hand words and data to the primitive as props.',
      { path: `${web}/ui/`, pathNot: tests },
      { path: `${web}/(app|features|realtime)/` },
    ),
    forbid(
      'web-realtime-below-features',
      'Dispatch an action that says what happened; the features’ reducers answer it.',
      { path: `${web}/realtime/`, pathNot: tests },
      { path: `${web}/(app|features)/`, dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'web-features-below-app',
      'Take what you need from the store or as a prop; only the app joins features into pages.',
      { path: `${web}/features/`, pathNot: tests },
      { path: `${web}/app/`, dependencyTypesNot: ['type-only'] },
    ),
    ...webFeatures.slice(1).map((feature, index) => {
      const above = webFeatures.slice(0, index + 1).join('|')
      return forbid(
        `web-${feature}-below-${above.replaceAll('|', '-')}`,
        'Features build on one another in one direction: pass a child component or a callback down instead.',
        { path: `${web}/features/${feature}/`, pathNot: tests },
        { path: `${web}/features/(${above})/`, dependencyTypesNot: ['type-only'] },
      )
    }),
  ],
  options: {
    // TypeScript 7 has no parser to call from JavaScript.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|test-results|playwright-report|locales|public)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
