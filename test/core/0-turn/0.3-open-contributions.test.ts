import type { Conversation, TurnDraft } from '../../support/conversation';
import { createLinkedConversation } from '../../support/linked-scenarios';
import { startConversation } from '../../support/running';
import { acting, asking, confirming } from '../../support/sample-scenarios';

describe('open contributions after a turn without a message', () => {
  const startBoth = (): Conversation => startConversation([acting('s'), asking('t', ['x'])]);
  const listOpen = (conversation: Conversation, turn: TurnDraft) =>
    conversation
      .turn({ trigger: 'TOOL_RESULTS', ...turn })
      .session.openContributions.map(({ instanceId, type }) => `${instanceId} ${type}`);

  test.each<[string, TurnDraft, readonly string[]]>([
    [
      'a repeated contribution keeps its position',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] },
      ['t#1 ASK', 's#1 ACTION_HINT'],
    ],
    [
      'an instance that contributes NONE is removed',
      { outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 's#1' }] },
      ['t#1 ASK'],
    ],
    ['a new instance comes last', { candidates: { u: 0.9 } }, ['t#1 ASK', 's#1 ACTION_HINT', 'u#3 CONFIRM']],
  ])('0.3: %s', (_rule, turn, open) => {
    const conversation = startBoth();
    conversation.store(confirming('u'));
    expect(conversation.session.openContributions.map(({ type }) => type)).toEqual(['ASK', 'ACTION_HINT']);
    expect(listOpen(conversation, turn)).toEqual(open);
  });

  test('0.3: a CHOICE is not an open contribution', () => {
    const conversation = createLinkedConversation([['a', 'AMBIGUOUS', 'b']]);
    expect(conversation.turn({ candidates: { a: 0.8, b: 0.8 } }).session.openContributions).toEqual([]);
  });
});
