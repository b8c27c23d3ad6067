import type { Redis } from 'ioredis';
import type { Logger } from '../../ports/logger';

export interface ChannelListener {
  onMessage(message: string): void;
  /** Called after each subscription, including after a reconnect. Messages that were published earlier may have been missed. */
  onSubscribed?(): void;
}

/**
 * The channels that this node subscribes to. They share one connection, which is open while there are listeners, and each channel
 * has one subscription regardless of the number of its listeners. Messages are lost while the connection is down.
 */
export class Subscriptions {
  private readonly channels = new Map<string, Set<ChannelListener>>();
  private subscriber: Redis | undefined;
  private isRejectionLogged = false;

  /** `connect` creates a connection without subscriptions. */
  constructor(
    private readonly connect: () => Redis,
    private readonly log: Logger,
  ) {}

  /** Adds a listener to a channel. Returns a function that removes it. */
  subscribe(channel: string, { onMessage, onSubscribed }: ChannelListener): () => void {
    // A new object for each call, so that a listener that is added twice must be removed twice.
    const listener: ChannelListener = { onMessage, ...(onSubscribed && { onSubscribed }) };
    const listeners = this.channels.get(channel);
    if (listeners !== undefined) {
      listeners.add(listener);
    } else {
      this.channels.set(channel, new Set([listener]));
      this.subscriber ??= this.openSubscriber();
      if (this.subscriber.status === 'ready') this.subscribeTo(this.subscriber, channel);
    }
    return () => this.removeListener(channel, listener);
  }

  /** Removes all listeners. Idempotent. */
  close(): void {
    this.channels.clear();
    this.subscriber?.disconnect();
    this.subscriber = undefined;
  }

  private removeListener(channel: string, listener: ChannelListener): void {
    const listeners = this.channels.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.channels.delete(channel);
    if (this.channels.size === 0) this.close();
    // UNSUBSCRIBE fails only if the connection is lost, and a new connection does not subscribe to the channel.
    else if (this.subscriber?.status === 'ready') this.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  private openSubscriber(): Redis {
    const subscriber = this.connect();
    subscriber.on('message', (channel, message) => {
      for (const { onMessage } of this.channels.get(channel) ?? []) onMessage(message);
    });
    subscriber.on('ready', () => {
      // One command per channel: the user may lack the permission for some channels.
      for (const channel of this.channels.keys()) this.subscribeTo(subscriber, channel);
    });
    return subscriber;
  }

  private subscribeTo(subscriber: Redis, channel: string): void {
    subscriber.subscribe(channel).then(
      () => {
        for (const { onSubscribed } of this.channels.get(channel) ?? []) onSubscribed?.();
      },
      (error: unknown) => this.logRejection(channel, error),
    );
  }

  /** Logs the first subscription that Redis rejects. Other failures need no action, because a new connection subscribes again. */
  private logRejection(channel: string, error: unknown): void {
    if (this.isRejectionLogged || !(error instanceof Error) || error.name !== 'ReplyError') return;
    this.isRejectionLogged = true;
    const fields = { channel, error: error.message };
    this.log.warn(fields, 'redis rejects a subscription; changes of other nodes are detected by polling');
  }
}
