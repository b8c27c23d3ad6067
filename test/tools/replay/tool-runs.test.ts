import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import type { ToolRun } from '../../../tools/replay/dialogue-inputs';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { emptyView, type SessionView } from '../../../tools/replay/session-view';
import {
  createEndedPatch,
  createReportPatch,
  matchRuns,
  selectRunning,
  toReportedRuns,
} from '../../../tools/replay/tool-runs';
import { aContribution, aResponse } from './replay-builders';

const tool = 'Homes_1.FindHome';
const hint = aContribution(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, {
  stepId: 'call',
  actionKey: 'key-1',
  tools: [{ toolId: tool }],
});

function aRun(parts: Partial<ToolRun> = {}): ToolRun {
  return { scenario_id: 'sgd.Homes_1.FindHome', tool, status: 'success', result_count: 3, ...parts };
}

const view: SessionView = new Map([
  [toScenarioId('sgd.Homes_1.FindHome'), { instanceId: 'instance-1', stepId: 'call', lastContribution: hint }],
]);

describe('tool runs', () => {
  it.each([
    ['success', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, true],
    ['nothing_found', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, true],
    ['failure', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED, false],
  ] as const)('%s: the outcome is for the visit that hinted at the tool', (status, kind, succeeded) => {
    expect(matchRuns(aResponse([hint]), [aRun({ status })]).outcomes).toEqual([
      {
        instanceId: 'instance-1',
        stepId: 'call',
        actionKey: 'key-1',
        kind,
        toolId: tool,
        results: { [`${tool}.succeeded`]: succeeded, [`${tool}.result_count`]: 3 },
      },
    ]);
  });

  it('of several runs of the hinted tool, the last one counts', () => {
    const runs = [aRun({ status: 'failure' }), aRun({ result_count: 5 })];
    const { outcomes, unplanned, remaining } = matchRuns(aResponse([hint]), runs);
    expect(outcomes).toMatchObject([{ results: { [`${tool}.succeeded`]: true, [`${tool}.result_count`]: 5 } }]);
    expect([unplanned, remaining]).toEqual([[], []]);
  });

  it('a run of another tool after the hinted one was not planned, and one before it has no effect', () => {
    const runs = [aRun({ tool: 'Homes_1.Before' }), aRun(), aRun({ tool: 'Homes_1.After' })];
    const { unplanned, remaining } = matchRuns(aResponse([hint]), runs);
    expect([unplanned, remaining]).toEqual([[runs[2]], []]);
  });

  it.each([
    ['there is no hint', aResponse([aContribution(ContributionType.CONTRIBUTION_TYPE_ASK)]), aRun()],
    ['the hint is deferred', aResponse([{ ...hint, deferred: true }]), aRun()],
    ['the hint is for another tool', aResponse([hint]), aRun({ tool: 'Homes_1.Other' })],
    ['the hint is of another scenario', aResponse([hint]), aRun({ scenario_id: 'sgd.Homes_1.Other' })],
    ['there is no plan', { ...aResponse(), plan: undefined }, aRun()],
  ])('remain if %s', (_, response, run) => {
    expect(matchRuns(response, [run])).toEqual({ outcomes: [], unplanned: [], remaining: [run] });
  });
});

describe('the report of a run that the plan did not ask for', () => {
  it('has its result and is different each time', () => {
    expect(createReportPatch([aRun()], view, 4)).toEqual({
      [`${tool}.report`]: { succeeded: true, sequence: 4 },
      [`${tool}.succeeded`]: true,
    });
    expect(createReportPatch([aRun()], view, 5)).not.toEqual(createReportPatch([aRun()], view, 4));
  });

  it('does not withdraw an earlier success', () => {
    expect(createReportPatch([aRun({ status: 'failure' })], view, 4)).toEqual({
      [`${tool}.report`]: { succeeded: false, sequence: 4 },
    });
  });

  it('is about a running scenario', () => {
    expect(createReportPatch([aRun()], emptyView, 4)).toEqual({});
    expect(toReportedRuns([aRun()], emptyView)).toEqual([]);
  });

  it('is deleted when the instance has ended', () => {
    const reported = toReportedRuns([aRun()], view);
    expect(reported).toEqual([{ instanceId: 'instance-1', tool }]);
    expect(createEndedPatch(reported, view)).toEqual({});
    expect(createEndedPatch(reported, emptyView)).toEqual({ [`${tool}.report`]: null, [`${tool}.succeeded`]: null });
    expect([selectRunning(reported, view), selectRunning(reported, emptyView)]).toEqual([reported, []]);
  });
});
