// Lets a child process of a test run TypeScript, as jest does it: `node --require <this file> program.ts`. Types are not checked.
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

// The client by its package name is its sources, as in jest.config.js.
const client = join(__dirname, '..', '..', 'clients', 'typescript', 'src', 'index.ts');
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, ...rest) {
  return request === 'scenario-orchestrator-client' ? client : resolveFilename.call(this, request, ...rest);
};
