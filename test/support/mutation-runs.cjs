// Makes mutation tests take minutes and not hours.
const Mocha = require('mocha');

// Stryker selects the tests of a mutant by an expression with up to 4,000 alternatives, which takes longer than the tests. A set of names does
// not: the names are the alternatives without the escapes.
Mocha.prototype.grep = function grep(pattern) {
  if (pattern === undefined) return this;
  const names = new Set(
    pattern.source
      .slice('(^'.length, -'$)'.length)
      .split('$)|(^')
      .map((name) => name.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))),
  );
  this.options.grep = { test: (name) => names.has(name) };
  return this;
};

// Stryker starts a process for every mutant that runs when the test files are loaded, because tests may use what was created then. A mutant that
// also runs in tests is active in the tests only.
exports.mochaHooks = {
  afterAll() {
    const coverage = globalThis.__stryker__?.mutantCoverage;
    if (coverage === undefined) return;
    for (const counts of Object.values(coverage.perTest))
      for (const mutant of Object.keys(counts)) delete coverage.static[mutant];
  },
};
