import type { RelationshipKind } from '../../src/core/model/scenario';
import { aRelationship, Conversation, type PlayedTurn } from './conversation';
import { asking, type Variation } from './sample-scenarios';

/** A relationship as a tuple. */
export type RelationshipTuple = readonly [source: string, kind: RelationshipKind, target: string, sourceType?: 'RULE'];

/**
 * Creates a conversation with the scenarios a, b, c and d. Scenario a asks for the field `a_field`, scenario b for `b_field`, and so on.
 */
export function createLinkedConversation(
  links: readonly RelationshipTuple[],
  variations: Readonly<Record<string, Variation>> = {},
  settings = {},
): Conversation {
  return new Conversation(
    ['a', 'b', 'c', 'd'].map((id) => asking(id, [`${id}_field`], variations[id])),
    { relationships: links.map((link) => aRelationship(link[0], link[1], link[2], link[3])), settings },
  );
}

/** Returns the ids of the scenarios that start, in start order. */
export function getStartedScenarioIds({ result }: PlayedTurn): readonly string[] {
  return result.lifecycleDecisions.filter(({ action }) => action === 'START').map(({ scenarioId }) => scenarioId);
}
