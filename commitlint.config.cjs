// Commit messages: `type(scope): imperative summary`, at most 72 characters. `npm run commits` checks the messages
// since the convention was introduced.
module.exports = {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'header-max-length': [2, 'always', 72],
    'type-enum': [2, 'always', ['feat', 'fix', 'docs', 'refactor', 'perf', 'test', 'build', 'chore']],
    // Names such as `ListTurns` may start a summary.
    'subject-case': [0],
  },
};
