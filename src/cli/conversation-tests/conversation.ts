import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { NamedScenario, ScenarioFiles, SourcePosition } from '../files';
import type { Difference, Expectation } from './expectation';
import type { TurnSummary } from './turn-summary';

/** A scripted conversation with the expected decisions of each turn. */
export interface Conversation {
  /** The path that was used to open the file. */
  readonly file: string;
  readonly name: string;
  readonly about: string;
  /** The catalogue of the conversation. */
  readonly scenarios: ScenarioFiles;
  /** The first definition of every scenario, including those that turns add. Determines the names of scenarios. */
  readonly namedScenarios: readonly NamedScenario[];
  /** The settings of the rules in process. A service uses its own settings. */
  readonly settings: OrchestrationSettings;
  /** A session to import before the first turn, without tenant, agent and session id; undefined for a new session. */
  readonly session: ImportSessionRequest | undefined;
  readonly turns: readonly ConversationTurn[];
}

/** The changes to the catalogue before a turn, applied in the order of the properties. */
export interface CatalogueChange {
  /** Definitions to store. */
  readonly put: ScenarioFiles;
  /** Scenarios to store again with `enabled: false`. */
  readonly disabledScenarioIds: readonly string[];
  readonly deletedScenarioIds: readonly string[];
}

/** One turn of a conversation file. */
export interface ConversationTurn {
  /** A description that the results show. */
  readonly about: string;
  /** Milliseconds since the previous turn. */
  readonly delayMs: number;
  /** Whether the turn replaces the previous one (section 13). */
  readonly supersedesPrevious: boolean;
  readonly catalogueChange: CatalogueChange | undefined;
  /**
   * The turn to send. The runner adds tenant, agent and session, and turn id and time unless the file sets them. The
   * `instanceId` of an outcome or delivery is the id of a scenario and refers to its running instance.
   */
  readonly turn: Turn;
  /** Indexes of the outcomes whose action key the file sets to "". The runner adds the key to other outcomes of an instance. */
  readonly outcomesWithoutKey: ReadonlySet<number>;
  /** Empty if the turn has no expectation. */
  readonly expected: Expectation;
  /** Whether any decision that `expected` does not list is a difference. */
  readonly isExact: boolean;
  /** The position of the turn in its file. */
  readonly position: SourcePosition;
  /** The position of each key of the expectation in the file. */
  readonly expectationPositions: ReadonlyMap<string, SourcePosition>;
}

export interface ConversationTurnResult {
  /** The position of the turn in the conversation, from 1. */
  readonly number: number;
  readonly scriptedTurn: ConversationTurn;
  /** The sent turn, with the ids, keys and time that the runner adds. */
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
  readonly actual: TurnSummary;
  /** Empty if the turn is as expected. */
  readonly differences: readonly Difference[];
}

/** The result of a conversation. */
export interface ConversationRun {
  readonly conversation: Conversation;
  /** In the order of the turns. Does not include a turn that failed or the turns after it. */
  readonly turnResults: readonly ConversationTurnResult[];
  /** The error that ended the conversation early; "" if there is none. */
  readonly failure: string;
}

export function hasPassed({ turnResults, failure }: ConversationRun): boolean {
  return failure === '' && turnResults.every(({ differences }) => differences.length === 0);
}

/** Returns the turns that differ from their expectations. */
export function getFailedTurns({ turnResults }: ConversationRun): readonly ConversationTurnResult[] {
  return turnResults.filter(({ differences }) => differences.length > 0);
}

/** Returns a function that maps a scenario id to its name, or to the id itself if the scenario is unknown. */
export function createScenarioNameLookup(scenarios: readonly NamedScenario[]): (scenarioId: string) => string {
  const names = new Map(scenarios.map(({ message }) => [message.scenarioId, message.name]));
  return (scenarioId) => names.get(scenarioId) ?? scenarioId;
}
