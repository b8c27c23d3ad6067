import type { PauseReason } from '../../core/model/lifecycle-decision';
import type { WaitsFor } from '../../core/model/request';
import type { ScenarioInstance } from '../../core/model/session';
import type { Call } from './call';

/** What the index has of an active or paused instance. */
export interface IndexedInstance {
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly stepId: string;
  readonly status: ScenarioInstance['status'];
  /** Undefined while the instance is active. */
  readonly pauseReason: PauseReason | undefined;
  readonly waitsFor: WaitsFor;
}

/** What the index has of a session. */
export interface IndexedSession {
  readonly sessionId: string;
  readonly agentId: string;
  /** "" if the session has no customer. */
  readonly customerId: string;
  /** When the session started, in milliseconds since 1970: its first turn or, before it, the last activity that an import names. */
  readonly startedAt: number;
  /** In start order. */
  readonly instances: readonly IndexedInstance[];
}

/** Selects sessions. A session is selected if one of its instances has all properties that the filter names. */
export interface SessionFilter {
  /** "" for any. */
  readonly agentId: string;
  /** "" for any, with a customer or without. */
  readonly customerId: string;
  /** "" for any. */
  readonly scenarioId: string;
  /** 0 for any. */
  readonly scenarioVersion: number;
  /** "" for any. */
  readonly stepId: string;
  /** Undefined for any. */
  readonly status: ScenarioInstance['status'] | undefined;
  /** Undefined for any. */
  readonly pauseReason: PauseReason | undefined;
  /** Undefined for any. */
  readonly waitsFor: WaitsFor | undefined;
}

/** The filter that selects every session. */
export const anySession: SessionFilter = {
  agentId: '',
  customerId: '',
  scenarioId: '',
  scenarioVersion: 0,
  stepId: '',
  status: undefined,
  pauseReason: undefined,
  waitsFor: undefined,
};

export interface SessionPageQuery {
  readonly tenantId: string;
  /** From 0. */
  readonly partition: number;
  readonly filter: SessionFilter;
  /** Only sessions after this position; "" for all. */
  readonly after: string;
  /** Only sessions before this position; "" for all. */
  readonly before: string;
  /** Maximum number of sessions to return. */
  readonly limit: number;
  /** Maximum number of sessions to examine, at most `maxExaminedSessions`, which is the default. */
  readonly maxExamined?: number;
}

export interface PositionedSession {
  /** The place in the order: `toOrder` of the start, a slash, and the escaped session id. */
  readonly position: string;
  readonly session: IndexedSession;
}

/** A part of a partition. */
export interface SessionPage {
  /** In order. May have sessions that have expired and are not removed yet. */
  readonly sessions: readonly PositionedSession[];
  /** How many sessions were examined: at least one if there is any, and at most `maxExamined`. */
  readonly examined: number;
  /** The position of the last session that was examined; undefined if there are no more. */
  readonly position: string | undefined;
}

/** Maximum number of sessions that one read examines, which blocks the store for some milliseconds at most. */
export const maxExaminedSessions = 500;

/** The number of instances with the same properties. */
export interface InstanceCount extends Pick<IndexedInstance, 'scenarioId' | 'scenarioVersion' | 'stepId' | 'status'> {
  readonly agentId: string;
  readonly count: number;
}

export interface SessionCounts {
  readonly sessions: number;
  /** In no order. */
  readonly instances: readonly InstanceCount[];
}

/** Selects what is counted: "" for any. */
export type CountFilter = Pick<SessionFilter, 'agentId' | 'scenarioId'>;

/**
 * The sessions of each tenant, by properties that are not in their keys. The session store changes the index with the session, atomically. A
 * session that has expired stays in the index until it is swept.
 *
 * Every method rejects as those of SessionStore do.
 */
export interface SessionIndex {
  /** The number of partitions, which never changes. */
  readonly partitions: number;

  /** Reads sessions of a partition, newest first, then by session id. */
  readPage(query: SessionPageQuery, call: Call): Promise<SessionPage>;

  /**
   * Reads the times of the last MESSAGE turns in milliseconds since 1970, or of the starts of sessions without one, in the order of the ids.
   * Undefined for a session that does not exist, for example because it has expired.
   */
  readLastMessageTimes(
    tenantId: string,
    sessionIds: readonly string[],
    call: Call,
  ): Promise<readonly (number | undefined)[]>;

  /** Counts sessions and instances. Sessions that have expired are counted until they are swept. */
  count(tenantId: string, filter: CountFilter, call: Call): Promise<SessionCounts>;
}

/** The time of the largest date of the contract is below it. */
const orderOrigin = 999_999_999_999_999;
const orderLength = 15;

/** The text by which sessions are ordered: later starts come first. */
export function toOrder(startedAt: number): string {
  const time = Math.min(Math.max(Math.floor(startedAt), 0), orderOrigin);
  return String(orderOrigin - time).padStart(orderLength, '0');
}

/** The inverse of `toOrder`. */
export function toStartedAt(order: string): number {
  return orderOrigin - Number(order);
}

/** The position after all sessions that started at a time or later, and before all others. */
export function toPositionAfter(startedAt: number): string {
  return `${toOrder(startedAt)}/\u007f`;
}
