/** The names of all commands, in the order in which the help lists them. */
export const commandNames = [
  'validate',
  'test',
  'render',
  'put',
  'get',
  'fields',
  'list',
  'delete',
  'relationships',
  'turn',
  'session',
  'tail',
  'serve',
  'api-key',
  'demo',
  'completion',
] as const;
