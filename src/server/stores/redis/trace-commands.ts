import { type Command, Redis } from 'ioredis';
import { noSpan, type Span } from '../../ports/span';
import type { RedisClient } from './client-tuning';

/** The span below which commands are being sent. A client sends within the call that issues a command, so a variable is enough. */
let sendingSpan: Span = noSpan;

/** Runs work that sends commands before it returns. Each command has a client span below `span`. */
export function sendInSpan<T>(span: Span, send: () => T): T {
  const outer = sendingSpan;
  sendingSpan = span;
  try {
    return send();
  } finally {
    sendingSpan = outer;
  }
}

/**
 * Creates the spans of the commands of a client, with the names and attributes of OpenTelemetry's instrumentation of ioredis
 * (https://opentelemetry.io/docs/specs/semconv/database/redis/). A command that a Cluster redirects has the span of its first node.
 */
export function traceCommands(client: RedisClient, isCustomerDataTraced: boolean): void {
  if (client instanceof Redis) traceNode(client, isCustomerDataTraced);
  else client.on('+node', (node: Redis) => traceNode(node, isCustomerDataTraced));
}

function traceNode(node: Redis, isCustomerDataTraced: boolean): void {
  const { sendCommand } = node;
  node.sendCommand = (...sent) => {
    if (sendingSpan.isRecording) startCommandSpan(sendingSpan, node, sent[0], isCustomerDataTraced);
    return Reflect.apply(sendCommand, node, sent);
  };
}

/** Starts the span of a command. It ends with the reply. */
function startCommandSpan(parent: Span, node: Redis, command: Command, isCustomerDataTraced: boolean): void {
  const { host, port } = node.options;
  const span = parent.startChild(command.name, 'client');
  span.setAttributes({
    'db.operation.name': getOperationName(command),
    'db.system.name': 'redis',
    'db.query.text': describeCommand(command, isCustomerDataTraced),
    ...(host !== undefined && { 'server.address': host }),
    ...(port !== undefined && { 'server.port': port }),
  });
  const { resolve, reject } = command;
  command.resolve = (reply) => {
    span.end();
    resolve(reply);
  };
  command.reject = (error) => {
    span.recordException(error);
    span.setFailed(error.message);
    span.end();
    reject(error);
  };
}

/** Commands of a pipeline have a prefix. `multi` and `exec` are part of the pipeline of a transaction. */
function getOperationName({
  name,
  pipelineIndex,
  inTransaction,
}: Command & { readonly pipelineIndex?: number }): string {
  if (name === 'multi' || name === 'exec') return name;
  if (inTransaction) return `MULTI ${name}`;
  return pipelineIndex === undefined ? name : `PIPELINE ${name}`;
}

/** Maximum characters of one argument of a command in a span. */
const maxArgumentLength = 500;

/** Commands whose arguments contain a password. */
const loginCommands: ReadonlySet<string> = new Set(['auth', 'hello']);

/** Arguments are keys, sessions and turns, so they count as customer data. */
function describeCommand({ name, args }: Command, isCustomerDataTraced: boolean): string {
  if (!isCustomerDataTraced || loginCommands.has(name.toLowerCase())) return name;
  return [name, ...args.map((argument) => String(argument).slice(0, maxArgumentLength))].join(' ');
}
