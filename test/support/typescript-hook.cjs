// Lets a child process run TypeScript without type checks, as Jest does: `node --require <this file> program.ts`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};

// Resolves the client package to its sources, as jest.config.js does.
const client = join(__dirname, '..', '..', 'clients', 'typescript', 'src', 'index.ts');
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, ...rest) {
  return request === 'scenario-orchestrator-client' ? client : resolveFilename.call(this, request, ...rest);
};
