// Gives mocha's tests the names that they know from jest: `test`, `each`, and `expect`.
const { expect } = require('expect');
const { bind } = require('jest-each');
const Mocha = require('mocha');

const { bdd } = Mocha.interfaces;
Mocha.interfaces.bdd = (suite) => {
  bdd(suite);
  suite.on(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, (names) => {
    names.test = names.it;
    names.it.each = bind(names.it, false);
    names.describe.each = bind(names.describe, false);
    names.expect = expect;
  });
};
