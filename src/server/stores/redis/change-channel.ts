import { randomUUID } from 'node:crypto';
import type { AgentKey } from '../../ports/scenario-catalogue';
import { decodeAgentKey, encodeAgentKey } from './catalogue-keys';
import type { RedisConnection } from './redis-connection';

type Listener = (agent: AgentKey) => void;

/**
 * News of changed catalogues, from node to node. Best effort: while a connection is down they are lost, so a listener may be
 * quicker by them but must not rely on them.
 */
export class ChangeChannel {
  readonly name: string;
  private readonly nodeId = randomUUID();

  constructor(
    private readonly connection: RedisConnection,
    prefix: string,
  ) {
    this.name = `${prefix}catalogue-changes`;
  }

  /** What a script publishes with a change of this node. */
  createMessage(agent: AgentKey): string {
    return `${this.nodeId} ${encodeAgentKey(agent)}`;
  }

  /** Calls the listener for each change of another node that is heard of. Returns how to stop it. */
  subscribe(listener: Listener): () => void {
    return this.connection.subscriptions.subscribe(this.name, { onMessage: (message) => this.hear(message, listener) });
  }

  private hear(message: string, listener: Listener): void {
    const [nodeId, name = ''] = message.split(' ');
    const agent = decodeAgentKey(name);
    if (nodeId !== this.nodeId && agent !== undefined) listener(agent);
  }
}
