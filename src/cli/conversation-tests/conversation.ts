import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { NamedScenario, ScenarioFiles, SourcePosition } from '../files';
import type { Difference, Expectation } from './expectation';
import type { TurnSummary } from './turn-summary';

/** A scripted conversation with the expected decisions of each turn. */
export interface Conversation {
  /** The path that the file was opened with. */
  readonly file: string;
  readonly name: string;
  readonly about: string;
  /** The catalogue of the conversation. */
  readonly scenarios: ScenarioFiles;
  /** Every scenario of the conversation as it is first defined, those that turns add included. It determines the names. */
  readonly namedScenarios: readonly NamedScenario[];
  /** The settings of the rules. They apply in process only; a service has its own. */
  readonly settings: OrchestrationSettings;
  /** A session to import before the first turn, without tenant, agent and session id; undefined for a new session. */
  readonly session: ImportSessionRequest | undefined;
  readonly turns: readonly ConversationTurn[];
}

/** What changes in the catalogue before a turn, in this order. */
export interface CatalogueChange {
  /** Definitions to store. */
  readonly put: ScenarioFiles;
  /** Scenarios to store again with `enabled: false`. */
  readonly disabledScenarioIds: readonly string[];
  readonly deletedScenarioIds: readonly string[];
}

/** One turn of a conversation file. */
export interface ConversationTurn {
  /** A description for the reader of the results. */
  readonly about: string;
  /** Milliseconds since the previous turn. */
  readonly delayMs: number;
  readonly catalogueChange: CatalogueChange | undefined;
  /**
   * The turn to send. The runner adds tenant, agent, session, turn id and time. The `instanceId` of an outcome is the id of a
   * scenario and refers to its running instance.
   */
  readonly turn: Turn;
  /** The indexes of outcomes that are sent without an action key. The runner adds the key of the plan to the others. */
  readonly outcomesWithoutKey: ReadonlySet<number>;
  /** Empty if nothing is expected of the turn. */
  readonly expected: Expectation;
  /** Whether anything that is not listed in `expected` is a difference. */
  readonly isExact: boolean;
  /** Position of the turn in its file. */
  readonly position: SourcePosition;
  /** Position of each key of the expectation in the file. */
  readonly expectationPositions: ReadonlyMap<string, SourcePosition>;
}

/** The result of one turn. */
export interface ConversationTurnResult {
  /** Counts from 1. */
  readonly number: number;
  readonly scripted: ConversationTurn;
  /** The turn as it was sent. */
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
  readonly actual: TurnSummary;
  /** Empty if the turn is as expected. */
  readonly differences: readonly Difference[];
}

/** The result of a conversation. */
export interface ConversationRun {
  readonly conversation: Conversation;
  /** In order. Does not include a turn that failed or the turns after it. */
  readonly turnResults: readonly ConversationTurnResult[];
  /** The error that ended the conversation early; "" if it ran to its end. */
  readonly failure: string;
}

export function hasPassed({ turnResults, failure }: ConversationRun): boolean {
  return failure === '' && turnResults.every(({ differences }) => differences.length === 0);
}

/** The turns that are not as expected. */
export function getFailedTurns({ turnResults }: ConversationRun): readonly ConversationTurnResult[] {
  return turnResults.filter(({ differences }) => differences.length > 0);
}

/** Returns a function that maps a scenario id to its name, or to the id itself if the scenario is unknown. */
export function createScenarioNameLookup(scenarios: readonly NamedScenario[]): (scenarioId: string) => string {
  const names = new Map(scenarios.map(({ message }) => [message.scenarioId, message.name]));
  return (scenarioId) => names.get(scenarioId) ?? scenarioId;
}
