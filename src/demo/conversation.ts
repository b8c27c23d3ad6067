import type { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { TurnSummary } from './turn-summary';

/** A scripted conversation with what the service has to decide on each of its turns. */
export interface Conversation {
  readonly name: string;
  readonly about: string;
  /** Names of the scenarios by id. */
  readonly scenarioNames: ReadonlyMap<string, string>;
  readonly turns: readonly ConversationTurn[];
}

/** One turn of a conversation. */
export interface ConversationTurn {
  /** What there is to see, for people. */
  readonly about: string;
  /** Milliseconds since the turn before. */
  readonly afterMs: number;
  /**
   * What is sent. The player adds tenant, agent, session, turn id and time. The `instanceId` of an outcome holds the id of a
   * scenario, whose running instance is meant.
   */
  readonly turn: Turn;
  /** What has to happen; nothing else may. */
  readonly expected: TurnSummary;
}
