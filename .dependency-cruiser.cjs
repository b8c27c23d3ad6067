// Defines which part of the code may import which other part. The main parts are TypeScript projects: `tsc -b` refuses an import
// from a project that tsconfig.json does not reference (core <- server, client <- cli <- tools <- test). This file adds the rules
// within these projects. `npm run imports` checks the rules.

/** Folders of src/core, lowest first. A folder may import only from the folders before it. */
const coreFolders = [
  'model',
  'conditions',
  'fields',
  'scenario',
  'context',
  'steps',
  'lifecycle',
  'transitions',
  'contributions',
  'apply',
];

/** Folders of src/server that wrap one technology each. They do not import each other. */
const adapters = ['auth', 'config', 'grpc', 'http', 'model', 'runtime', 'stores/embedded', 'stores/redis', 'supervisor', 'telemetry', 'threads', 'timers', 'warm-up'];

/** Folders that an adapter may import in addition to ports, codec and itself. */
const sharedFolders = {
  grpc: '|application',
  http: '|application',
  timers: '|application',
  'stores/embedded': '|stores/recorded-turns',
  'stores/redis': '|stores/recorded-turns',
};

/** Packages that only one part of the code may import, with the path of this part. */
const packageOwners = {
  '@bufbuild/cel': '^src/core/conditions/',
  '@grpc/grpc-js': '^(src/server/(grpc|telemetry|compose)|src/cli/|clients/typescript/|tools/)',
  '@opentelemetry/(?!api|semantic-conventions)': '^src/server/telemetry/',
  '@connectrpc': '^src/server/http/',
  cockatiel: '^src/server/model/',
  elkjs: '^src/cli/render/',
  '@nats-io/': '^src/cli/export/sinks/nats-',
  ioredis: '^(src/server/stores/redis/|src/cli/export/sinks/redis-|tools/)',
  jose: '^src/server/auth/',
  'fs-native-extensions': '^(src/server/stores/embedded/|src/cli/export/json-lines-file)',
  kafkajs: '^src/cli/export/sinks/kafka-',
  lmdb: '^src/server/stores/embedded/',
  nunjucks: '^src/server/model/',
  pino: '^src/server/telemetry/',
  standardwebhooks: '^src/cli/export/sinks/webhook-',
};

/** The parts of the server that the command line may use, besides core, the stubs and the client. */
const serverForCli = '^src/server/(codec/wire/|(main|compact|convert)\\.ts|telemetry/preload\\.ts|auth/(api-keys|grant-file)\\.ts|runtime/)';

const forbidden = [
  { name: 'no-cycles', from: {}, to: { circular: true } },
  {
    name: 'no-cycles-between-folders',
    scope: 'folder',
    from: { path: '^src/' },
    to: { circular: true },
  },
  ...coreFolders.map((folder, at) => ({
    name: `core-${folder}-imports-lower-folders-only`,
    from: { path: `^src/core/${folder}/` },
    to: { path: '^src/', pathNot: `^src/core/(${coreFolders.slice(0, at + 1).join('|')})/` },
  })),
  {
    name: 'core-uses-no-node-module',
    from: { path: '^src/core/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'ports-import-core-only',
    from: { path: '^src/server/ports/' },
    to: { path: '^(src|gen)/', pathNot: '^src/(core|server/ports)/' },
  },
  {
    name: 'application-imports-core-and-ports-only',
    from: { path: '^src/server/application/' },
    to: { path: '^(src|gen)/', pathNot: '^src/(core|server/(ports|application))/' },
  },
  {
    name: 'codec-imports-core-ports-and-stubs-only',
    from: { path: '^src/server/codec/' },
    to: { path: '^src/', pathNot: '^src/(core|server/(ports|codec))/' },
  },
  {
    name: 'wire-codec-does-not-know-stored-bytes',
    from: { path: '^src/server/codec/wire/' },
    to: { path: '^src/server/codec/stored/' },
  },
  ...adapters.map((adapter) => ({
    name: `${adapter.replace('/', '-')}-imports-no-other-adapter`,
    from: { path: `^src/server/${adapter}/` },
    to: {
      path: '^src/server/',
      pathNot: `^src/server/(${adapter}|ports|codec${sharedFolders[adapter] ?? ''})/`,
    },
  })),
  {
    name: 'cli-uses-a-few-parts-of-the-server',
    from: { path: '^src/cli/' },
    to: { path: '^src/server/', pathNot: serverForCli },
  },
  ...Object.entries(packageOwners).map(([name, owner]) => ({
    name: `only-one-place-uses-${name.replace(/[^a-z-]/g, '')}`,
    from: { path: '^(src|clients|tools)/', pathNot: owner },
    to: { path: `^node_modules/${name}` },
  })),
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules|^gen/' },
    exclude: { path: '^(build|dist|node_modules/typescript)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'], conditionNames: ['types', 'import', 'require', 'node', 'default'], mainFields: ['types', 'main'] },
  },
};
