import {
  type Scenario,
  type ScenarioStep,
  StepOutcomeKind,
  type StepTransition,
  TransitionTrigger,
} from '../../../gen/focal/orchestration/v1/scenario';
import { getCommittingTools } from '../../../tools/replay/chart';
import { toScenario } from '../../../tools/replay/chart-scenario';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { aBookingChart, aChartStep, aSearchChart } from './replay-builders';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  STEP_OUTCOME_KIND_DECLINED: DECLINED,
  STEP_OUTCOME_KIND_ACTION_FAILED: ACTION_FAILED,
  STEP_OUTCOME_KIND_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
} = StepOutcomeKind;

function getStep(scenario: Scenario, stepId: string): ScenarioStep {
  const found = scenario.steps.find((candidate) => candidate.stepId === stepId);
  if (found === undefined) throw new Error(`There is no step ${stepId}.`);
  return found;
}

/** Returns the fields of a transition that are set. */
function pickSetFields({
  targetStepId: to,
  trigger,
  condition,
  conditionFields,
  outcomes,
  clears,
}: StepTransition): unknown {
  return {
    to,
    ...(trigger === ANYTIME ? { anytime: true } : {}),
    ...(condition === '' ? {} : { condition }),
    ...(conditionFields.length === 0 ? {} : { conditionFields }),
    ...(outcomes.length === 0 ? {} : { outcomes }),
    ...(clears.length === 0 ? {} : { clears }),
  };
}

function getTransitions(scenario: Scenario, stepId: string): unknown[] {
  return getStep(scenario, stepId).transitions.map(pickSetFields);
}

describe('a chart of a search as a scenario', () => {
  const scenario = toScenario(aSearchChart());

  it('has a UUID and keeps the step ids', () => {
    expect(scenario.scenarioId).toBe(toScenarioId('sgd.Homes_1.FindHome'));
    expect(scenario.entryStepId).toBe('collect.city');
    expect(scenario.steps.map(({ stepId }) => stepId)).toEqual(['collect.city', 'call', 'present', 'end']);
  });

  it('asks for a field in a step that can be skipped', () => {
    const { collectsProfileFields, canSkip } = getStep(scenario, 'collect.city');
    expect([collectsProfileFields, canSkip]).toEqual([['Homes_1.city'], true]);
    expect(getTransitions(scenario, 'collect.city')).toEqual([{ to: 'call' }]);
  });

  it('hints at the tool without a confirmation, and again when a value changes', () => {
    const call = getStep(scenario, 'call');
    expect(call.toolBindings.map(({ toolId }) => toolId)).toEqual(['Homes_1.FindHome']);
    expect([call.isRequiredAction, call.requiresConfirmation]).toEqual([false, false]);
    expect(getTransitions(scenario, 'call')).toEqual([
      { to: 'call', anytime: true, condition: expect.stringContaining('changed.exists') },
      { to: 'present', outcomes: [ACTION_SUCCEEDED] },
      { to: 'present', outcomes: [ACTION_FAILED] },
    ]);
  });

  it('does not wait for a search that cannot fail', () => {
    const steps = aSearchChart().steps.map((step) =>
      step.kind === 'action' ? { ...step, next: [{ on: 'success', to: 'present' }] } : step,
    );
    expect(getTransitions(toScenario(aSearchChart({ steps })), 'call').slice(1)).toEqual([{ to: 'present' }]);
  });

  it('uses the report of a search that the plan did not ask for, once', () => {
    const [report, ...others] = scenario.globalTransitions.map(pickSetFields);
    expect(others).toEqual([]);
    expect(report).toEqual({
      to: 'present',
      condition: 'data["Homes_1.FindHome.report"].succeeded',
      clears: ['Homes_1.FindHome.report'],
    });
    expect(getStep(scenario, 'present')).toMatchObject({ reachableFromAnywhere: true, isRecovery: false });
    expect(getStep(scenario, 'call')).toMatchObject({ reachableFromAnywhere: false });
    expect(getTransitions(scenario, 'present')).toContainEqual({
      to: 'present',
      anytime: true,
      condition: 'data["Homes_1.FindHome.report"].succeeded',
      clears: ['Homes_1.FindHome.report'],
    });
  });

  it('restarts only when a START is aimed at it', () => {
    expect(scenario.restartThreshold).toBe(1);
  });

  it('has no completion condition without a tool', () => {
    const steps = [aChartStep({ step_id: 'collect.city', kind: 'closing', terminal: true })];
    expect(toScenario(aSearchChart({ steps })).completionCondition).toBe('');
  });

  it('searches again for changed values, offers alternatives and answers questions at any time', () => {
    expect(getStep(scenario, 'present').templateIds).toEqual(['FindHome.present']);
    const [changed, alternatives, done, , , asked] = getTransitions(scenario, 'present');
    expect(changed).toMatchObject({ to: 'call', anytime: true, condition: expect.stringContaining('changed.exists') });
    expect(alternatives).toMatchObject({ to: 'present', anytime: true });
    expect(done).toMatchObject({ to: 'end', condition: expect.stringContaining('facts.ending') });
    expect(asked).toMatchObject({ to: 'present', anytime: true, condition: expect.stringContaining('requested') });
  });

  it('completes when the search succeeded and the customer moves on', () => {
    expect(scenario.completionCondition).toBe(
      '(data["Homes_1.FindHome.succeeded"] == true) && (facts.ending || "sgd.Homes_1.FindHome" in facts.left' +
        ' || "sgd.Homes_1.FindHome" in facts.started' +
        ' || (size(facts.turned_to) > 0 && !("sgd.Homes_1.FindHome" in facts.turned_to)))',
    );
    expect(getStep(scenario, 'end')).toMatchObject({ isTerminal: true, templateIds: [], transitions: [] });
  });
});

describe('a chart of a booking as a scenario', () => {
  const scenario = toScenario(aBookingChart());

  it('confirms and books in one step, a checkpoint with a required action', () => {
    expect(getStep(scenario, 'confirm')).toMatchObject({
      isCheckpoint: true,
      isRequiredAction: true,
      confirmsFields: ['Homes_1.day'],
      toolBindings: [{ toolId: 'Homes_1.BookVisit' }],
    });
    expect(getStep(scenario, 'confirm').requiresConfirmation).toBeUndefined();
    expect(getTransitions(scenario, 'confirm')).toEqual([
      { to: 'confirm', outcomes: [DECLINED] },
      { to: 'inform', outcomes: [ACTION_SUCCEEDED] },
      { to: 'inform_failure', outcomes: [ACTION_FAILED] },
    ]);
  });

  it('retries a failed booking when the customer accepts, without another confirmation if it was confirmed', () => {
    const accepted = '"sgd.Homes_1.BookVisit" in facts.accepted';
    const failed = '(data["Homes_1.BookVisit.succeeded"] == false)';
    expect(getTransitions(scenario, 'inform_failure').slice(0, 3)).toEqual([
      { to: 'call', anytime: true, condition: `${accepted} && ${failed}` },
      { to: 'confirm', anytime: true, condition: accepted },
      expect.objectContaining({ to: 'confirm', anytime: true }),
    ]);
    expect(getStep(scenario, 'call')).toMatchObject({ isRequiredAction: true, requiresConfirmation: false });
    expect(getTransitions(scenario, 'call')).toEqual([
      { to: 'inform', outcomes: [ACTION_SUCCEEDED] },
      { to: 'inform_failure', outcomes: [ACTION_FAILED] },
    ]);
  });

  it('answers questions in its terminal step', () => {
    expect(getStep(scenario, 'inform').isTerminal).toBe(true);
    expect(getTransitions(scenario, 'inform').at(-1)).toEqual(
      expect.objectContaining({ to: 'inform', anytime: true, condition: expect.stringContaining('requested') }),
    );
  });

  it('uses the report of a booking that the plan did not ask for, also of a failed one', () => {
    expect(scenario.globalTransitions.map(pickSetFields)).toEqual([
      expect.objectContaining({ to: 'inform', condition: 'data["Homes_1.BookVisit.report"].succeeded' }),
      expect.objectContaining({ to: 'inform_failure', condition: '!data["Homes_1.BookVisit.report"].succeeded' }),
    ]);
  });

  it('has a committing tool, which a search does not have', () => {
    expect([...getCommittingTools(aBookingChart())]).toEqual(['Homes_1.BookVisit']);
    expect(getCommittingTools(aSearchChart()).size).toBe(0);
  });
});

describe('a STAR chart as a scenario', () => {
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
      aChartStep({
        step_id: 'book',
        kind: 'action',
        tools: ['star.bank.book'],
        next: [
          { on: 'success', to: 'quiz' },
          { on: 'failure', to: 'failed' },
        ],
      }),
      aChartStep({ step_id: 'failed', kind: 'inform', next: [{ on: 'done', to: 'bye' }] }),
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
  const scenario = toScenario(chart);

  it('leaves a question when the customer declines it or gives the alternative value', () => {
    expect(getTransitions(scenario, 'pin')).toEqual([
      { to: 'query' },
      { to: 'birthday', outcomes: [DECLINED] },
      { to: 'birthday', anytime: true, conditionFields: ['star.bank.Birthday'] },
    ]);
    expect(getTransitions(scenario, 'birthday')).toEqual([{ to: 'query' }, { to: 'sorry', outcomes: [DECLINED] }]);
  });

  it('clears the fields of the question that follows a "no"', () => {
    expect(getTransitions(scenario, 'sure')).toContainEqual({
      to: 'pin',
      outcomes: [DECLINED],
      clears: ['star.bank.PIN'],
    });
  });

  it('returns to the confirmation after a failed booking if there is no search step', () => {
    const steps = chart.steps.map((step) =>
      step.step_id === 'birthday' || step.step_id === 'pin'
        ? { ...step, next: step.next.map((edge) => (edge.to === 'query' ? { ...edge, to: 'sure' } : edge)) }
        : step,
    );
    const withoutSearch = { ...chart, steps: steps.filter(({ step_id }) => step_id !== 'query') };
    expect(getTransitions(toScenario(withoutSearch), 'failed').at(-1)).toEqual({
      to: 'sure',
      condition: 'signal == "CONTINUE"',
    });
  });

  it('continues with the customer, and has conditions in natural language for answers', () => {
    const { transitions } = getStep(scenario, 'quiz');
    expect(transitions[0]?.condition).toBe('signal == "CONTINUE"');
    expect(transitions[1]?.conditionText).toContain('incorrect');
  });

  it('retries a failed step without an edge when the customer continues', () => {
    expect(getTransitions(scenario, 'sorry').at(-1)).toEqual({ to: 'query', condition: 'signal == "CONTINUE"' });
  });

  it('searches again after a booking that failed when the customer continues', () => {
    expect(getTransitions(scenario, 'failed').at(-1)).toEqual({ to: 'query', condition: 'signal == "CONTINUE"' });
  });

  it.each(['sorry', 'sure'])('searches again from the result "%s" when a value of the scenario changes', (step) => {
    expect(getTransitions(scenario, step)).toContainEqual({
      to: 'query',
      anytime: true,
      condition: expect.stringContaining('changed.exists'),
    });
  });

  it('ends only at the steps that the chart names, and has no unreachable steps', () => {
    expect(getStep(scenario, 'sorry').isTerminal).toBe(false);
    expect(getStep(scenario, 'bye').isTerminal).toBe(true);
    expect(scenario.steps.map(({ stepId }) => stepId)).not.toContain('book');
  });
});

describe('an optional question of a chart', () => {
  const optional = aChartStep({
    step_id: 'wishes',
    kind: 'collect',
    collects_profile_fields: ['a', 'b'],
    optional: true,
    next: [{ on: 'collected', to: 'call' }],
  });
  const { steps } = aSearchChart();

  it('is asked at the entry if none of its values is known', () => {
    const scenario = toScenario(aSearchChart({ entry_step: 'wishes', steps: [optional, ...steps] }));
    expect(scenario.entryStepId).toBe('wishes.start');
    expect(getTransitions(scenario, 'wishes.start')).toEqual([
      { to: 'call', anytime: true, conditionFields: ['a'] },
      { to: 'call', anytime: true, conditionFields: ['b'] },
      { to: 'wishes' },
    ]);
    expect(getStep(scenario, 'wishes')).toMatchObject({
      collectsProfileFields: ['a', 'b'],
      optionalFields: ['a', 'b'],
    });
    expect(getTransitions(scenario, 'wishes')).toEqual([{ to: 'call' }]);
  });

  it('is passed in the middle', () => {
    const [first, ...others] = steps.map((step) =>
      step.kind === 'collect' ? { ...step, next: [{ on: 'collected', to: 'wishes' }] } : step,
    );
    if (first === undefined) throw new Error('The chart has no steps.');
    const scenario = toScenario(aSearchChart({ steps: [first, optional, ...others] }));
    expect(getTransitions(scenario, 'collect.city')).toEqual([{ to: 'call' }]);
    expect(scenario.steps.map(({ stepId }) => stepId)).not.toContain('wishes');
  });

  it('is not passed if it leads to itself', () => {
    const loop = { ...optional, next: [{ on: 'collected', to: 'wishes' }] };
    const [first, ...others] = steps.map((step) =>
      step.kind === 'collect' ? { ...step, next: [{ on: 'collected', to: 'wishes' }] } : step,
    );
    if (first === undefined) throw new Error('The chart has no steps.');
    const scenario = toScenario(aSearchChart({ steps: [first, loop, ...others] }));
    expect(getTransitions(scenario, 'collect.city')).toEqual([{ to: 'wishes' }]);
  });
});
