import type { TransitionReason } from '../../../src/core/model/transition-decision';
import {
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from '../../support/conversation';
import { running } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const ask = (field: string, to: readonly TransitionDraft[] = ['end']): StepDraft => ({
  stepId: `ask_${field}`,
  collectsProfileFields: [field],
  to,
});
const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
const two = asking('s', ['x', 'y']);

describe('3 transition decisions: why an instance moves or stays is told in a sentence', () => {
  type Case = readonly [TransitionReason, string, ScenarioDraft, readonly TurnDraft[]];
  const cases: readonly Case[] = [
    ['ENTERED', 'It starts at step "ask_x". Step "ask_x" needs x.', two, []],
    ['ADVANCED', 'It went ask_x -> ask_y. Step "ask_y" needs y.', two, [{ variables: { x: 1 } }]],
    [
      'ADVANCED',
      'It went ask_x -> ask_y -> end. Nothing was asked at ask_y, as all that is collected there is known. Step "end" has bye to tell first.',
      two,
      [{ variables: { x: 1, y: 1 } }],
    ],
    ['AWAITS_FIELDS', 'Step "ask_x" needs x.', two, [{}]],
    [
      'AWAITS_FIELDS',
      'Step "both" needs x, y.',
      { scenarioId: 's', steps: [{ stepId: 'both', collectsProfileFields: ['x', 'y'], to: ['end'] }, end] },
      [{}],
    ],
    ['AWAITS_CONFIRMATION', 'Step "confirm" awaits a confirmation of "s confirmed".', confirming('s'), [{}]],
    [
      'INFORMS',
      'Step "sign" has signed to tell first.',
      {
        scenarioId: 's',
        steps: [{ stepId: 'sign', isCheckpoint: true, templateIds: ['signed'], to: ['end'] }, end],
      },
      [{ outcomes: [{ kind: 'CONFIRMED' }] }],
    ],
    ['AWAITS_ACTION', 'Step "act" awaits the success of s_tool.', acting('s'), [{}]],
    ['NO_TRANSITION', 'No transition of step "wait" is taken: "wait/1": it does not hold.', silent('s'), [{}]],
    [
      'CONDITION_UNKNOWN',
      'Transition "ask_x/1" of step "ask_x" misses a, b.',
      { scenarioId: 's', steps: [ask('x', [{ to: 'end', conditionFields: ['b', 'a'] }]), end] },
      [{ variables: { x: 1 } }],
    ],
    [
      'CONDITION_UNKNOWN',
      'Transition "ask_x/1" of step "ask_x" misses data that is not asked for.',
      { scenarioId: 's', steps: [ask('x', [{ to: 'end', condition: 'customer.vip' }]), end] },
      [{ variables: { x: 1 } }],
    ],
    [
      'CORRECTED',
      'x changed, so it went back and on: ask_y -> ask_x -> ask_y. Step "ask_y" needs y.',
      two,
      [{ variables: { x: 1 } }, { variables: { x: 2 } }],
    ],
    [
      'BLOCKED_BY_CHECKPOINT',
      'x changed, but was used before checkpoint "signed", behind which it does not go back. Step "ask_y" needs y.',
      {
        scenarioId: 's',
        steps: [
          ask('x', ['sign']),
          { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['ask_y'] },
          ask('y'),
          end,
        ],
      },
      [{ variables: { x: 1 } }, { outcomes: [{ kind: 'CONFIRMED' }] }, { variables: { x: 2 } }],
    ],
    [
      'RELOCALIZED',
      'It would go round at step "ask_x" above the limit of visits, failures or attempts, so it was moved to recovery step "help". Step "help" has help to tell first.',
      { scenarioId: 's', steps: [ask('x'), help, end] },
      [{}, {}, {}, {}, {}, {}],
    ],
  ];

  test.each(cases)('3 %s is told as: %s', (reason, sentence, scenario, turns) => {
    const talk = new Conversation([scenario]);
    let played = talk.turn({ candidates: { s: 0.9 } });
    for (const turn of turns) played = talk.turn(turn);
    expect(played.transition('s')).toMatchObject({ reason, reasoning: sentence });
  });

  test('3 a step that may not be skipped and was not asked is told as that', () => {
    const talk = new Conversation(
      [asking('t', ['z', 'w'], { priority: 9 }), { scenarioId: 's', steps: [{ ...ask('x'), canSkip: false }, end] }],
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );
    expect(talk.turn({ candidates: { t: 0.9, s: 0.8 } }).contribution('s').deferred).toBe(true);
    expect(talk.turn({ variables: { x: 1 } }).transition('s')).toMatchObject({
      reason: 'AWAITS_FIELDS',
      reasoning: 'Step "ask_x" asks for x, known or not, as it may not be skipped and was not asked yet.',
      missingFields: [],
    });
  });

  test('3 a step that is entered is told as what it awaits where nothing else is to be told', () => {
    const talk = running([{ scenarioId: 's', steps: [{ ...end, to: [] }] }, asking('t', ['x'])]);
    const played = talk.turn({ trigger: 'TIMER' });
    expect(played.transition('s')).toMatchObject({
      reason: 'NOT_ADDRESSED',
      reasoning:
        'A turn without a message moves only what an outcome is about, what starts and what resumes, so it stays where it is.',
    });
  });
});

describe('3 transition decisions say nothing that does not concern them', () => {
  const decision = {
    scenarioId: 's',
    instanceId: 's#1',
    sourceStepId: 'ask_x',
    targetStepId: 'ask_x',
    wasSkipped: false,
    skippedSteps: [],
    wasRelocalized: false,
    originalStepId: '',
    transitionsTaken: [],
    alternatives: [],
    reasoning: expect.any(String),
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: 1,
    conditionErrors: [],
  };

  test('3 one that starts', () => {
    expect(new Conversation([two]).turn({ candidates: { s: 0.9 } }).transition('s')).toEqual({
      ...decision,
      reason: 'ENTERED',
    });
  });

  test('3 one that stays', () => {
    expect(running([two]).turn().transition('s')).toEqual({ ...decision, reason: 'AWAITS_FIELDS' });
  });

  test('3 one that waits in silence', () => {
    const talk = running([two, asking('t', ['z', 'more'])]);
    expect(talk.turn({ variables: { z: 1 } }).transition('s')).toEqual({ ...decision, reason: 'NOT_ADDRESSED' });
  });

  test('3 one that moves', () => {
    expect(
      running([two])
        .turn({ variables: { x: 1 } })
        .transition('s'),
    ).toEqual({
      ...decision,
      reason: 'ADVANCED',
      targetStepId: 'ask_y',
      transitionsTaken: ['ask_x/1'],
      visitNumber: 2,
      alternatives: [
        {
          transitionId: 'ask_x/1',
          sourceStepId: 'ask_x',
          targetStepId: 'ask_y',
          truth: 'TRUE',
          missingFields: [],
          taken: true,
          notTakenBecause: '',
        },
      ],
    });
  });

  test('3 one that is moved to a recovery step', () => {
    const talk = running([{ scenarioId: 's', steps: [ask('x'), help, end] }], {}, { maxAttempts: 1 });
    talk.turn();
    expect(talk.turn().transition('s')).toEqual({
      ...decision,
      reason: 'RELOCALIZED',
      targetStepId: 'help',
      wasRelocalized: true,
      originalStepId: 'ask_x',
      visitNumber: 2,
    });
  });
});

describe('3.2 every transition that was looked at is told with why it was not taken', () => {
  const told = (to: readonly TransitionDraft[], turn: TurnDraft, globals: readonly TransitionDraft[] = []) => {
    const other = { stepId: 'other', templateIds: ['other'], to: ['end'] };
    const talk = running([
      { scenarioId: 's', steps: [{ ...ask('x', to), reachableFromAnywhere: true }, other, end], globals },
    ]);
    return talk
      .turn(turn)
      .transition('s')
      .alternatives.map(({ transitionId, truth, notTakenBecause }) => [transitionId, truth, notTakenBecause]);
  };
  const x = { variables: { x: 1 } };

  test.each<[string, TransitionDraft, TurnDraft, readonly unknown[]]>([
    ['it does not hold', { to: 'other', condition: 'data.x == 2.0' }, x, ['FALSE', 'it does not hold']],
    ['it has another intent', { to: 'other', intentLabel: 'y' }, { ...x, intent: 'z' }, ['FALSE', 'it does not hold']],
    ['it failed', { to: 'other', condition: 'data.x == 1.0 && data.x > "text"' }, x, ['FALSE', 'its condition failed']],
  ])('3.2 %s, and the next is taken', (_why, first, turn, expected) => {
    expect(told([first, 'end'], turn)).toEqual([
      ['ask_x/1', ...expected],
      ['ask_x/2', 'TRUE', ''],
    ]);
  });

  test.each<[string, TransitionDraft, string]>([
    ['fields that can be asked', { to: 'other', condition: 'data.b == 1.0 && data.a == 1.0' }, 'it misses a, b'],
    ['data that cannot be asked', { to: 'other', condition: 'customer.vip' }, 'it misses data that is not asked for'],
  ])('3.3 one that misses %s holds back those below it', (_what, first, because) => {
    expect(told([first, 'end'], x)).toEqual([
      ['ask_x/1', 'UNKNOWN', because],
      ['ask_x/2', undefined, 'held back by "ask_x/1"'],
    ]);
  });

  test('3.2 an ANYTIME one that misses data holds nothing back', () => {
    const anytime = { to: 'other', trigger: 'ANYTIME', condition: 'data.b == 1.0' } as const;
    expect(told([anytime, 'end'], x)).toEqual([
      ['ask_x/1', 'UNKNOWN', 'it misses b'],
      ['ask_x/2', 'TRUE', ''],
    ]);
  });

  test('3.2 a global one to the step where the instance stands', () => {
    expect(told(['end'], {}, [{ transitionId: 'g', to: 'ask_x', intentLabel: 'back' }])).toEqual([
      ['g', undefined, 'the instance stands at its target'],
    ]);
  });

  test('3.2 a global one that was taken before while nothing that it reads has changed', () => {
    const menu = { stepId: 'menu', reachableFromAnywhere: true, collectsProfileFields: ['pick'], to: ['ask_x'] };
    const globals = [{ transitionId: 'g', to: 'menu', intentLabel: 'menu' }];
    const talk = running([{ scenarioId: 's', steps: [ask('x'), menu, end], globals }]);
    talk.turn({ intent: 'menu' });
    const played = talk.turn({ intent: 'menu', variables: { pick: 1 } });
    expect(played.transition('s')).toMatchObject({ targetStepId: 'ask_x' });
    expect(talk.turn({ intent: 'menu' }).transition('s').alternatives).toMatchObject([
      { transitionId: 'g', notTakenBecause: 'it was taken before and nothing that it reads has changed since' },
    ]);
  });

  test('3.5 one whose target was entered this turn holds back those below it', () => {
    const steps = [
      ask('x', ['ask_y']),
      ask('y', [{ to: 'ask_z' }]),
      { stepId: 'ask_z', collectsProfileFields: ['z'], to: [{ to: 'ask_y', conditionFields: ['z'] }, 'end'] },
      end,
    ];
    const talk = running([{ scenarioId: 's', steps }]);
    const { alternatives } = talk.turn({ variables: { x: 1, y: 1, z: 1 } }).transition('s');
    expect(alternatives.slice(2)).toMatchObject([
      { transitionId: 'ask_z/1', truth: 'TRUE', taken: false, notTakenBecause: 'its target was entered this turn' },
      { transitionId: 'ask_z/2', truth: undefined, taken: false, notTakenBecause: 'held back by "ask_z/1"' },
    ]);
  });

  test('3.4 one in natural language is not judged, and told as that', () => {
    expect(told([{ to: 'other', conditionText: 'the customer is angry' }, 'end'], x)).toEqual([
      ['ask_x/1', undefined, 'its condition is in natural language and is not judged'],
      ['ask_x/2', 'TRUE', ''],
    ]);
  });
});
