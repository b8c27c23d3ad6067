/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Tests mirror src/ in test/; types are checked by `npm run types`, swc only strips them.
  roots: ['<rootDir>/test', '<rootDir>/src'],
  testMatch: ['**/*.test.ts'],
  transform: {
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
  testTimeout: 20_000,
  // Only with --coverage (npm run test:coverage).
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.d.ts'],
  coverageProvider: 'v8',
  coverageDirectory: 'coverage',
  coverageThreshold: {
    './src/domain/': { lines: 90, branches: 90 },
    './src/pipeline/': { lines: 85, branches: 80 },
  },
};
