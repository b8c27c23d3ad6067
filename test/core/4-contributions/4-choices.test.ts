import { aRelationship, Conversation, type ScenarioDraft } from '../../support/conversation';
import { asking, confirming } from '../../support/sample-scenarios';

const consenting = (scenarioId: string, priority = 0): ScenarioDraft => ({
  ...asking(scenarioId, ['x']),
  askBeforeStart: true,
  priority,
});

describe('a CHOICE with one option', () => {
  const play = (confirmPriority: number, maxConfirmsPerTurn = 1) => {
    const conversation = new Conversation([confirming('pay', { priority: confirmPriority }), consenting('gift')], {
      settings: { maxConfirmsPerTurn },
    });
    return { conversation, first: conversation.turn({ candidates: { pay: 0.9, gift: 0.8 } }) };
  };

  test.each([-90, 0, 90])('1.5: comes before a CONFIRM with priority %i and counts as a CONFIRM', (priority) => {
    const { first } = play(priority);
    expect(first.plan).toEqual(['CHOICE gift', '(deferred) pay CONFIRM ']);
    expect(first.contribution('pay').deferredBehindScenarioId).toBe('gift');
    expect(first.result.plan.contributions[0]).toMatchObject({ priority: 50 + Math.max(0, priority) });
  });

  test('1.5: leaves room for a CONFIRM if max_confirms_per_turn is 2, and is put before it', () => {
    const { conversation, first } = play(0, 2);
    expect(first.plan).toEqual(['CHOICE gift', 'pay CONFIRM ']);
    expect(conversation.session.choices[0]?.lastPut).toEqual({ revision: 1, at: 60_000, position: 0 });
    expect(conversation.instance('pay').requests[0]?.lastPut.position).toBe(1);
  });

  test('1.5: comes after an ASK with a higher priority', () => {
    const conversation = new Conversation([asking('pay', ['iban'], { priority: 80 }), consenting('gift')]);
    const { plan } = conversation.turn({ candidates: { pay: 0.9, gift: 0.8 } });
    expect(plan).toEqual(['pay ASK iban', 'CHOICE gift']);
  });

  test('1.5: allows the CONFIRM once the CHOICE is closed', () => {
    const { conversation } = play(0);
    expect(conversation.turn({ outcomes: [{ kind: 'DECLINED' }] }).plan).toEqual(['pay CONFIRM ']);
  });

  test('4.2: keeps the CONFIRM deferred on a turn that does not put it again', () => {
    const { conversation } = play(0);
    const later = conversation.turn({ trigger: 'TOOL_RESULTS' });
    expect(later.plan).toEqual(['pay NONE']);
    expect(conversation.instance('pay')).toMatchObject({ deferredBehindScenarioId: 'gift', requests: [] });
  });

  test('1.5: has all fields of a contribution', () => {
    expect(play(0).first.result.plan.contributions[0]).toEqual({
      type: 'CONFIRM',
      confirmKind: 'CHOICE',
      choiceReason: 'NEEDS_CONSENT',
      choices: [{ scenarioId: 'gift', scenarioName: 'gift', score: 0.8 }],
      scenarioId: '',
      scenarioName: '',
      instanceId: '',
      stepId: '',
      stepName: '',
      priority: 50,
      isReprompt: false,
      isReminder: false,
      leadInTemplateIds: [],
      deferred: false,
      deferredBehindScenarioId: '',
      sharedFields: [],
      actionToConfirm: '',
      valuesToConfirm: new Map(),
      actionKey: '',
    });
  });
});

describe('a CHOICE between several scenarios', () => {
  const createAmbiguous = (priority: number): Conversation =>
    new Conversation([asking('toys', ['x'], { priority }), asking('care', ['x']), confirming('pay', { priority: 5 })], {
      relationships: [aRelationship('toys', 'AMBIGUOUS', 'care')],
    });

  test.each<[number, readonly string[]]>([
    [9, ['CHOICE toys,care', 'pay CONFIRM ']],
    [0, ['pay CONFIRM ', 'CHOICE toys,care']],
  ])('1.5: with highest priority %i is ordered by it and does not count as a CONFIRM', (priority, plan) => {
    const { plan: played } = createAmbiguous(priority).turn({ candidates: { pay: 0.9, toys: 0.8, care: 0.75 } });
    expect(played).toEqual(plan);
  });

  test('1.5: is a reprompt when it is put again', () => {
    const conversation = createAmbiguous(0);
    const turns = [1, 2].map(() => conversation.turn({ candidates: { toys: 0.8, care: 0.75 } }));
    expect(turns.map(({ result }) => result.plan.contributions.map(({ isReprompt }) => isReprompt))).toEqual([
      [false],
      [true],
    ]);
    expect(conversation.session.choices[0]).toMatchObject({
      putCount: 2,
      firstPut: { revision: 1 },
      previousPut: { revision: 1 },
      lastPut: { revision: 2 },
    });
  });
});
