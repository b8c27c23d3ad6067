import type { LifecycleAction, LifecycleReason, RejectionReason } from '../../core/model/lifecycle-decision';
import type { TransitionReason } from '../../core/model/transition-decision';
import type { TurnTrigger } from '../../core/model/turn';
import type { Call } from './call';

/** A decision of a turn, as the feed has it. */
export interface FeedDecision {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly action: LifecycleAction;
  readonly reason: LifecycleReason;
  readonly sourceStepId: string;
  /** "" if the instance did not walk. */
  readonly targetStepId: string;
  /** Undefined if the instance did not walk. */
  readonly transitionReason: TransitionReason | undefined;
}

/** A candidate of a turn that did not start, as the feed has it. */
export interface FeedRejection {
  readonly scenarioId: string;
  readonly reason: RejectionReason;
}

/** What the feed has of a turn, besides its session and its record. It contains no value of a customer. */
export interface TurnSummary {
  readonly trigger: TurnTrigger;
  readonly decisions: readonly FeedDecision[];
  readonly rejections: readonly FeedRejection[];
  /** "" if the turn supersedes none. */
  readonly supersedesTurnId: string;
}

export interface FeedTurn extends TurnSummary {
  readonly kind: 'turn';
  readonly agentId: string;
  readonly sessionId: string;
  readonly revision: number;
  readonly turnId: string;
  /** Milliseconds since 1970, by the clock of the node that committed. */
  readonly committedAt: number;
}

/** The end of a session: it was deleted, or it expired. */
export interface FeedEnd {
  readonly kind: 'deleted' | 'expired';
  readonly sessionId: string;
  readonly committedAt: number;
}

/** What happened to a session. */
export type FeedEvent = FeedTurn | FeedEnd;

/** A position in a partition of a feed. */
export interface FeedPosition {
  /** The number of the event: 1, 2, 3 ... without gaps. 0 is before the first one. */
  readonly number: number;
  /**
   * 1 to 65,521; events that replace lost ones have another mark at the same number, except by a small chance. 0 if it is not known, because the
   * position was not that of an event that was read.
   */
  readonly mark: number;
}

/** An event with its position, which is after it. */
export interface FeedEntry {
  readonly position: FeedPosition;
  readonly event: FeedEvent;
}

/** Where a partition of a feed starts and ends. */
export interface FeedBounds {
  /** The position before the oldest event that is kept. */
  readonly start: FeedPosition;
  /** The position of the last event. */
  readonly end: FeedPosition;
}

/** A part of a partition, from a position on. */
export interface FeedPage extends FeedBounds {
  /** The kept events at the position and after it, in order. */
  readonly entries: readonly FeedEntry[];
}

export interface FeedQuery {
  readonly tenantId: string;
  /** From 0. */
  readonly partition: number;
  readonly position: FeedPosition;
  /** The maximum number of entries. */
  readonly limit: number;
}

/** How long events are kept. Older ones are removed with later commits, so a few more may remain. */
export interface FeedLimits {
  readonly ageMs: number;
  /** Maximum bytes of the feed of a tenant, in the memory or the file of the store. */
  readonly bytes: number;
}

/** The defaults of `[limits]`. */
export const defaultFeedLimits: FeedLimits = { ageMs: 7 * 86_400_000, bytes: 67_108_864 };

/** The maximum number of consumers of a tenant. */
export const maxConsumers = 100;

/**
 * What happened to the sessions of each tenant. The feed of a tenant has partitions; all events of a session are in one of them, in order. The
 * session store writes an event with the change that it reports, atomically.
 *
 * Every method rejects as those of SessionStore do.
 */
export interface TurnFeed {
  /** The number of partitions, which never changes. */
  readonly partitions: number;

  /** Reads entries, and at least the first one if there is any. */
  readPage(query: FeedQuery, call: Call): Promise<FeedPage>;

  /**
   * Calls `listener` with the partition after every later event of the tenant, on any node. Without a partition, events of any partition may
   * have been missed. A listener must poll as well. Returns a function that unsubscribes.
   */
  onChange(tenantId: string, listener: (partition?: number) => void): () => void;

  /** Reads the cursor of a consumer; undefined if it is not registered. */
  readConsumer(tenantId: string, consumer: string, call: Call): Promise<string | undefined>;

  /** Stores the cursor of a consumer. Resolves to false, and changes nothing, if it is new and the tenant has `maxConsumers`. */
  storeConsumer(tenantId: string, consumer: string, cursor: string, call: Call): Promise<boolean>;

  /** Deletes a consumer. Resolves to whether it existed. */
  deleteConsumer(tenantId: string, consumer: string, call: Call): Promise<boolean>;
}

/** The marks of events. A prime, so that marks of regular times do not repeat. */
const markCount = 65_521;

/** Returns the mark of an event that is committed at a time in milliseconds since 1970. */
export function toFeedMark(committedAt: number): number {
  return 1 + (((committedAt % markCount) + markCount) % markCount);
}
