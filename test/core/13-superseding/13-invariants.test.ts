import fc from 'fast-check';
import { decideTurn } from '../../../src/core/decide-turn';
import { restoreSessionBefore } from '../../../src/core/model/superseding';
import type { TurnResult } from '../../../src/core/model/turn-result';
import { Conversation, type TurnDraft } from '../../support/conversation';
import { randomSession } from '../../support/random-scenarios';

const parameters = { numRuns: 100, seed: Math.floor(Math.random() * 2 ** 31) };

/** A session in which some turns supersede another random turn. They are messages, because what supersedes a message is one. */
const randomSuperseding = randomSession.chain((random) =>
  fc
    .array(fc.array(fc.constantFrom(...random.turns), { maxLength: 2 }), {
      minLength: random.turns.length,
      maxLength: random.turns.length,
    })
    .map((replaced) => {
      const turns = random.turns.map((draft, index) =>
        replaced[index]?.length ? { ...draft, trigger: 'MESSAGE' as const } : draft,
      );
      /** `replaced` has, for each turn of the session, the turns that are superseded before it. */
      return { random: { ...random, turns }, replaced };
    }),
);

type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

/** Plays the turns, and before each one the turns that it supersedes. */
function play(
  { scenarios, relationships, settings, turns }: RandomSession,
  replaced: readonly (readonly TurnDraft[])[],
): readonly TurnResult[] {
  const conversation = new Conversation(scenarios, { relationships, settings });
  let startedCount = 0;
  return turns.map((draft, index) => {
    let before = conversation.session;
    for (const [number, other] of (replaced[index] ?? []).entries()) {
      const getNewInstanceId = (scenarioId: string) => `${scenarioId}#${startedCount + 1} replaced ${index} ${number}`;
      const decision = decideTurn({ ...conversation.input(withoutKeys(other)), getNewInstanceId });
      before = restoreSessionBefore(decision.session, before);
      conversation.session = before;
    }
    const { result, session } = decideTurn({
      ...conversation.input(withoutKeys(draft)),
      getNewInstanceId: (scenarioId) => `${scenarioId}#${startedCount + 1}`,
    });
    startedCount += result.lifecycleDecisions.filter(({ action }) => action === 'START').length;
    conversation.session = session;
    return result;
  });
}

/** Keys differ between the two sessions, so the random turns name none. */
const withoutKeys = (draft: TurnDraft): TurnDraft => ({
  ...draft,
  outcomes: (draft.outcomes ?? []).map((outcome) => ({ ...outcome, actionKey: '' })),
});

const differing = new Set(['revision', 'turnId', 'visitNumber']);

/** Returns a result as text, without revisions, visit numbers and the numbers in action keys. */
function toText(result: TurnResult): string {
  const text = JSON.stringify(result, (key, value: unknown) => {
    if (differing.has(key)) return undefined;
    return value instanceof Map ? [...value] : value;
  });
  return text.replaceAll(/([pqr]#\d+\/s\d)\/\d+(\/\d+)?/g, '$1');
}

test('13: a session with superseded turns is decided as if they had never been sent, except revisions and ids', () => {
  fc.assert(
    fc.property(randomSuperseding, ({ random, replaced }) => {
      const plain = play(random, []);
      const superseding = play(random, replaced);
      expect(superseding.map(toText)).toEqual(plain.map(toText));
      const sentCounts = random.turns.map((_, index) => index + 1 + replaced.slice(0, index + 1).flat().length);
      expect(superseding.map(({ revision }) => revision)).toEqual(sentCounts);
      expect(superseding.map(({ turnCount }) => turnCount)).toEqual(plain.map(({ turnCount }) => turnCount));
    }),
    parameters,
  );
});

test('13: no action key of a superseded turn names another request later', () => {
  fc.assert(
    fc.property(randomSuperseding, ({ random, replaced }) => {
      const { scenarios, relationships, settings, turns } = random;
      const conversation = new Conversation(scenarios, { relationships, settings });
      const superseded = new Set<string>();
      for (const [index, draft] of turns.entries()) {
        let before = conversation.session;
        const known = new Set(listKeys(before));
        for (const other of replaced[index] ?? []) {
          conversation.turn(other);
          for (const key of listKeys(conversation.session)) if (!known.has(key)) superseded.add(key);
          before = restoreSessionBefore(conversation.session, before);
          conversation.session = before;
        }
        conversation.turn(draft);
        expect(listKeys(conversation.session).filter((key) => superseded.has(key))).toEqual([]);
      }
    }),
    parameters,
  );
});

const listKeys = ({ instances }: Conversation['session']): readonly string[] =>
  instances.flatMap(({ requests }) => requests.map(({ actionKey }) => actionKey).filter((key) => key !== ''));
