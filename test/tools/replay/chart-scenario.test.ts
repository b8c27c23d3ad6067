import {
  type Scenario,
  type ScenarioStep,
  StepOutcomeKind,
  type StepTransition,
  TransitionTrigger,
} from '../../../gen/focal/orchestration/v1/scenario';
import { committingTools } from '../../../tools/replay/chart';
import { scenarioOf } from '../../../tools/replay/chart-scenario';
import { scenarioUuid } from '../../../tools/replay/replay-ids';
import { aBookingChart, aChartStep, aSearchChart } from './replay-builders';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  STEP_OUTCOME_KIND_DECLINED: DECLINED,
  STEP_OUTCOME_KIND_ACTION_FAILED: ACTION_FAILED,
  STEP_OUTCOME_KIND_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
} = StepOutcomeKind;

function step(scenario: Scenario, stepId: string): ScenarioStep {
  const found = scenario.steps.find((candidate) => candidate.stepId === stepId);
  if (found === undefined) throw new Error(`no step ${stepId}`);
  return found;
}

/** What a transition states, without what it leaves out. */
function stated({ targetStepId: to, trigger, condition, conditionFields, outcomes, clears }: StepTransition): unknown {
  return {
    to,
    ...(trigger === ANYTIME ? { anytime: true } : {}),
    ...(condition === '' ? {} : { condition }),
    ...(conditionFields.length === 0 ? {} : { conditionFields }),
    ...(outcomes.length === 0 ? {} : { outcomes }),
    ...(clears.length === 0 ? {} : { clears }),
  };
}

function ways(scenario: Scenario, stepId: string): unknown[] {
  return step(scenario, stepId).transitions.map(stated);
}

describe('a search as a scenario', () => {
  const scenario = scenarioOf(aSearchChart());

  it('keeps its nodes under a UUID of its own', () => {
    expect(scenario.scenarioId).toBe(scenarioUuid('sgd.Homes_1.FindHome'));
    expect(scenario.entryStepId).toBe('collect.city');
    expect(scenario.steps.map(({ stepId }) => stepId)).toEqual(['collect.city', 'call', 'present', 'end']);
  });

  it('asks for a field, and may pass over the question', () => {
    const { collectsProfileFields, canSkip } = step(scenario, 'collect.city');
    expect([collectsProfileFields, canSkip]).toEqual([['Homes_1.city'], true]);
    expect(ways(scenario, 'collect.city')).toEqual([{ to: 'call' }]);
  });

  it('hints at its tool, again when a value changes, without asking for a confirmation', () => {
    const call = step(scenario, 'call');
    expect(call.toolBindings.map(({ toolId }) => toolId)).toEqual(['Homes_1.FindHome']);
    expect([call.isRequiredAction, call.requiresConfirmation]).toEqual([false, false]);
    expect(ways(scenario, 'call')).toEqual([
      { to: 'call', anytime: true, condition: expect.stringContaining('changed.exists') },
      { to: 'present', outcomes: [ACTION_SUCCEEDED] },
      { to: 'present', outcomes: [ACTION_FAILED] },
      { to: 'present' },
    ]);
  });

  it('searches again when a value changes, offers something else, and answers questions, at any time', () => {
    expect(step(scenario, 'present').templateIds).toEqual(['FindHome.present']);
    const [changed, alternatives, done, asked] = ways(scenario, 'present');
    expect(changed).toMatchObject({ to: 'call', anytime: true, condition: expect.stringContaining('changed.exists') });
    expect(alternatives).toMatchObject({ to: 'present', anytime: true });
    expect(done).toMatchObject({ to: 'end', condition: expect.stringContaining('facts.ending') });
    expect(asked).toMatchObject({ to: 'present', anytime: true, condition: expect.stringContaining('requested') });
  });

  it('completes once it has delivered and the customer moved on', () => {
    expect(scenario.completionCondition).toBe(
      '(data["Homes_1.FindHome.succeeded"] == true) && (facts.ending || "sgd.Homes_1.FindHome" in facts.left' +
        ' || "sgd.Homes_1.FindHome" in facts.started' +
        ' || (size(facts.turned_to) > 0 && !("sgd.Homes_1.FindHome" in facts.turned_to)))',
    );
    expect(step(scenario, 'end')).toMatchObject({ isTerminal: true, templateIds: [], transitions: [] });
  });
});

describe('a booking as a scenario', () => {
  const scenario = scenarioOf(aBookingChart());

  it('confirms and books in one step: a checkpoint with a required action', () => {
    expect(step(scenario, 'confirm')).toMatchObject({
      isCheckpoint: true,
      isRequiredAction: true,
      confirmsFields: ['Homes_1.day'],
      toolBindings: [{ toolId: 'Homes_1.BookVisit' }],
    });
    expect(step(scenario, 'confirm').requiresConfirmation).toBeUndefined();
    expect(ways(scenario, 'confirm')).toEqual([
      { to: 'confirm', outcomes: [DECLINED] },
      { to: 'inform', outcomes: [ACTION_SUCCEEDED] },
      { to: 'inform_failure', outcomes: [ACTION_FAILED] },
    ]);
  });

  it('tries again after a failure when the customer says yes, without another confirmation', () => {
    expect(ways(scenario, 'inform_failure').slice(0, 2)).toEqual([
      { to: 'call', anytime: true, condition: '"sgd.Homes_1.BookVisit" in facts.accepted' },
      expect.objectContaining({ to: 'confirm', anytime: true }),
    ]);
    expect(step(scenario, 'call')).toMatchObject({ isRequiredAction: true, requiresConfirmation: false });
    expect(ways(scenario, 'call')).toEqual([
      { to: 'inform', outcomes: [ACTION_SUCCEEDED] },
      { to: 'inform_failure', outcomes: [ACTION_FAILED] },
    ]);
  });

  it('ends where it is told to, and answers questions there', () => {
    expect(step(scenario, 'inform').isTerminal).toBe(true);
    expect(ways(scenario, 'inform')).toEqual([expect.objectContaining({ to: 'inform', anytime: true })]);
  });

  it('commits the customer with the tool that a confirmation leads to, a search with none', () => {
    expect([...committingTools(aBookingChart())]).toEqual(['Homes_1.BookVisit']);
    expect(committingTools(aSearchChart()).size).toBe(0);
  });
});

describe('a chart of STAR as a scenario', () => {
  const chart = aSearchChart({
    scenario_id: 'star.bank',
    source: { dataset: 'star' },
    entry_step: 'pin',
    steps: [
      aChartStep({
        step_id: 'pin',
        kind: 'collect',
        collects_profile_fields: ['star.bank.PIN'],
        next: [
          { on: 'collected', to: 'query' },
          { on: 'info_missing', to: 'birthday' },
        ],
      }),
      aChartStep({
        step_id: 'birthday',
        kind: 'collect',
        collects_profile_fields: ['star.bank.Birthday'],
        next: [
          { on: 'collected', to: 'query' },
          { on: 'info_missing2', to: 'sorry' },
        ],
      }),
      aChartStep({
        step_id: 'query',
        kind: 'action',
        tools: ['star.bank.query'],
        next: [
          { on: 'available', to: 'sure' },
          { on: 'unavailable', to: 'sorry' },
        ],
      }),
      aChartStep({
        step_id: 'sure',
        kind: 'confirm',
        checkpoint: true,
        next: [
          { on: 'yes', to: 'book' },
          { on: 'no', to: 'pin' },
        ],
      }),
      aChartStep({ step_id: 'book', kind: 'action', tools: ['star.bank.book'], next: [{ on: 'success', to: 'quiz' }] }),
      aChartStep({
        step_id: 'quiz',
        kind: 'inform',
        next: [
          { on: 'correct', to: 'sorry' },
          { on: 'incorrect', to: 'sorry' },
        ],
      }),
      aChartStep({ step_id: 'sorry', kind: 'inform' }),
      aChartStep({ step_id: 'bye', kind: 'closing', terminal: true }),
    ],
  });
  const scenario = scenarioOf(chart);

  it('goes round a question when the customer declines it, or gives what the way round asks for', () => {
    expect(ways(scenario, 'pin')).toEqual([
      { to: 'query' },
      { to: 'birthday', outcomes: [DECLINED] },
      { to: 'birthday', anytime: true, conditionFields: ['star.bank.Birthday'] },
    ]);
    expect(ways(scenario, 'birthday')).toEqual([{ to: 'query' }, { to: 'sorry', outcomes: [DECLINED] }]);
  });

  it('opens the question again that a no leads back to', () => {
    expect(ways(scenario, 'sure')[0]).toEqual({ to: 'pin', outcomes: [DECLINED], clears: ['star.bank.PIN'] });
  });

  it('goes on telling while the customer goes on, and leaves the judging of answers to those who understand them', () => {
    const { transitions } = step(scenario, 'quiz');
    expect(transitions[0]?.condition).toBe('signal == "CONTINUE"');
    expect(transitions[1]?.conditionText).toContain('incorrect');
  });

  it('tries again when the customer stays with a failure that the chart leads nowhere from', () => {
    expect(ways(scenario, 'sorry').at(-1)).toEqual({ to: 'query', condition: 'signal == "CONTINUE"' });
  });

  it('ends at steps without a way on, and leaves out what nothing leads to', () => {
    expect(step(scenario, 'sorry').isTerminal).toBe(true);
    expect(scenario.steps.map(({ stepId }) => stepId)).not.toContain('bye');
    expect(scenario.steps.map(({ stepId }) => stepId)).not.toContain('book');
  });

  it('puts an optional question once', () => {
    const steps = [
      aChartStep({
        step_id: 'pin',
        kind: 'collect',
        collects_profile_fields: ['a', 'b'],
        optional: true,
        next: [{ on: 'collected', to: 'sorry' }],
      }),
      aChartStep({ step_id: 'sorry', kind: 'inform' }),
    ];
    const [early] = ways(scenarioOf({ ...chart, steps }), 'pin');
    expect(early).toMatchObject({ to: 'sorry', anytime: true, condition: expect.stringContaining('attempts > 0') });
  });
});
