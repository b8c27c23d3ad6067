import fc from 'fast-check';
import type { Session } from '../../../../gen/focal/orchestration/v1/session';
import { scenarioToProto } from '../../../../src/server/codec/wire/scenario-codec';
import { turnToProto } from '../../../../src/server/codec/wire/turn-message-codec';
import { getCallError } from '../../../support/grpc-under-test';
import { arbitraryMutation, type Mutation, mutate } from '../../../support/mutated-messages';
import { agent, createInput, getSessionAfter, PhasesUnderTest } from '../../../support/phases-under-test';
import { toSendableScenario, toSendableTurn } from '../../../support/random-requests';
import { randomSession } from '../../../support/random-scenarios';
import { uuid } from '../../../support/session-builder';

type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

let phases: PhasesUnderTest;
let turns = 0;
beforeAll(async () => {
  phases = await PhasesUnderTest.start();
});
afterAll(() => phases.stop());

/** Creates the input of the next turn of a session. */
function createDraftInput(
  { scenarios }: RandomSession,
  draft: RandomSession['turns'][number],
  session: Session | undefined,
) {
  turns += 1;
  const ids = { ...agent, sessionId: uuid(3), turnId: uuid(1_000_000 + turns), occurredAt: draft.occurredAt ?? 0 };
  const turn = turnToProto(toSendableTurn(draft, { ...ids, running: session?.instances ?? [] }));
  return createInput({ turn, session, scenarios: scenarios.map((each) => scenarioToProto(toSendableScenario(each))) });
}

/** Plays a random conversation and returns the session after it. */
async function playConversation(random: RandomSession): Promise<Session | undefined> {
  let session: Session | undefined;
  for (const draft of random.turns)
    session = getSessionAfter(await phases.runContributions(createDraftInput(random, draft, session)));
  return session;
}

test('a turn on a session with random changes is decided or rejected with its invalid fields, and is never an internal error', async () => {
  let decided = 0;
  let refused = 0;
  const tryOne = async (random: RandomSession, session: Session, mutations: readonly Mutation[]): Promise<void> => {
    const [draft] = random.turns;
    if (draft === undefined) return;
    const mutated = mutate(session, mutations);
    const answer = await phases
      .runContributions(createDraftInput(random, draft, mutated))
      .catch((error: Error) => error);
    if (answer instanceof Error) {
      refused += 1;
      const { status, violations } = await getCallError(Promise.reject(answer));
      expect(status).toBe('INVALID_ARGUMENT');
      expect(violations.length).toBeGreaterThan(0);
      for (const { field } of violations) expect(field).toMatch(/^input\.(session|turn)\./);
    } else {
      decided += 1;
      await phases.runLifecycle(createDraftInput(random, draft, answer.session)); // what it answers with it takes again
    }
  };
  await fc.assert(
    fc.asyncProperty(
      randomSession,
      fc.array(fc.array(arbitraryMutation, { minLength: 1, maxLength: 4 }), { minLength: 15, maxLength: 15 }),
      async (random, all) => {
        phases.settings = random.settings;
        const session = await playConversation(random);
        if (session) for (const mutations of all) await tryOne(random, session, mutations);
      },
    ),
    // No shrinking, because it would play the conversation hundreds of times.
    { numRuns: 8, endOnFailure: true },
  );
  expect(decided).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
}, 120_000);
