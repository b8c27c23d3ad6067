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
  // For a machine with two cores. Many tests also start a server or a redis-server.
  maxWorkers: 2,
  // Jest cannot load ES modules, so packages that contain only ES modules are transformed as well.
  transformIgnorePatterns: ['/node_modules/(?!(jose|github-slugger)/)'],
  // Milliseconds. Long, so that a test does not fail on a machine that stalls for seconds.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/support/stalled-files.cjs'],
  // Applies only with --coverage (npm test, npm run test:coverage). With babel, a file that contains only types has no statements. With v8,
  // such a file would count as 0 %. The tests of src/cli run the program in child processes, whose coverage is not measured.
  collectCoverageFrom: ['src/**/*.ts', 'clients/typescript/src/**/*.ts', '!src/cli/**'],
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  coverageReporters: ['text', 'html', 'json-summary'],
  coverageThreshold: {
    './src/core/': { statements: 95, branches: 95, functions: 95, lines: 95 },
    './src/': { statements: 85, branches: 85, functions: 85, lines: 85 },
  },
};
