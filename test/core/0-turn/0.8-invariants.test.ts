import fc from 'fast-check';
import type { Contribution } from '../../../src/core/model/contribution';
import { type InstanceRequest, isOpen } from '../../../src/core/model/request';
import type { ScenarioInstance, Session } from '../../../src/core/model/session';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { CompiledStep } from '../../../src/core/scenario/compiled-scenario';
import { aScenario, Conversation, type PlayedTurn } from '../../support/conversation';
import { randomSession } from '../../support/random-scenarios';

type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

/** One decided turn with the session before and after it. */
interface TurnWithSessions {
  readonly before: Session;
  readonly after: Session;
  readonly turn: PlayedTurn;
  /** Every CONFIRM that earlier plans put: what the customer saw, by key. */
  readonly shown: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly conversation: Conversation;
  /** Continues with the session after the turn, if the check has played further turns. */
  readonly restore: () => void;
  readonly getStep: (instance: Pick<ScenarioInstance, 'scenarioId'>, stepId: string) => CompiledStep | undefined;
}

/** Every run of the tests uses another seed. */
const parameters = { numRuns: 100, seed: Math.floor(Math.random() * 2 ** 31) };

/** Plays random sessions and checks every turn. */
function forEachTurn(check: (turn: TurnWithSessions) => void): void {
  fc.assert(
    fc.property(randomSession, (random) => {
      playSession(random, check);
    }),
    parameters,
  );
}

function playSession(
  { scenarios, relationships, settings, turns }: RandomSession,
  check: (turn: TurnWithSessions) => void,
) {
  const conversation = new Conversation(scenarios, { relationships, settings });
  const compiled = new Map(scenarios.map((draft) => [draft.scenarioId, compileScenario(aScenario(draft), 1).compiled]));
  const shown = new Map<string, ReadonlyMap<string, unknown>>();
  for (const draft of turns) {
    const before = conversation.session;
    const turn = conversation.turn(draft);
    const played = conversation.session;
    check({
      before,
      after: played,
      turn,
      shown,
      conversation,
      restore: () => {
        conversation.session = played;
      },
      getStep: ({ scenarioId }, stepId) => compiled.get(scenarioId)?.steps.get(stepId),
    });
    for (const contribution of turn.result.plan.contributions) {
      if (contribution.type === 'CONFIRM' && contribution.confirmKind === 'STEP' && !contribution.deferred) {
        shown.set(contribution.actionKey, contribution.valuesToConfirm);
      }
    }
  }
}

const find = (session: Session, instanceId: string): ScenarioInstance | undefined =>
  session.instances.find((instance) => instance.instanceId === instanceId);

function isPutIn(contribution: Contribution, { kind, actionKey }: InstanceRequest): boolean {
  switch (contribution.type) {
    case 'ASK':
      return kind === 'ASK';
    case 'CONFIRM':
      return kind === 'CONFIRM' && actionKey === contribution.actionKey;
    case 'ACTION_HINT':
      return kind === 'ACTION' && actionKey === contribution.actionKey;
    case 'INFORM':
    case 'NONE':
      return kind === 'ASK' && contribution.sharedFields.length > 0;
  }
}

test('0.8: a plan puts exactly one open request for each question and action that is not deferred', () => {
  forEachTurn(({ after, turn }) => {
    for (const contribution of turn.result.plan.contributions) {
      const instance = find(after, contribution.instanceId);
      if (!instance) continue;
      const put = instance.requests.filter(({ lastPut }) => lastPut.revision === after.revision);
      const asks = contribution.type !== 'NONE' && contribution.type !== 'INFORM';
      const isPut = !contribution.deferred && (asks || contribution.sharedFields.length > 0);
      expect(put).toHaveLength(isPut ? 1 : 0);
      for (const request of put) expect(isOpen(request) && isPutIn(contribution, request)).toBe(true);
    }
  });
});

test('0.3: the requests of a plan have different positions, CONFIRM before ASK before ACTION', () => {
  forEachTurn(({ after }) => {
    const put = after.instances
      .flatMap(({ requests }) => requests)
      .filter(({ lastPut }) => lastPut.revision === after.revision)
      .sort((a, b) => a.lastPut.position - b.lastPut.position);
    const choices = after.choices.filter(({ lastPut }) => lastPut?.revision === after.revision);
    expect(new Set([...put, ...choices].map(({ lastPut }) => lastPut?.position)).size).toBe(
      put.length + choices.length,
    );
    const order = put.map(({ kind }) => ['CONFIRM', 'ASK', 'ACTION'].indexOf(kind));
    expect(order).toEqual([...order].sort());
  });
});

test('4.2: a deferred contribution is not put, and is remembered with its rival', () => {
  forEachTurn(({ after, turn }) => {
    for (const { instanceId, deferred, deferredBehindScenarioId } of turn.result.plan.contributions) {
      const instance = find(after, instanceId);
      if (instance)
        expect(instance.deferredBehindScenarioId).toBe(
          deferred ? deferredBehindScenarioId : instance.deferredBehindScenarioId,
        );
      if (deferred) expect(deferredBehindScenarioId).not.toBe('');
    }
  });
});

/** Reasons of decisions about an instance to which nothing happens. */
const idleReasons: readonly string[] = ['QUIET', 'STAYS_PAUSED', 'WAITS_FOR_CALL'];

test('14: until the next timer, every TIMER turn has the same result', () => {
  forEachTurn(({ after, turn, conversation }) => {
    const { nextTimerAt } = turn.result;
    if (nextTimerAt !== undefined) expect(nextTimerAt).toBeGreaterThanOrEqual(after.updatedAt);
    if (nextTimerAt === after.updatedAt) return;
    const decideAt = (occurredAt: number) => {
      const { result } = conversation.decide({ trigger: 'TIMER', occurredAt });
      const decisions = result.lifecycleDecisions.map(({ instanceId, action, reason }) => [instanceId, action, reason]);
      return [decisions, result.plan.contributions];
    };
    const lastMoment = nextTimerAt === undefined ? after.updatedAt + 1e9 : nextTimerAt - 1;
    expect(decideAt(lastMoment)).toEqual(decideAt(after.updatedAt));
  });
});

test('14: a TIMER turn at the next timer evaluates something, and a sequence of such turns ends unless `after` forms a cycle', () => {
  forEachTurn(({ after, turn, conversation, restore }) => {
    let { nextTimerAt } = turn.result;
    for (let turns = 0; nextTimerAt !== undefined; turns += 1) {
      const { result } = conversation.turn({ trigger: 'TIMER', occurredAt: nextTimerAt });
      const hasMoved = result.transitionDecisions.some(({ transitionsTaken }) => transitionsTaken.length > 0);
      // An instance that waits for a call walks if a transition is due, also if the transition is not TRUE.
      const hasWalked = result.transitionDecisions.some(({ reason }) => reason !== 'NOT_ADDRESSED');
      const isIdle = result.lifecycleDecisions.every(({ reason }) => idleReasons.includes(reason));
      expect(hasWalked || !isIdle).toBe(true);
      ({ nextTimerAt } = result);
      if (turns < 50) continue;
      // Only transitions with `after` that lead back to their step go on for ever.
      expect(hasMoved).toBe(true);
      break;
    }
    expect(conversation.session.turnCount).toBe(after.turnCount);
    restore();
  });
});
