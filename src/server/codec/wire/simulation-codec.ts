import type { SimulateTurnsResponse } from '../../../../gen/focal/orchestration/v1/scenario_service';
import * as simulation from '../../../../gen/focal/orchestration/v1/simulation';
import {
  type ChangeAction,
  type ChangeScope,
  type DefinitionChange,
  describeChange,
} from '../../../core/simulation/definition-change';
import type { DifferenceKind } from '../../../core/simulation/difference-kind';
import type { IncompleteReason } from '../../../core/simulation/simulate-session';
import type {
  DifferenceExample,
  DifferenceGroup,
  IncompleteSession,
  SimulationResult,
} from '../../../core/simulation/simulation-report';
import { createEnumTable, type EnumTable } from './enum-table';

export const differenceKind: EnumTable<DifferenceKind, simulation.DifferenceKind> = createEnumTable(
  simulation.DifferenceKind,
  'DIFFERENCE_KIND_',
);

const changeScope: EnumTable<ChangeScope, simulation.ChangeScope> = createEnumTable(
  simulation.ChangeScope,
  'CHANGE_SCOPE_',
);

const changeAction: EnumTable<ChangeAction, simulation.ChangeAction> = createEnumTable(
  simulation.ChangeAction,
  'CHANGE_ACTION_',
);

const incompleteReason: EnumTable<IncompleteReason, simulation.IncompleteReason> = createEnumTable(
  simulation.IncompleteReason,
  'INCOMPLETE_REASON_',
);

/** The longest text of a change or an example, in characters. */
const maxTextLength = 2_000;
const maxReasons = 20;

/** Converts the result of a simulation with all of its groups. */
export function simulationResultToProto(result: SimulationResult): SimulateTurnsResponse {
  const { turnCount, sessionCount, counterfactualCount, differingTurnCount, groups, incomplete } = result;
  return {
    turnCount,
    sessionCount,
    counterfactualCount,
    differingTurnCount,
    groups: groups.map(groupToProto),
    incompleteSessions: incomplete.map(incompleteToProto),
    omittedGroups: 0,
  };
}

function groupToProto(group: DifferenceGroup): simulation.DifferenceGroup {
  const { kind, cause, turnCount, counterfactualCount, sessionCount, example } = group;
  return {
    kind: differenceKind.toProto[kind],
    cause: changeToProto(cause),
    turnCount,
    counterfactualCount,
    sessionCount,
    example: exampleToProto(example),
  };
}

function changeToProto(change: DefinitionChange): simulation.DefinitionChange {
  const { scope, action, scenarioId, scenarioName, stepId, transitionId, name, property, before, after } = change;
  return {
    scope: changeScope.toProto[scope],
    action: changeAction.toProto[action],
    scenarioId,
    scenarioName,
    stepId,
    transitionId,
    name,
    property,
    before: truncate(before),
    after: truncate(after),
    description: truncate(describeChange(change)),
  };
}

function exampleToProto(example: DifferenceExample): simulation.DifferenceExample {
  const { sessionId, turnId, revision, scenarioId, isCounterfactual, recorded, simulated, explanation } = example;
  const toReasons = (reasons: readonly string[]): string[] => reasons.slice(0, maxReasons).map(truncate);
  return {
    sessionId,
    turnId,
    revision,
    scenarioId,
    counterfactual: isCounterfactual,
    recorded: truncate(recorded),
    simulated: truncate(simulated),
    recordedReasons: toReasons(explanation.recorded),
    simulatedReasons: toReasons(explanation.simulated),
  };
}

function incompleteToProto({ sessionId, problem }: IncompleteSession): simulation.IncompleteSession {
  const { reason, turnId, text } = problem;
  return { sessionId, reason: incompleteReason.toProto[reason], turnId, message: truncate(text) };
}

function truncate(text: string): string {
  if (text.length <= maxTextLength) return text;
  // Half of a surrogate pair is not a valid text.
  return `${text.slice(0, maxTextLength - 3).replace(/[\uD800-\uDBFF]$/, '')}...`;
}
