import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import type { ToolRun } from '../../../tools/replay/dialogue-inputs';
import { matchRuns } from '../../../tools/replay/tool-results';
import { aContribution, anAnswer } from './replay-builders';

const TOOL = 'Homes_1.FindHome';
const hint = aContribution(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, {
  stepId: 'call',
  actionKey: 'key-1',
  tools: [{ toolId: TOOL }],
});

function aRun(parts: Partial<ToolRun> = {}): ToolRun {
  return { scenario_id: 'sgd.Homes_1.FindHome', tool: TOOL, status: 'success', result_count: 3, ...parts };
}

describe('the results of tools', () => {
  it.each([
    ['success', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, true],
    ['nothing_found', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, true],
    ['failure', StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED, false],
  ] as const)('%s goes to the visit that hinted at the tool', (status, kind, succeeded) => {
    expect(matchRuns(anAnswer([hint]), [aRun({ status })]).outcomes).toEqual([
      {
        instanceId: 'instance-1',
        stepId: 'call',
        actionKey: 'key-1',
        kind,
        toolId: TOOL,
        results: { [`${TOOL}.succeeded`]: succeeded, [`${TOOL}.result_count`]: 3 },
      },
    ]);
  });

  it('of one tool are used once, the others are left', () => {
    const runs = [aRun(), aRun({ result_count: 5 })];
    const { outcomes, rest } = matchRuns(anAnswer([hint]), runs);
    expect(outcomes).toHaveLength(1);
    expect(rest).toEqual([runs[1]]);
  });

  it.each([
    ['no hint', anAnswer([aContribution(ContributionType.CONTRIBUTION_TYPE_ASK)]), aRun()],
    ['a hint that was put off', anAnswer([{ ...hint, deferred: true }]), aRun()],
    ['a hint at another tool', anAnswer([hint]), aRun({ tool: 'Homes_1.Other' })],
    ['a hint of another scenario', anAnswer([hint]), aRun({ scenario_id: 'sgd.Homes_1.Other' })],
    ['no plan', { ...anAnswer(), plan: undefined }, aRun()],
  ])('go nowhere where there is %s', (_, response, run) => {
    expect(matchRuns(response, [run])).toEqual({ outcomes: [], rest: [run] });
  });
});
