import fc from 'fast-check';
import {
  OrchestratorServiceService,
  PhaseInput,
  ProcessTurnRequest,
  ResponseView,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Session } from '../../../../gen/focal/orchestration/v1/session';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import type { Turn as TurnMessage } from '../../../../gen/focal/orchestration/v1/turn';
import type { Relationship } from '../../../../src/core/model/scenario';
import { findRelationshipProblem } from '../../../../src/core/scenario/relationship-problem';
import type { UseCases } from '../../../../src/server/application/use-cases';
import { relationshipToProto, scenarioToProto } from '../../../../src/server/codec/wire/scenario-codec';
import { turnToProto } from '../../../../src/server/codec/wire/turn-message-codec';
import { unboundedCall } from '../../../support/calls';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../../support/grpc-under-test';
import { toSendableRelationship, toSendableScenario, toSendableTurn } from '../../../support/random-requests';
import { randomSession } from '../../../support/random-scenarios';
import { openService, type ServiceUnderTest } from '../../../support/service-under-test';
import { uuid } from '../../../support/session-builder';

type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

const { processTurn, decideLifecycle, decideTransitions, planContributions } = OrchestratorServiceService;
const { getSession } = SessionServiceService;

let service: ServiceUnderTest;
/** Use cases with the settings of the current session. */
let useCases: UseCases;
let grpc: GrpcUnderTest;
let lastSession = 0;

beforeAll(async () => {
  service = openService();
  grpc = await startGrpc({
    processTurn: (command, call) => useCases.processTurn(command, call),
    decidePhases: (command, call) => useCases.decidePhases(command, call),
    getSession: (key, call) => useCases.getSession(key, call),
  });
});
afterAll(async () => {
  await grpc.stop();
  await service.close();
});

/** Plays a session in the store and a session that only the client keeps. Each turn must have the same result in both. */
async function playBoth(random: RandomSession, inline: boolean): Promise<void> {
  lastSession += 1;
  const ids = { tenantId: uuid(1), agentId: uuid(1_000_000 + lastSession), sessionId: uuid(2_000_000 + lastSession) };
  const scenarios = random.scenarios.map(toSendableScenario);
  const relationships = distinct(random.relationships.map(toSendableRelationship).filter(isStorable));
  useCases = service.createUseCases(random.settings);
  for (const scenario of scenarios) {
    await useCases.putScenario({ agent: ids, scenario, expectedVersion: undefined }, unboundedCall);
  }
  for (const relationship of relationships) {
    await useCases.putRelationship({ agent: ids, relationship }, unboundedCall);
  }
  const definitions = inline
    ? { scenarios: scenarios.map(scenarioToProto), relationships: relationships.map(relationshipToProto) }
    : {};
  let session: Session | undefined;
  for (const [index, draft] of random.turns.entries()) {
    const turnId = uuid(3_000_000 + index);
    const running = session?.instances ?? [];
    const turn = turnToProto(toSendableTurn(draft, { ...ids, turnId, running, occurredAt: draft.occurredAt ?? 0 }));
    session = await oneTurn(turn, PhaseInput.fromPartial({ turn, session, ...definitions }));
  }
}

async function oneTurn(turn: TurnMessage, input: PhaseInput): Promise<Session | undefined> {
  const [lifecycle, transitions, contributions] = await Promise.all([
    callMethod(grpc, decideLifecycle, { input }),
    callMethod(grpc, decideTransitions, { input }),
    callMethod(grpc, planContributions, { input }),
  ]);
  const whole = await callMethod(
    grpc,
    processTurn,
    ProcessTurnRequest.fromPartial({ turn, responseView: ResponseView.RESPONSE_VIEW_FULL }),
  );
  const { context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes, transitionDecisions, plan } = whole;
  const { session } = await callMethod(grpc, getSession, turn);
  expect(lifecycle).toEqual({ context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes });
  expect(transitions).toEqual({ lifecycleDecisions, transitionDecisions });
  expect(contributions).toEqual({ lifecycleDecisions, transitionDecisions, plan, session });
  return contributions.session;
}

function isStorable(relationship: Relationship): boolean {
  return findRelationshipProblem(relationship, []) === '';
}

/** Removes duplicates. Storing a relationship twice replaces it, but inline relationships must be unique. */
function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

test.each([
  ['the catalogue', false],
  ['inline scenarios', true],
])(
  'a conversation whose client keeps the session has the same results as ProcessTurn in every turn, with %s',
  (_on, inline) =>
    fc.assert(
      fc.asyncProperty(randomSession, (random) => playBoth(random, inline)),
      // No shrinking, because it would play both conversations hundreds of times.
      { numRuns: 12, endOnFailure: true },
    ),
  120_000,
);
