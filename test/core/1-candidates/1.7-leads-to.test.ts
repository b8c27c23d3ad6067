import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { createLinkedConversation } from '../../support/linked-scenarios';
import { asking } from '../../support/sample-scenarios';

/** Ends without a contribution when its field is known. */
const brief = (ending: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED'): ScenarioDraft => ({
  scenarioId: 'a',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['a_field'], to: ['last'] },
    { stepId: 'last', isTerminal: true, ending },
  ],
});

const start = (scenario: ScenarioDraft, variation: Partial<ScenarioDraft> = {}): Conversation => {
  const conversation = new Conversation([scenario, { ...asking('b', ['b_field']), ...variation }], {
    relationships: [aRelationship('a', 'LEADS_TO', 'b')],
  });
  conversation.turn({ candidates: { a: 0.9 } });
  return conversation;
};

const answer: TurnDraft = { variables: { a_field: 1 } };

describe('leads_to', () => {
  test('1.7: when a scenario succeeds at the end of its walk, the next one starts and asks in the same turn', () => {
    const played = start(brief()).turn(answer);
    expect(played.actions).toEqual(['a COMPLETE TERMINAL', 'b START IMPLIED']);
    expect(played.lifecycle('b').confidence).toBe(1);
    expect(played.plan).toEqual(['b ASK b_field']);
  });

  test('1.7: when a scenario completes before the walks, the next one starts in the same turn', () => {
    const conversation = createLinkedConversation([['a', 'LEADS_TO', 'b']]);
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn(answer);
    expect(conversation.turn().actions).toEqual(['a COMPLETE TERMINAL', 'b START IMPLIED']);
  });

  test('1.7: a chain of scenarios without a question ends in one turn', () => {
    const silent = (scenarioId: string): ScenarioDraft => ({ scenarioId, steps: [{ stepId: 'x', isTerminal: true }] });
    const conversation = new Conversation([silent('a'), silent('b'), asking('c', ['c_field'])], {
      relationships: [aRelationship('a', 'LEADS_TO', 'b'), aRelationship('b', 'LEADS_TO', 'c')],
    });
    expect(conversation.turn({ candidates: { a: 0.9 } }).actions).toEqual([
      'a START CANDIDATE',
      'b START IMPLIED',
      'c START IMPLIED',
      'a COMPLETE TERMINAL',
      'b COMPLETE TERMINAL',
    ]);
  });

  test('0.7: scenarios that lead to each other start once a turn', () => {
    const silent = (scenarioId: string): ScenarioDraft => ({ scenarioId, steps: [{ stepId: 'x', isTerminal: true }] });
    const conversation = new Conversation([silent('a'), silent('b')], {
      relationships: [aRelationship('a', 'LEADS_TO', 'b'), aRelationship('b', 'LEADS_TO', 'a')],
    });
    const played = conversation.turn({ candidates: { a: 0.9 } });
    expect(played.actions).toEqual([
      'a START CANDIDATE',
      'b START IMPLIED',
      'a COMPLETE TERMINAL',
      'b COMPLETE TERMINAL',
    ]);
    expect(played.rejections).toEqual([]);
  });

  test('1.7: a run that ends FAILED or is canceled starts no next scenario', () => {
    expect(start(brief('FAILED')).turn(answer).actions).toEqual(['a COMPLETE TERMINAL']);
    expect(start(brief()).turn({ signals: ['CANCEL'] }).actions).toEqual(['a CANCEL USER_REQUEST']);
  });

  test('1.7: the next scenario passes the tests of a start and can become pending', () => {
    const conversation = start(brief(), { requires: { no: 'HARD' } });
    const played = conversation.turn(answer);
    expect(played.rejections).toEqual(['b MISSING_HARD_FIELDS']);
    expect(conversation.turn({ variables: { no: 7 } }).actions).toEqual(['b START PENDING']);
  });

  test('1.7: a paused next scenario resumes', () => {
    const conversation = start(brief());
    conversation.turn({ candidates: { b: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'b']] });
    expect(conversation.turn(answer).actions).toEqual(['a COMPLETE TERMINAL', 'b CONTINUE RESUMED']);
  });
});
