import fc from 'fast-check';
import type { ResponseView } from '../../src/server/ports/turn-codec';
import type { ScenarioDraft, TurnDraft } from './conversation';
import { oneOf, rarely } from './random-names';
import { randomSession } from './random-scenarios';

/** One turn of a random conversation with what happens around it. */
export interface ConversationTurn {
  readonly draft: TurnDraft;
  readonly view: ResponseView;
  /** Stored before the turn, as a new version of its scenario. */
  readonly edit: ScenarioDraft | undefined;
  /** Whether the turn supersedes the last one, if that is possible. */
  readonly supersedes: boolean;
  /** A turn that another node processes at the same time. */
  readonly concurrent: TurnDraft | undefined;
}

const views: fc.Arbitrary<ResponseView> = oneOf(['BASIC', 'BASIC', 'FULL', 'PLAN'] as const);

/** Up to 24 turns of one session, with new scenario versions, superseded turns and conflicts. */
export const randomConversation = fc
  .tuple(
    randomSession,
    randomSession,
    fc.array(fc.record({ view: views, edits: rarely(5), supersedes: rarely(4), isConcurrent: rarely(8) }), {
      minLength: 24,
      maxLength: 24,
    }),
  )
  .map(([first, second, events]) => {
    const firstEnd = first.turns.at(-1)?.occurredAt ?? 0;
    const drafts = [
      ...first.turns,
      ...second.turns.map((draft) => ({ ...draft, occurredAt: (draft.occurredAt ?? 0) + firstEnd })),
    ];
    const turns = drafts.flatMap((draft, index): ConversationTurn[] => {
      const event = events[index];
      if (event === undefined) return [];
      const { view, edits, supersedes, isConcurrent } = event;
      const edit = edits ? second.scenarios[index % second.scenarios.length] : undefined;
      return [{ draft, view, edit, supersedes, concurrent: isConcurrent ? drafts[0] : undefined }];
    });
    return { scenarios: first.scenarios, relationships: first.relationships, settings: first.settings, turns };
  });

export type RandomConversation = typeof randomConversation extends fc.Arbitrary<infer T> ? T : never;
