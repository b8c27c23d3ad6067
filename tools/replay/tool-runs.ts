import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import { StepOutcome, type Turn } from '../../gen/focal/orchestration/v1/turn';
import { toCountVariable, toReportVariable, toSucceededVariable } from './chart-conditions';
import type { ToolRun } from './dialogue-inputs';
import { toScenarioId } from './replay-ids';
import { isSpoken, type SessionView } from './session-view';

// What the tools of a recorded turn return to the service: outcomes of what the plan hints at, and reports of other runs.

export interface MatchedRuns {
  /** The outcomes of the tools that the plan hints at. */
  readonly outcomes: readonly StepOutcome[];
  /** The runs of other tools that followed these, for the same scenarios. */
  readonly unplanned: readonly ToolRun[];
  /** The runs for other scenarios. */
  readonly remaining: readonly ToolRun[];
}

/**
 * Matches each hint of the plan with the last run of one of its tools for its scenario: of several runs in one turn, the reply is about the
 * last one.
 */
export function matchRuns(response: ProcessTurnResponse, runs: readonly ToolRun[]): MatchedRuns {
  const outcomes: StepOutcome[] = [];
  const unplanned: ToolRun[] = [];
  let remaining = runs;
  for (const hint of (response.plan?.contributions ?? []).filter(isHint)) {
    const index = remaining.findLastIndex((candidate) => isRequestedRun(candidate, hint));
    const run = remaining[index];
    if (run === undefined) continue;
    outcomes.push(toOutcome(run, hint));
    const isSame = ({ scenario_id }: ToolRun): boolean => scenario_id === run.scenario_id;
    unplanned.push(...remaining.slice(index + 1).filter(isSame));
    remaining = remaining.filter((candidate) => !isSame(candidate));
  }
  return { outcomes, unplanned, remaining };
}

/** A run that was reported in the session's variables, until its instance ends. */
export interface ReportedRun {
  readonly instanceId: string;
  readonly tool: string;
}

/** Returns the runs of running scenarios, each with its instance. Other runs are about no instance. */
export function toReportedRuns(runs: readonly ToolRun[], view: SessionView): ReportedRun[] {
  return runs.flatMap(({ scenario_id, tool }) => {
    const instanceId = view.get(toScenarioId(scenario_id))?.instanceId;
    return instanceId === undefined ? [] : [{ instanceId, tool }];
  });
}

/**
 * Creates the patch that reports runs that the plan did not ask for. A report is a new value each time, because conditions read changes.
 *
 * @param sequence number of the turn in the session
 */
export function createReportPatch(
  runs: readonly ToolRun[],
  view: SessionView,
  sequence: number,
): Turn['sessionVariables'] {
  const reported = runs.filter(({ scenario_id }) => view.has(toScenarioId(scenario_id)));
  return Object.fromEntries(
    reported.flatMap(({ tool, status }) => {
      const succeeded = status !== 'failure';
      const report: [string, unknown] = [toReportVariable(tool), { succeeded, sequence }];
      return succeeded ? [report, [toSucceededVariable(tool), true]] : [report];
    }),
  );
}

/** Creates the patch that deletes what was reported about instances that have ended. */
export function createEndedPatch(reported: readonly ReportedRun[], view: SessionView): Turn['sessionVariables'] {
  const running = selectRunning(reported, view);
  const names = reported
    .filter((run) => !running.includes(run))
    .flatMap(({ tool }) => [toReportVariable(tool), toSucceededVariable(tool)]);
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** Returns the reported runs of instances that have not ended. */
export function selectRunning(reported: readonly ReportedRun[], view: SessionView): readonly ReportedRun[] {
  const running = new Set([...view.values()].map(({ instanceId }) => instanceId));
  return reported.filter(({ instanceId }) => running.has(instanceId));
}

function isHint(contribution: ScenarioContribution): boolean {
  return isSpoken(contribution) && contribution.type === ContributionType.CONTRIBUTION_TYPE_ACTION_HINT;
}

function isRequestedRun(run: ToolRun, hint: ScenarioContribution): boolean {
  return toScenarioId(run.scenario_id) === hint.scenarioId && hint.tools.some((tool) => tool.toolId === run.tool);
}

/** Converts a tool run to the outcome of a hint. A search without results has succeeded. */
function toOutcome(run: ToolRun, hint: ScenarioContribution): StepOutcome {
  const succeeded = run.status !== 'failure';
  return StepOutcome.fromPartial({
    instanceId: hint.instanceId,
    stepId: hint.stepId,
    actionKey: hint.actionKey,
    kind: succeeded
      ? StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED
      : StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED,
    toolId: run.tool,
    results: { [toSucceededVariable(run.tool)]: succeeded, [toCountVariable(run.tool)]: run.result_count },
  });
}
