import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import type { ToolRun } from '../../../tools/replay/dialogue-inputs';
import { matchRuns } from '../../../tools/replay/session-view';
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

  it('are used once per hint, and the others remain', () => {
    const runs = [aRun(), aRun({ result_count: 5 })];
    const { outcomes, remaining } = matchRuns(aResponse([hint]), runs);
    expect(outcomes).toHaveLength(1);
    expect(remaining).toEqual([runs[1]]);
  });

  it.each([
    ['there is no hint', aResponse([aContribution(ContributionType.CONTRIBUTION_TYPE_ASK)]), aRun()],
    ['the hint is deferred', aResponse([{ ...hint, deferred: true }]), aRun()],
    ['the hint is for another tool', aResponse([hint]), aRun({ tool: 'Homes_1.Other' })],
    ['the hint is of another scenario', aResponse([hint]), aRun({ scenario_id: 'sgd.Homes_1.Other' })],
    ['there is no plan', { ...aResponse(), plan: undefined }, aRun()],
  ])('remain if %s', (_, response, run) => {
    expect(matchRuns(response, [run])).toEqual({ outcomes: [], remaining: [run] });
  });
});
