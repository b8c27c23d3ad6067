/** Characters of one argument of a command that a span tells at most. */
const longestArgument = 500;

let shown = false;

/** Says whether spans may hold values of customers. They hold none before: the hooks are set before any configuration is read. */
export function allowCustomerData(mayBeShown: boolean): void {
  shown = mayBeShown;
}

/** A command of Redis as its span tells it. Its arguments are keys, sessions and turns, so they are values of customers. */
export function serializeRedisStatement(command: string, args: readonly unknown[]): string {
  if (!shown) return command;
  return [command, ...args.map((argument) => String(argument).slice(0, longestArgument))].join(' ');
}
