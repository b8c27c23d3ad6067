import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import type { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { ScenarioFiles, SourcePosition } from '../files';
import type { Expectation } from './expectation';

/** A scripted conversation with what the service has to decide on each of its turns. */
export interface Conversation {
  /** The file that it was read from, as it was opened. */
  readonly file: string;
  readonly name: string;
  readonly about: string;
  /** The catalogue that it is played with. */
  readonly scenarios: ScenarioFiles;
  /** The session that is under way when it begins, without tenant, agent and session; undefined: a new one. */
  readonly session: ImportSessionRequest | undefined;
  readonly turns: readonly ConversationTurn[];
}

/** One turn of a conversation. */
export interface ConversationTurn {
  /** What there is to see, for people. */
  readonly about: string;
  /** Milliseconds since the turn before. */
  readonly delayMs: number;
  /**
   * What is sent. The player adds tenant, agent, session, turn id and time. The `instanceId` of an outcome holds the id of a
   * scenario, whose running instance is meant.
   */
  readonly turn: Turn;
  readonly expected: Expectation;
  /** Where the turn begins in its file. */
  readonly position: SourcePosition;
  /** Where each key of the expectation is in the file. */
  readonly expectationPositions: ReadonlyMap<string, SourcePosition>;
}

/** Names a scenario by its id; by the id itself where the files do not hold it. */
export function createScenarioNameLookup(
  scenarios: readonly { readonly message: Scenario }[],
): (scenarioId: string) => string {
  const names = new Map(scenarios.map(({ message }) => [message.scenarioId, message.name]));
  return (scenarioId) => names.get(scenarioId) ?? scenarioId;
}
