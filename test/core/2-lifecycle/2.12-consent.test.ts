import { aRelationship, Conversation, type PlayedTurn, type TurnDraft } from '../../support/conversation';
import { asking, confirming, end, type Variation } from '../../support/sample-scenarios';

const upgrade = (variation: Variation = {}) => asking('upgrade', ['plan'], { askBeforeStart: true, ...variation });
const refund = asking('refund', ['order_id']);
const named: TurnDraft = { candidates: { upgrade: 0.7 } };
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

const start = (variation: Variation = {}): Conversation => {
  const conversation = new Conversation([upgrade(variation), refund]);
  conversation.turn(named);
  return conversation;
};

const getChoice = ({ result }: PlayedTurn) =>
  result.plan.contributions.find((each) => each.type === 'CONFIRM' && each.confirmKind === 'CHOICE');

describe('ask_before_start', () => {
  test('2.12: a candidate is rejected (NEEDS_CONSENT), and the plan carries a CHOICE with this option', () => {
    const conversation = new Conversation([upgrade()]);
    const played = conversation.turn(named);
    expect([played.actions, played.rejections]).toEqual([[], ['upgrade NEEDS_CONSENT']]);
    expect(getChoice(played)).toMatchObject({ choiceReason: 'NEEDS_CONSENT', isReprompt: false });
    expect(played.plan).toEqual(['CHOICE upgrade']);
    expect(conversation.session.pendingStarts).toEqual([]);
  });

  test.each<[string, TurnDraft, number]>([
    ['CONFIRMED', yes, 0.7],
    ['a START', { signals: [['START', 'upgrade']] }, 1],
    ['a second naming', { candidates: { upgrade: 0.6 } }, 0.6],
  ])('2.12: %s starts it (CONSENTED)', (_what, draft, confidence) => {
    const played = start().turn(draft);
    expect(played.lifecycle('upgrade')).toMatchObject({ action: 'START', reason: 'CONSENTED', confidence });
    expect([played.plan, played.session.choices]).toEqual([['upgrade ASK plan'], []]);
  });

  test('2.12: a START without a CHOICE needs no consent', () => {
    expect(new Conversation([upgrade()]).turn({ signals: [['START', 'upgrade']] }).actions).toEqual([
      'upgrade START AIMED',
    ]);
  });

  test('2.12: DECLINED ends the CHOICE, also if the same message names the scenario', () => {
    const played = start().turn({ ...no, ...named });
    expect([played.actions, played.rejections, played.plan]).toEqual([[], ['upgrade NEEDS_CONSENT'], []]);
    expect(start().turn(no).session.choices).toEqual([]);
  });

  test('2.12: the CHOICE is put at most two times', () => {
    const conversation = start();
    const second = conversation.turn();
    expect(getChoice(second)?.isReprompt).toBe(true);
    const third = conversation.turn();
    expect([third.plan, third.session.choices]).toEqual([[], []]);
    expect(conversation.turn(yes).actions).toEqual([]);
  });

  test('2.12: an implied scenario needs consent as well', () => {
    const conversation = new Conversation([refund, upgrade()], {
      relationships: [
        {
          kind: 'IMPLIES',
          sourceType: 'SCENARIO',
          sourceId: 'refund',
          targetScenarioId: 'upgrade',
          weight: 0,
          startDependency: false,
        },
      ],
    });
    const played = conversation.turn({ candidates: { refund: 0.9 } });
    expect(played.rejections).toEqual(['upgrade NEEDS_CONSENT']);
    expect(played.plan).toEqual(['CHOICE upgrade', 'refund ASK order_id']);
  });

  test('2.12: a scenario that is refused for another reason is pending, and asks for consent when it can start', () => {
    const conversation = new Conversation([upgrade({ requires: { no: 'HARD' } })]);
    expect(conversation.turn(named).rejections).toEqual(['upgrade MISSING_HARD_FIELDS']);
    const played = conversation.turn({ patch: { no: 7 } });
    expect([played.rejections, played.session.pendingStarts]).toEqual([['upgrade NEEDS_CONSENT'], []]);
    expect(conversation.turn(yes).actions).toEqual(['upgrade START CONSENTED']);
  });

  test.each<[string, (conversation: Conversation) => void]>([
    ['removed', (conversation) => conversation.remove('upgrade')],
    ['disabled', (conversation) => conversation.store(upgrade({ enabled: false }))],
  ])('1.5: the CHOICE is not put again after the scenario was %s', (_change, change) => {
    const conversation = start();
    change(conversation);
    const played = conversation.turn();
    expect([played.plan, played.session.choices]).toEqual([[], []]);
  });

  test('1.5: the CHOICE closes when another scenario starts', () => {
    const conversation = start();
    const played = conversation.turn({ candidates: { refund: 0.9 } });
    expect([played.plan, played.session.choices]).toEqual([['refund ASK order_id'], []]);
  });

  test('1.5: AMBIGUOUS comes before NEEDS_CONSENT, which waits until the other is closed', () => {
    const conversation = new Conversation([upgrade(), refund, asking('return', ['order_id'])], {
      relationships: [aRelationship('refund', 'AMBIGUOUS', 'return')],
    });
    conversation.turn(named);
    const both: TurnDraft = { candidates: { refund: 0.8, return: 0.8 } };
    expect(conversation.turn(both).plan).toEqual(['CHOICE refund,return']);
    expect(conversation.session.choices.map(({ reason, status }) => [reason, status])).toEqual([
      ['AMBIGUOUS', 'OPEN'],
      ['NEEDS_CONSENT', 'WAITING'],
    ]);
    expect(conversation.turn({ candidates: { refund: 0.9 } }).plan).toEqual(['CHOICE upgrade', 'refund ASK order_id']);
  });

  test('2.12: a second naming does not start the scenario while its CHOICE waits', () => {
    const conversation = new Conversation([upgrade(), refund, asking('return', ['order_id'])], {
      relationships: [aRelationship('refund', 'AMBIGUOUS', 'return')],
    });
    const all: TurnDraft = { candidates: { upgrade: 0.9, refund: 0.8, return: 0.8 } };
    expect(conversation.turn(all).plan).toEqual(['CHOICE refund,return']);
    const again = conversation.turn(all);
    expect([again.actions, again.plan]).toEqual([[], ['CHOICE refund,return']]);
    expect(again.rejections).toContain('upgrade NEEDS_CONSENT');
    expect(conversation.session.choices[1]).toMatchObject({ scenarioIds: ['upgrade'], status: 'WAITING', attempts: 0 });
    expect(conversation.turn(no).plan).toEqual(['CHOICE upgrade']);
  });

  test('0.8: a message is no attempt at a CHOICE that waits', () => {
    const conversation = new Conversation([upgrade(), refund, asking('return', ['order_id'])], {
      relationships: [aRelationship('refund', 'AMBIGUOUS', 'return')],
    });
    conversation.turn({ candidates: { upgrade: 0.9, refund: 0.8, return: 0.8 } });
    conversation.turn();
    expect(conversation.session.choices).toMatchObject([
      { reason: 'AMBIGUOUS', status: 'OPEN', attempts: 1 },
      { reason: 'NEEDS_CONSENT', status: 'WAITING', attempts: 0, localValues: new Map() },
    ]);
  });

  test('2.14: the CHOICE closes when a second naming is refused, and the start is pending', () => {
    const conversation = new Conversation([upgrade()], {
      relationships: [aRelationship('rule', 'EXCLUDES', 'upgrade', 'RULE')],
    });
    conversation.turn(named);
    const played = conversation.turn({ ...named, rules: [{}] });
    expect([played.rejections, played.plan, played.session.choices]).toEqual([['upgrade EXCLUDED'], [], []]);
    expect(played.session.pendingStarts).toMatchObject([{ scenarioId: 'upgrade' }]);
  });

  test('1.5: the CHOICE closes when a call starts its scenario, also while it waits', () => {
    const call = { scenarioId: 'upgrade', reuseCompleted: false, returns: [] };
    const caller = {
      scenarioId: 'caller',
      steps: [
        { stepId: 'go', collectsProfileFields: ['go'], to: ['call'] },
        { stepId: 'call', calls: call, to: ['end'] },
        end,
      ],
    };
    const conversation = new Conversation([upgrade(), refund, asking('return', ['order_id']), caller], {
      relationships: [aRelationship('refund', 'AMBIGUOUS', 'return')],
    });
    conversation.turn({ candidates: { caller: 0.9 } });
    conversation.turn({ candidates: { upgrade: 0.9, refund: 0.8, return: 0.8 } });
    conversation.turn({ variables: { go: true } });
    expect(conversation.instance('upgrade').status).toBe('ACTIVE');
    expect(conversation.session.choices).toEqual([]);
  });

  test('1.5: a CONFIRM that the CHOICE defers is put when the CHOICE is closed, not before', () => {
    const conversation = new Conversation([confirming('pay'), upgrade()]);
    expect(conversation.turn({ candidates: { pay: 0.9, upgrade: 0.8 } }).plan).toEqual([
      'CHOICE upgrade',
      '(deferred) pay CONFIRM ',
    ]);
    expect(conversation.turn({ trigger: 'TOOL_RESULTS' }).plan).toEqual(['pay NONE']);
    expect(conversation.turn(no).plan).toEqual(['pay CONFIRM ']);
  });

  test('0.4: the CHOICE keeps the local values that the scenario received', () => {
    const conversation = new Conversation([upgrade({ localFields: ['plan'] })]);
    conversation.turn({ ...named, given: [{ name: 'plan', value: 'gold', scenarioId: 'upgrade' }] });
    conversation.turn(yes);
    expect(conversation.instance('upgrade').variables.get('plan')).toBe('gold');
  });
});
