import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, confirming } from '../../support/sample-scenarios';

/** Addresses the instance of `form`, so that the others are quiet. */
const fill: TurnDraft = { variables: { y: 1 } };
const form = asking('form', ['y', 'z']);
const high = confirming('high', { priority: 2 });
const low = confirming('low', { priority: 1 });

describe('4.2: a deferred contribution of a quiet instance', () => {
  test('4.2: is put on the turn on which its rival ends', () => {
    const conversation = startConversation([high, low, form]);
    const played = conversation.turn({ ...fill, signals: [['CANCEL', 'high']] });
    expect(played.lifecycle('low')).toMatchObject({ action: 'CONTINUE', reason: 'GOES_ON' });
    expect(played.plan).toEqual(['low CONFIRM ', 'form ASK z']);
  });

  test('4.2: waits while its rival confirms again', () => {
    const conversation = startConversation([high, low, form]);
    const played = conversation.turn({ ...fill, signals: [['CONTINUE', 'high']] });
    expect(played.lifecycle('low').reason).toBe('QUIET');
    expect(played.plan).toEqual(['high CONFIRM ', 'form ASK z', 'low NONE']);
  });

  test('4.2: waits while the ASK of its rival is open', () => {
    const settings = { maxFieldsToAskPerTurn: 2 };
    const conversation = startConversation(
      [asking('high', ['a'], { priority: 2 }), form, asking('low', ['b'], { priority: -1 })],
      {},
      settings,
    );
    expect(conversation.instance('low')).toMatchObject({ deferredBehindScenarioId: 'form', requests: [] });
    const played = conversation.turn({ variables: { a: 1 } });
    expect(played.lifecycle('low').reason).toBe('QUIET');
    expect(played.plan).toEqual(['high INFORM bye', 'form NONE', 'low NONE']);
  });

  test('2.11: stays deferred while its instance is paused', () => {
    const conversation = startConversation([high, low, form]);
    conversation.turn({ signals: [['PAUSE', 'low']] });
    const played = conversation.turn({ ...fill, signals: [['CANCEL', 'high']] });
    expect(played.lifecycle('low')).toMatchObject({ action: 'PAUSE', reason: 'STAYS_PAUSED' });
    expect(conversation.instance('low').status).toBe('PAUSED');
  });

  test('2.11: is put when its instance resumes without being addressed', () => {
    const big: ScenarioDraft = { ...asking('big', ['x'], { priority: 9 }) };
    const conversation = new Conversation([high, low, form, big], {
      relationships: [aRelationship('big', 'EXCLUDES', 'low')],
    });
    conversation.turn({ candidates: { high: 0.9, low: 0.8, form: 0.7 } });
    expect(conversation.instance('low').deferredBehindScenarioId).toBe('high');
    conversation.turn({ candidates: { big: 0.9 } });
    expect(conversation.instance('low')).toMatchObject({ status: 'PAUSED', pauseReason: 'PREEMPTED' });
    const played = conversation.turn({
      ...fill,
      signals: [
        ['CANCEL', 'high'],
        ['CANCEL', 'big'],
      ],
    });
    expect(played.lifecycle('low')).toMatchObject({ reason: 'RESUMED', resumed: true });
    expect(played.plan).toEqual(['low CONFIRM ', 'form ASK z']);
  });
});

describe('4.2: a CONFIRM that is deferred behind a CHOICE', () => {
  const gift = asking('gift', ['g'], { askBeforeStart: true });
  const toys = asking('toys', ['g']);
  const start = (): Conversation => {
    const conversation = new Conversation([low, form, gift, toys], {
      relationships: [aRelationship('gift', 'AMBIGUOUS', 'toys')],
    });
    const first = conversation.turn({ candidates: { low: 0.9, form: 0.8, gift: 0.7 } });
    expect(first.plan).toEqual(['CHOICE gift', '(deferred) low CONFIRM ', 'form ASK y']);
    return conversation;
  };

  test('1.5: is put when the CHOICE is declined, although the message names its scenario again', () => {
    const played = start().turn({ ...fill, candidates: { gift: 0.7 }, outcomes: [{ kind: 'DECLINED' }] });
    expect(played.plan).toEqual(['low CONFIRM ', 'form ASK z']);
  });

  test('1.5: is put when a CHOICE of several scenarios follows, which counts for no scenario', () => {
    const played = start().turn({ ...fill, candidates: { gift: 0.7, toys: 0.7 } });
    expect(played.plan).toEqual(['low CONFIRM ', 'CHOICE gift,toys', 'form ASK z']);
  });
});
