import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import { StepOutcome } from '../../gen/focal/orchestration/v1/turn';
import { countVariable, succeededVariable } from './chart-conditions';
import type { ToolRun } from './dialogue-inputs';
import { scenarioUuid } from './replay-ids';
import { isMade } from './session-view';

/** The outcomes of the tools that a plan hinted at and that ran, and the runs that are left. */
export interface MatchedRuns {
  readonly outcomes: readonly StepOutcome[];
  readonly rest: readonly ToolRun[];
}

/** Pairs each hint of the plan with the first run of one of its tools for its scenario; a run is used once. */
export function matchRuns(response: ProcessTurnResponse, runs: readonly ToolRun[]): MatchedRuns {
  const outcomes: StepOutcome[] = [];
  let rest = runs;
  for (const hint of (response.plan?.contributions ?? []).filter(isHint)) {
    const run = rest.find((candidate) => isRunOf(candidate, hint));
    if (run === undefined) continue;
    outcomes.push(outcomeOf(run, hint));
    rest = rest.filter((candidate) => candidate !== run);
  }
  return { outcomes, rest };
}

function isHint(contribution: ScenarioContribution): boolean {
  return isMade(contribution) && contribution.type === ContributionType.CONTRIBUTION_TYPE_ACTION_HINT;
}

function isRunOf(run: ToolRun, hint: ScenarioContribution): boolean {
  return scenarioUuid(run.scenario_id) === hint.scenarioId && hint.tools.some((tool) => tool.toolId === run.tool);
}

/** A search that found nothing has run all the same. */
function outcomeOf(run: ToolRun, hint: ScenarioContribution): StepOutcome {
  const succeeded = run.status !== 'failure';
  return StepOutcome.fromPartial({
    instanceId: hint.instanceId,
    stepId: hint.stepId,
    actionKey: hint.actionKey,
    kind: succeeded
      ? StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED
      : StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED,
    toolId: run.tool,
    results: { [succeededVariable(run.tool)]: succeeded, [countVariable(run.tool)]: run.result_count },
  });
}
