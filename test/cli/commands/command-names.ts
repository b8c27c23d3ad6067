/** The names of all commands in the order of the help. */
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
