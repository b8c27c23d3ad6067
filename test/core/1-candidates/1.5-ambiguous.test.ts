import { aRelationship, Conversation, type PlayedTurn, type TurnDraft } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';
import { asking } from '../../support/sample-scenarios';

const links: readonly RelationshipTuple[] = [['a', 'AMBIGUOUS', 'b']];
const both: TurnDraft = { candidates: { b: 0.85, a: 0.8 } };

describe('ambiguous candidates', () => {
  test.each<[RelationshipTuple]>([[['a', 'AMBIGUOUS', 'b']], [['b', 'AMBIGUOUS', 'a']]])(
    '1.5: both candidates are rejected, and one CHOICE lists them: %j',
    (link) => {
      const played = createLinkedConversation([link]).turn(both);
      expect(played.actions).toEqual([]);
      expect(played.rejections).toEqual(['b AMBIGUOUS', 'a AMBIGUOUS']);
      expect(played.plan).toEqual(['CHOICE b,a']);
      expect(played.result.plan.hasConfirms).toBe(true);
      expect(played.result.plan.contributions[0]).toMatchObject({
        type: 'CONFIRM',
        confirmKind: 'CHOICE',
        scenarioId: '',
        choices: [
          { scenarioId: 'b', score: 0.85 },
          { scenarioId: 'a', score: 0.8 },
        ],
      });
    },
  );

  test.each<[number, number, readonly string[]]>([
    [0.9, 0.8, ['a', 'b']],
    [0.9, 0.81, []],
    [0.7, 0.6, ['a', 'b']],
  ])('1.5: scores %d and %d are ambiguous only if they differ by less than the margin', (a, b, expected) => {
    expect(getStartedScenarioIds(createLinkedConversation(links).turn({ candidates: { a, b } }))).toEqual(expected);
  });

  test('1.5: ambiguity_margin is configurable', () => {
    expect(getStartedScenarioIds(createLinkedConversation(links, {}, { ambiguityMargin: 0.01 }).turn(both))).toEqual([
      'b',
      'a',
    ]);
  });

  test('1.5: a candidate that would not start does not make other candidates ambiguous', () => {
    expect(getStartedScenarioIds(createLinkedConversation(links, { b: { enabled: false } }).turn(both))).toEqual(['a']);
    expect(
      getStartedScenarioIds(createLinkedConversation(links, { b: { requires: { customer_no: 'HARD' } } }).turn(both)),
    ).toEqual(['a']);
  });

  test('1.5: three ambiguous scenarios share one CHOICE', () => {
    const played = createLinkedConversation([
      ['a', 'AMBIGUOUS', 'b'],
      ['b', 'AMBIGUOUS', 'c'],
    ]).turn({ candidates: { a: 0.8, b: 0.8, c: 0.8 } });
    expect(played.plan).toEqual(['CHOICE a,b,c']);
  });

  test('1.5: a CHOICE lists its scenarios in start order, in whatever way they are related', () => {
    const conversation = createLinkedConversation([
      ['a', 'AMBIGUOUS', 'd'],
      ['b', 'AMBIGUOUS', 'd'],
      ['c', 'AMBIGUOUS', 'd'],
    ]);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8, c: 0.8, d: 0.8 } }).plan).toEqual(['CHOICE a,b,c,d']);
  });

  test('1.5: a START decides for its scenario, although the other one has nearly its score', () => {
    const played = createLinkedConversation(links).turn({ signals: [['START', 'a']], candidates: { b: 0.95 } });
    expect([played.actions, played.rejections, played.plan]).toEqual([
      ['a START AIMED'],
      ['b AMBIGUOUS'],
      ['a ASK a_field'],
    ]);
  });

  test.each<[string, TurnDraft]>([
    ['without a CHOICE', {}],
    ['if the open CHOICE offers only one of them', { candidates: { a: 0.8, c: 0.8 } }],
  ])('1.5: STARTs aimed at both are ambiguous %s', (_case, before) => {
    const conversation = createLinkedConversation([...links, ['a', 'AMBIGUOUS', 'c']]);
    conversation.turn(before);
    const played = conversation.turn({ signals: [['START', 'a', 'b']] });
    expect([played.rejections, played.plan]).toEqual([['a AMBIGUOUS', 'b AMBIGUOUS'], ['CHOICE a,b']]);
  });

  test('1.5: two groups of ambiguous scenarios are put one after the other, in start order', () => {
    const conversation = createLinkedConversation([
      ['a', 'AMBIGUOUS', 'c'],
      ['b', 'AMBIGUOUS', 'd'],
    ]);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8, c: 0.8, d: 0.8 } }).plan).toEqual(['CHOICE a,c']);
    expect(conversation.session.choices.map(({ scenarioIds }) => scenarioIds)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
  });

  test('1.5: scenarios that exclude each other can be ambiguous', () => {
    const played = createLinkedConversation([...links, ['a', 'EXCLUDES', 'b']]).turn(both);
    expect([played.rejections, played.plan]).toEqual([['b AMBIGUOUS', 'a AMBIGUOUS'], ['CHOICE b,a']]);
  });

  test('1.5: a candidate that an active instance excludes does not make other candidates ambiguous', () => {
    const conversation = createLinkedConversation([...links, ['b', 'AMBIGUOUS', 'c'], ['b', 'EXCLUDES', 'c']]);
    conversation.turn({ candidates: { c: 0.9 } });
    const played = conversation.turn(both);
    expect([getStartedScenarioIds(played), played.rejections]).toEqual([['a'], ['b EXCLUDED']]);
  });

  test('1.5: an ambiguous candidate does not supersede, exclude or imply other candidates', () => {
    const played = createLinkedConversation([
      ...links,
      ['a', 'SPECIALIZES', 'c'],
      ['b', 'EXCLUDES', 'd'],
      ['a', 'IMPLIES', 'd'],
    ]).turn({
      candidates: { a: 0.8, b: 0.8, c: 0.7, d: 0.6 },
    });
    expect(getStartedScenarioIds(played)).toEqual(['c', 'd']);
    expect(played.rejections).toEqual(['a AMBIGUOUS', 'b AMBIGUOUS']);
  });

  test('1.5: starts that replace ambiguous candidates can be ambiguous themselves', () => {
    const played = createLinkedConversation([...links, ['a', 'EXCLUDES', 'c'], ['c', 'AMBIGUOUS', 'd']]).turn({
      candidates: { a: 0.9, b: 0.9, c: 0.6, d: 0.6 },
    });
    expect(getStartedScenarioIds(played)).toEqual([]);
    // One CHOICE at a time: the second one waits.
    expect(played.plan).toEqual(['CHOICE a,b']);
    expect(played.session.choices.map(({ status, scenarioIds }) => [status, ...scenarioIds])).toEqual([
      ['OPEN', 'a', 'b'],
      ['WAITING', 'c', 'd'],
    ]);
  });

  test('1.5: a candidate that a starting scenario excludes does not make other candidates ambiguous', () => {
    const played = createLinkedConversation([
      ['a', 'EXCLUDES', 'c'],
      ['c', 'AMBIGUOUS', 'd'],
    ]).turn({ candidates: { a: 0.9, c: 0.8, d: 0.8 } });
    expect([getStartedScenarioIds(played), played.rejections]).toEqual([['a', 'd'], ['c EXCLUDED']]);
  });

  test('1.5: the rejection lists the other scenarios by id', () => {
    const played = createLinkedConversation([
      ['a', 'AMBIGUOUS', 'c'],
      ['a', 'AMBIGUOUS', 'b'],
    ]).turn({ candidates: { c: 0.85, b: 0.82, a: 0.8 } });
    const rejectedA = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'a');
    expect(rejectedA?.blockingScenarioIds).toEqual(['b', 'c']);
  });

  test('1.5: a START for each of two ambiguous scenarios does not select one of them', () => {
    const played = createLinkedConversation([['a', 'AMBIGUOUS', 'b']]).turn({ signals: [['START', 'a', 'b']] });
    expect([played.rejections, played.plan]).toEqual([['a AMBIGUOUS', 'b AMBIGUOUS'], ['CHOICE a,b']]);
  });
});

describe('the CHOICE', () => {
  const getChoice = ({ result }: PlayedTurn) =>
    result.plan.contributions.find((each) => each.type === 'CONFIRM' && each.confirmKind === 'CHOICE');
  const getAttempts = ({ session }: Conversation): readonly number[] => session.choices.map(({ attempts }) => attempts);

  test('1.5: the CHOICE is put again as a reprompt while it is not answered, and counts attempts', () => {
    const conversation = createLinkedConversation(links);
    expect(getChoice(conversation.turn(both))?.isReprompt).toBe(false);
    expect(getChoice(conversation.turn())?.isReprompt).toBe(true);
    expect(getChoice(conversation.turn(both))?.isReprompt).toBe(true);
    expect(getAttempts(conversation)).toEqual([2]);
  });

  test('1.5: a turn without a message neither puts the CHOICE again nor closes it', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    expect(conversation.turn({ trigger: 'TIMER' }).plan).toEqual([]);
    expect(getAttempts(conversation)).toEqual([0]);
    expect(conversation.turn(both).plan).toEqual(['CHOICE b,a']);
  });

  test.each<[string, TurnDraft]>([
    ['addresses an instance', { candidates: { c: 0.9 } }],
    ['gives an instance the value that it waits for', { variables: { c_field: 1 } }],
    ['names a scenario outside it that is refused', { candidates: { d: 0.9 } }],
    ['asks for something', { requested: ['hours'] }],
  ])('0.8: a message that %s is no attempt at the CHOICE', (_what, draft) => {
    const conversation = createLinkedConversation(links, { d: { requires: { no: 'HARD' } } });
    conversation.turn({ candidates: { c: 0.9 } });
    conversation.turn(both);
    conversation.turn(draft);
    expect(getAttempts(conversation)).toEqual([0]);
  });

  test('1.5: the CHOICE closes at max_attempts attempts, and the same set is put again after a message without it', () => {
    const conversation = createLinkedConversation(links, {}, { maxAttempts: 2 });
    expect([both, both, both, both].map((draft) => conversation.turn(draft).plan)).toEqual([
      ['CHOICE b,a'],
      ['CHOICE b,a'],
      [],
      [],
    ]);
    conversation.turn({ trigger: 'TIMER' });
    expect(conversation.turn(both).plan).toEqual([]);
    conversation.turn();
    expect(conversation.turn(both).plan).toEqual(['CHOICE b,a']);
  });

  test('1.5: the CHOICE closes when another scenario starts or resumes', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    expect(conversation.turn({ candidates: { c: 0.9 } }).plan).toEqual(['c ASK c_field']);
    expect(conversation.session.choices).toEqual([]);
    conversation.turn({ signals: [['PAUSE', 'c']] });
    conversation.turn(both);
    conversation.turn({ signals: [['CONTINUE', 'c']] });
    expect(conversation.session.choices).toEqual([]);
  });

  test('1.5: STARTs aimed at several scenarios of the CHOICE start all of them', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    const played = conversation.turn({ signals: [['START', 'a', 'b']], ...both });
    expect(played.actions).toEqual(['a START AIMED', 'b START AIMED']);
    expect([played.rejections, played.session.choices]).toEqual([[], []]);
  });

  test('1.5: a CHOICE that waits is put when the open one is closed', () => {
    const conversation = createLinkedConversation([...links, ['c', 'AMBIGUOUS', 'd']]);
    const all: TurnDraft = { candidates: { a: 0.9, b: 0.9, c: 0.6, d: 0.6 } };
    expect(conversation.turn(all).plan).toEqual(['CHOICE a,b']);
    expect(conversation.session.choices).toMatchObject([
      { scenarioIds: ['a', 'b'], putCount: 1 },
      { scenarioIds: ['c', 'd'], putCount: 0 },
    ]);
    expect(conversation.turn({ candidates: { a: 0.9 } }).plan).toEqual(['CHOICE c,d', 'a ASK a_field']);
  });

  test('0.4: the CHOICE keeps the local values of its scenarios until one of them starts', () => {
    const conversation = createLinkedConversation(links, { a: { localFields: ['a_field'] } });
    conversation.turn({ ...both, given: [{ name: 'a_field', value: 5, scenarioId: 'a' }] });
    const played = conversation.turn({ signals: [['START', 'a']] });
    expect(played.transition('a').targetStepId).toBe('end');
    expect(conversation.instance('a').variables.get('a_field')).toBe(5);
  });

  test.each<[string, (conversation: Conversation) => void]>([
    ['removed', (conversation) => conversation.remove('a')],
    ['disabled', (conversation) => conversation.store(asking('a', ['a_field'], { enabled: false }))],
  ])('1.5: a CHOICE is not put again after one of its scenarios was %s', (_change, change) => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    change(conversation);
    const played = conversation.turn();
    expect([played.plan, played.session.choices]).toEqual([[], []]);
    expect(conversation.turn({ candidates: { b: 0.8 } }).plan).toEqual(['b ASK b_field']);
  });

  test('1.5: another set is offered immediately', () => {
    const conversation = createLinkedConversation([...links, ['b', 'AMBIGUOUS', 'c']]);
    conversation.turn(both);
    expect(conversation.turn({ candidates: { b: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE b,c']);
  });

  test.each<[string, TurnDraft]>([
    ['a START', { signals: [['START', 'a']] }],
    ['a candidate for one of them', { candidates: { a: 0.9 } }],
  ])('1.5: %s answers the CHOICE', (_how, draft) => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    expect(getStartedScenarioIds(conversation.turn(draft))).toEqual(['a']);
  });

  const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

  test('1.5: DECLINED closes the CHOICE, and CONFIRMED does not answer one with several options', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    const yes = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(yes.result.ignoredOutcomes).toMatchObject([{ reason: 'NO_OPEN_REQUEST' }]);
    expect(yes.plan).toEqual(['CHOICE b,a']);
    const declined = conversation.turn(no);
    expect([declined.result.ignoredOutcomes, declined.plan, declined.session.choices]).toEqual([[], [], []]);
  });

  test('1.5: after DECLINED the same set is not put again before a message on which it is not ambiguous', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn(both);
    const declined = conversation.turn({ ...no, ...both });
    expect([declined.actions, declined.plan]).toEqual([[], []]);
    expect(conversation.turn(both).plan).toEqual([]);
    conversation.turn({ trigger: 'TIMER' });
    expect(conversation.turn(both).plan).toEqual([]);
    conversation.turn();
    expect(conversation.turn(both).plan).toEqual(['CHOICE b,a']);
  });

  test('1.5: with max_attempts 0 the CHOICE is put again without a limit', () => {
    const conversation = createLinkedConversation(links, {}, { maxAttempts: 0 });
    const plans = Array.from({ length: 9 }, () => conversation.turn(both).plan);
    expect(plans).toEqual(Array(9).fill(['CHOICE b,a']));
  });

  test('0.4: a CHOICE that is put again keeps the local values of each turn', () => {
    const conversation = createLinkedConversation(links, { a: { localFields: ['day', 'time'] } });
    conversation.turn({ ...both, given: [{ name: 'day', value: 'Monday', scenarioId: 'a' }] });
    conversation.turn({ ...both, given: [{ name: 'time', value: '10:00', scenarioId: 'a' }] });
    conversation.turn(both);
    expect(conversation.session.choices[0]?.localValues).toEqual(
      new Map([
        [
          'a',
          new Map([
            ['day', 'Monday'],
            ['time', '10:00'],
          ]),
        ],
      ]),
    );
  });

  describe('0.6: a DECLINED while a CONFIRM and a CHOICE are open', () => {
    const agreeing = (conversation: Conversation): readonly string[] =>
      conversation.instance('c').requests.map(({ kind, status, outcome }) => `${kind} ${status} ${outcome ?? ''}`);
    const steps = [
      { stepId: 'agree', isCheckpoint: true, to: [{ to: 'no', outcomes: ['DECLINED' as const] }, 'end'] },
      { stepId: 'no', templateIds: ['no'], isTerminal: true },
      { stepId: 'end', isTerminal: true },
    ];
    const startBoth = (first: TurnDraft, second: TurnDraft): Conversation => {
      const scenarios = [asking('a', ['a_field']), asking('b', ['b_field']), { scenarioId: 'c', steps }];
      const conversation = new Conversation(scenarios, { relationships: [aRelationship('a', 'AMBIGUOUS', 'b')] });
      conversation.turn(first);
      conversation.turn(second);
      return conversation;
    };

    test('0.6: answers the CONFIRM of the same plan', () => {
      const conversation = startBoth({ candidates: { c: 0.9 } }, both);
      expect(conversation.turn(no).plan).toContain('c INFORM no');
      expect(conversation.session.choices).toHaveLength(1);
    });

    test('0.6: answers the CHOICE that was put later', () => {
      const conversation = startBoth({ candidates: { c: 0.9 } }, { ...both, trigger: 'TOOL_RESULTS' });
      conversation.turn(no);
      expect([conversation.session.choices, agreeing(conversation)]).toEqual([[], ['CONFIRM OPEN ']]);
    });
  });

  test('1.5: a START for one scenario answers the CHOICE although both are ambiguous candidates again', () => {
    const conversation = createLinkedConversation(links);
    conversation.turn({ candidates: { a: 0.95, b: 0.95 } });
    const played = conversation.turn({ signals: [['START', 'a']], candidates: { a: 0.95, b: 0.95 } });
    expect([getStartedScenarioIds(played), played.rejections, played.plan]).toEqual([
      ['a'],
      ['b AMBIGUOUS'],
      ['a ASK a_field'],
    ]);
  });

  test('1.5: a set that overlaps the offered set is another set', () => {
    const all: readonly RelationshipTuple[] = [
      ['a', 'AMBIGUOUS', 'b'],
      ['b', 'AMBIGUOUS', 'c'],
      ['a', 'AMBIGUOUS', 'c'],
    ];
    const conversation = createLinkedConversation(all);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8 } }).plan).toEqual(['CHOICE a,b']);
    expect(conversation.turn({ candidates: { a: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE a,c']);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8, c: 0.8 } }).plan).toEqual(['CHOICE a,b,c']);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8 } }).plan).toEqual(['CHOICE a,b']);
  });

  test('1.5: the CHOICE has the names of the scenarios and no owner', () => {
    const conversation = createLinkedConversation([['a', 'AMBIGUOUS', 'b']], {
      a: { name: 'Refund', priority: 3 },
      b: { name: 'Return' },
    });
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.75 } }).result.plan).toEqual({
      contributions: [
        {
          scenarioId: '',
          scenarioName: '',
          instanceId: '',
          stepId: '',
          stepName: '',
          priority: 53,
          isReprompt: false,
          isReminder: false,
          leadInTemplateIds: [],
          deferred: false,
          deferredBehindScenarioId: '',
          sharedFields: [],
          type: 'CONFIRM',
          confirmKind: 'CHOICE',
          actionToConfirm: '',
          valuesToConfirm: new Map(),
          choices: [
            { scenarioId: 'a', scenarioName: 'Refund', score: 0.8 },
            { scenarioId: 'b', scenarioName: 'Return', score: 0.75 },
          ],
          choiceReason: 'AMBIGUOUS',
          actionKey: '',
        },
      ],
      primaryScenarioId: '',
      activeScenarioIds: [],
      hasAsks: false,
      hasConfirms: true,
      hasActionHints: false,
      hasInforms: false,
      offers: [],
      openRequests: [],
      rejectedValues: [],
    });
  });

  test('1.5: a turn without a message can open a CHOICE', () => {
    const conversation = createLinkedConversation([['a', 'AMBIGUOUS', 'b']]);
    const candidates = { a: 0.8, b: 0.8 };
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', candidates }).plan).toEqual(['CHOICE a,b']);
    expect(conversation.turn({ candidates }).plan).toEqual(['CHOICE a,b']);
  });
});
