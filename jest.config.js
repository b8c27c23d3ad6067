/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Types are checked by `npm run types`; swc only strips them.
  roots: ['<rootDir>/test'],
  moduleNameMapper: { '^scenario-orchestrator-client$': '<rootDir>/clients/typescript/src/index.ts' },
  testMatch: ['**/*.test.ts'],
  transform: {
    '/node_modules/(jose|github-slugger)/.+\\.js$': [
      '@swc/jest',
      { jsc: { target: 'es2022' }, module: { type: 'commonjs' } },
    ],
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Two cores. Many tests start a server or a redis-server of their own.
  maxWorkers: 2,
  // Node.js requires ES modules by itself, jest does not: what is published as nothing else is transformed too.
  transformIgnorePatterns: ['/node_modules/(?!(jose|github-slugger)/)'],
  // Ends a wait that is in vain; whatever is alive is done long before, also where the machine stops for seconds.
  testTimeout: 60_000,
  // Only with --coverage (npm test, npm run test:coverage). babel counts statements of the program that runs, so that a file of types alone
  // counts as nothing; v8 would count it as a file that no test has loaded, at 0 %.
  // The tests of src/cli run the program in child processes, which coverage does not see.
  collectCoverageFrom: ['src/**/*.ts', 'clients/typescript/src/**/*.ts', '!src/cli/**'],
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  coverageReporters: ['text', 'html', 'json-summary'],
  coverageThreshold: {
    './src/core/': { statements: 95, branches: 95, functions: 95, lines: 95 },
    './src/': { statements: 85, branches: 85, functions: 85, lines: 85 },
  },
};
