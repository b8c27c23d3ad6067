import type { Redis } from 'ioredis';
import type { Logger } from '../../ports/logger';

/** Hears what is published on a channel. */
export interface ChannelListener {
  onMessage(message: string): void;
  /** Messages come from now on, for the first time or again after the connection was lost; those before may be missing. */
  onSubscribed?(): void;
}

/**
 * The channels that this node listens to. All share one connection, which is there as long as anybody listens; each is
 * subscribed to once, however many listen to it. What is published while the connection is down is lost.
 */
export class Subscriptions {
  private readonly channels = new Map<string, Set<ChannelListener>>();
  private subscriber: Redis | undefined;
  private refusalTold = false;

  /** `connect` makes the connection; it must not subscribe to anything by itself. */
  constructor(
    private readonly connect: () => Redis,
    private readonly log: Logger,
  ) {}

  /** Listens to a channel. Returns how to stop it. */
  subscribe(channel: string, { onMessage: heard, onSubscribed: listening }: ChannelListener): () => void {
    // An object of its own, so that one listener may be given twice and each is stopped alone.
    const own: ChannelListener = { onMessage: heard, ...(listening && { onSubscribed: listening }) };
    const listeners = this.channels.get(channel);
    if (listeners !== undefined) {
      listeners.add(own);
    } else {
      this.channels.set(channel, new Set([own]));
      this.subscriber ??= this.open();
      if (this.subscriber.status === 'ready') this.subscribeTo(this.subscriber, channel);
    }
    return () => this.leave(channel, own);
  }

  /** Stops all listeners. Idempotent. */
  close(): void {
    this.channels.clear();
    this.subscriber?.disconnect();
    this.subscriber = undefined;
  }

  private leave(channel: string, listener: ChannelListener): void {
    const listeners = this.channels.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.channels.delete(channel);
    if (this.channels.size === 0) this.close();
    // It fails only without a connection, and a new one does not know the channel.
    else if (this.subscriber?.status === 'ready') this.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  private open(): Redis {
    const subscriber = this.connect();
    subscriber.on('message', (channel, message) => {
      for (const { onMessage: heard } of this.channels.get(channel) ?? []) heard(message);
    });
    subscriber.on('ready', () => {
      // One by one: a user may have the right to some channels only.
      for (const channel of this.channels.keys()) this.subscribeTo(subscriber, channel);
    });
    return subscriber;
  }

  private subscribeTo(subscriber: Redis, channel: string): void {
    subscriber.subscribe(channel).then(
      () => {
        for (const { onSubscribed: listening } of this.channels.get(channel) ?? []) listening?.();
      },
      (error: unknown) => this.noteFailure(channel, error),
    );
  }

  /** After a lost connection a new one subscribes to everything again; only a refusal is worth a word, and one is enough. */
  private noteFailure(channel: string, error: unknown): void {
    if (this.refusalTold || !(error instanceof Error) || error.name !== 'ReplyError') return;
    this.refusalTold = true;
    const fields = { channel, error: error.message };
    this.log.warn(fields, 'redis refuses a subscription; what other nodes change is noticed later, by polling');
  }
}
