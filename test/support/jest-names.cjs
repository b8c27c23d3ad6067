// Defines the globals of Jest for mocha: `test`, `each`, `expect`, `beforeAll` and others.
const { expect } = require('expect');
const { bind } = require('jest-each');
const { ModuleMocker } = require('jest-mock');
const Mocha = require('mocha');

const mocker = new ModuleMocker(globalThis);
const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
  requireActual: require,
  // The mutation test runner has its own timeout, and mocha has none.
  setTimeout() {},
};

const { bdd } = Mocha.interfaces;
Mocha.interfaces.bdd = (suite) => {
  bdd(suite);
  suite.on(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, (names) => {
    names.test = names.it;
    names.it.each = bind(names.it, false);
    names.describe.each = bind(names.describe, false);
    names.expect = expect;
    names.beforeAll = names.before;
    names.afterAll = names.after;
    names.jest = jest;
  });
};
