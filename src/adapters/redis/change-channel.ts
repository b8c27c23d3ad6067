import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { AgentKey } from '../../ports/scenario-catalogue';
import { agentName, agentOfName } from './catalogue-keys';
import type { RedisConnection } from './redis-connection';

type Listener = (agent: AgentKey) => void;

/**
 * News of changed catalogues, from node to node. Best effort: while a connection is down they are lost, so a listener may be
 * quicker by them but must not rely on them. The connection for subscriptions is there as long as somebody listens.
 */
export class ChangeChannel {
  readonly name: string;
  private readonly nodeId = randomUUID();
  private readonly listeners = new Set<Listener>();
  private subscriber: Redis | undefined;

  constructor(
    private readonly connection: RedisConnection,
    prefix: string,
  ) {
    this.name = `${prefix}catalogue-changes`;
  }

  /** What a script publishes with a change of this node. */
  message(agent: AgentKey): string {
    return `${this.nodeId} ${agentName(agent)}`;
  }

  /** Calls the listener for each change of another node that is heard of. Returns how to stop it. */
  listen(listener: Listener): () => void {
    // A function of its own, so that one listener may be given twice and each is stopped alone.
    const heard: Listener = (agent) => listener(agent);
    this.listeners.add(heard);
    this.subscriber ??= this.subscribe();
    return () => {
      this.listeners.delete(heard);
      if (this.listeners.size === 0) this.close();
    };
  }

  /** Stops all listeners. Idempotent. */
  close(): void {
    this.listeners.clear();
    this.subscriber?.disconnect();
    this.subscriber = undefined;
  }

  private subscribe(): Redis {
    const subscriber = this.connection.subscriber();
    subscriber.on('message', (_channel, message) => this.hear(message));
    // Rejects only when it is closed before it was connected.
    subscriber.subscribe(this.name).catch(() => undefined);
    return subscriber;
  }

  private hear(message: string): void {
    const [nodeId, name = ''] = message.split(' ');
    const agent = agentOfName(name);
    if (nodeId === this.nodeId || agent === undefined) return;
    for (const listener of this.listeners) listener(agent);
  }
}
