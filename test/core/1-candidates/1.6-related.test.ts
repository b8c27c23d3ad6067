import { aRelationship, Conversation } from '../../support/conversation';
import {
  createLinkedConversation,
  getStartedScenarioIds,
  type RelationshipTuple,
} from '../../support/linked-scenarios';
import { confirming, silent } from '../../support/sample-scenarios';

test('1.6: a RELATED relationship has no effect and is returned', () => {
  const links: readonly RelationshipTuple[] = [['a', 'RELATED', 'b']];
  const played = createLinkedConversation(links).turn({ candidates: { a: 0.8, b: 0.8 } });
  expect(getStartedScenarioIds(played)).toEqual(['a', 'b']);
  expect(played.result.context.relationships).toEqual([aRelationship('a', 'RELATED', 'b')]);
});

test('1: candidates without relationships start independently', () => {
  const conversation = new Conversation([silent('chat'), confirming('payment')]);
  expect(conversation.turn({ candidates: { chat: 0.8, payment: 0.8 } }).rejections).toEqual([]);
});
