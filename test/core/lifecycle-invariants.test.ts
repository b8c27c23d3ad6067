import fc from 'fast-check';
import type { RelationshipKind } from '../../src/core/model/scenario';
import type { OrchestrationSettings } from '../../src/core/model/settings';
import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type SignalDraft,
  type TurnDraft,
} from '../support/conversation';
import { acting, asking, confirming, silent, type Variation } from '../support/sample-scenarios';

const ids = ['a', 'b', 'c', 'd'] as const;
const kinds: readonly RelationshipKind[] = ['DEPENDS_ON', 'EXCLUDES', 'IMPLIES', 'SPECIALIZES', 'AMBIGUOUS', 'RELATED'];

const variation: fc.Arbitrary<Variation> = fc.record(
  {
    priority: fc.integer({ min: 0, max: 2 }),
    exclusive: fc.boolean(),
    whenNotAddressed: fc.constantFrom('QUIET', 'CONTRIBUTE', 'PAUSE'),
    idleTimeoutMs: fc.constant(90_000),
    idleAction: fc.constantFrom('PAUSE', 'CANCEL'),
    maxStartsPerSession: fc.integer({ min: 1, max: 2 }),
    completionCondition: fc.constantFrom('turn == 3', 'data.a_field == 1'),
    requires: fc.constant({ customer_no: 'HARD' as const }),
  },
  { requiredKeys: [] },
);

function scenario(id: string): fc.Arbitrary<ScenarioDraft> {
  return fc.tuple(fc.constantFrom('asking', 'confirming', 'acting', 'silent'), variation).map(([kind, given]) => {
    if (kind === 'asking') return asking(id, [`${id}_field`, 'shared'], given);
    if (kind === 'confirming') return confirming(id, given);
    return kind === 'acting' ? acting(id, given) : silent(id, given);
  });
}

const settings: fc.Arbitrary<Partial<OrchestrationSettings>> = fc.record({
  maxSimultaneousScenarios: fc.integer({ min: 1, max: 4 }),
  enableMultiScenario: fc.boolean(),
  resumePolicy: fc.constantFrom('next_turn', 'explicit'),
  maxAttempts: fc.constantFrom(1, 5),
  maxConfirmsPerTurn: fc.constantFrom(1, 2),
  maxFieldsToAskPerTurn: fc.constantFrom(0, 1),
});

const signal: fc.Arbitrary<SignalDraft> = fc
  .tuple(fc.constantFrom('START', 'CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL'), fc.constantFrom('', '*', ...ids))
  .map(([name, aim]) => (aim === '' ? name : ([name, aim] as const)));

/** A turn whose candidates come as pairs, some of them twice. */
type RandomTurn = TurnDraft & { readonly candidates: readonly (readonly [string, number])[] };

const turn: fc.Arbitrary<RandomTurn> = fc.record({
  trigger: fc.constantFrom('MESSAGE', 'MESSAGE', 'MESSAGE', 'TOOL_RESULTS', 'TIMER'),
  candidates: fc.array(fc.tuple(fc.constantFrom(...ids, 'unknown'), fc.constantFrom(0.3, 0.6, 0.65, 0.9)), {
    maxLength: 4,
  }),
  signals: fc.array(signal, { maxLength: 2 }),
  variables: fc.dictionary(
    fc.constantFrom('a_field', 'b_field', 'shared', 'customer_no'),
    fc.constantFrom(1, 2, null),
    { maxKeys: 2 },
  ),
  outcomes: fc.array(
    fc.record({ kind: fc.constantFrom('CONFIRMED', 'DECLINED', 'ACTION_SUCCEEDED', 'ACTION_FAILED') }),
    { maxLength: 1 },
  ),
  rules: fc.constantFrom([], [{ ruleId: 'a' }], [{ ruleId: 'rule' }]),
});

const conversation = fc.record({
  scenarios: fc.tuple(...ids.map(scenario)),
  links: fc.array(fc.tuple(fc.constantFrom(...ids, 'rule'), fc.constantFrom(...kinds), fc.constantFrom(...ids)), {
    maxLength: 5,
  }),
  settings,
  turns: fc.array(turn, { minLength: 1, maxLength: 8 }),
});

/** Plays random conversations and looks at every turn of them. */
function always(
  look: (
    talk: Conversation,
    draft: RandomTurn,
    context: {
      readonly settings: Partial<OrchestrationSettings>;
      readonly exclusive: (a: string, b: string) => boolean;
    },
  ) => void,
): void {
  fc.assert(
    fc.property(conversation, ({ scenarios, links, settings: given, turns }) => {
      const relationships = links.map(([source, kind, target]) =>
        aRelationship(source, kind, target, source === 'rule' ? 'RULE' : 'SCENARIO'),
      );
      const talk = new Conversation(scenarios, { settings: given, relationships });
      const exclusive = (a: string, b: string): boolean =>
        scenarios.some(
          ({ scenarioId, exclusive: alone }) => alone === true && (scenarioId === a || scenarioId === b),
        ) ||
        relationships.some(
          ({ kind, sourceType, sourceId, targetScenarioId }) =>
            kind === 'EXCLUDES' &&
            sourceType === 'SCENARIO' &&
            ((sourceId === a && targetScenarioId === b) || (sourceId === b && targetScenarioId === a)),
        );
      for (const draft of turns) look(talk, draft, { settings: given, exclusive });
    }),
    { numRuns: 60, seed: 20_26 },
  );
}

test('2 always: exactly one decision for every instance in start order, then the starts, none of a running scenario', () => {
  always((talk, draft) => {
    const before = talk.session.instances;
    const { result, session } = talk.turn(draft);
    const decisions = result.lifecycleDecisions;
    expect(decisions.slice(0, before.length).map(({ instanceId }) => instanceId)).toEqual(
      before.map(({ instanceId }) => instanceId),
    );
    expect(decisions.slice(before.length).every(({ action }) => action === 'START')).toBe(true);
    expect(decisions.slice(0, before.length).some(({ action }) => action === 'START')).toBe(false);
    const running = session.instances.map(({ scenarioId }) => scenarioId);
    expect(new Set(running).size).toBe(running.length);
  });
});

test('2 always: the session holds what the decisions say: active, paused or ended, and no instance is lost', () => {
  always((talk, draft) => {
    const { result, session } = talk.turn(draft);
    const statusOf = (instanceId: string): string | undefined =>
      session.instances.find((each) => each.instanceId === instanceId)?.status ??
      session.endedInstances.find((each) => each.instanceId === instanceId)?.status;
    const expected = {
      START: 'ACTIVE',
      CONTINUE: 'ACTIVE',
      PAUSE: 'PAUSED',
      COMPLETE: 'COMPLETED',
      CANCEL: 'CANCELLED',
    } as const;
    for (const { instanceId, action } of result.lifecycleDecisions) expect(statusOf(instanceId)).toBe(expected[action]);
    const moving = result.lifecycleDecisions
      .filter(({ action }) => action === 'START' || action === 'CONTINUE')
      .map(({ instanceId }) => instanceId);
    expect(result.transitionDecisions.map(({ instanceId }) => instanceId)).toEqual(moving);
    expect(
      result.plan.contributions
        .map(({ instanceId }) => instanceId)
        .filter((id) => id !== '')
        .sort(),
    ).toEqual([...moving].sort());
  });
});

test('1.2 always: scenarios that exclude each other are never both active', () => {
  always((talk, draft, { exclusive }) => {
    const active = talk
      .turn(draft)
      .session.instances.filter(({ status }) => status === 'ACTIVE')
      .map(({ scenarioId }) => scenarioId);
    for (const a of active) for (const b of active) if (a !== b) expect([a, b, exclusive(a, b)]).toEqual([a, b, false]);
  });
});

test('2.15 and 2.16 always: never more instances are active than the settings allow', () => {
  always((talk, draft, { settings: { enableMultiScenario, maxSimultaneousScenarios } }) => {
    const active = talk.turn(draft).session.instances.filter(({ status }) => status === 'ACTIVE');
    expect(active.length).toBeLessThanOrEqual(enableMultiScenario ? (maxSimultaneousScenarios ?? 5) : 1);
  });
});

test('2.12 always: every candidate starts, is rejected, or names a paused instance', () => {
  always((talk, draft) => {
    const paused = new Set(
      talk.session.instances.filter(({ status }) => status === 'PAUSED').map(({ scenarioId }) => scenarioId),
    );
    const { result } = talk.turn(draft);
    const starts = result.lifecycleDecisions
      .filter(({ action }) => action === 'START')
      .map(({ scenarioId }) => scenarioId);
    const rejected = result.rejectedCandidates.map(({ scenarioId }) => scenarioId);
    expect(new Set(rejected).size).toBe(rejected.length);
    expect(starts.filter((id) => rejected.includes(id))).toEqual([]);
    for (const [id] of draft.candidates) {
      const score = Math.max(...draft.candidates.filter(([other]) => other === id).map(([, each]) => each));
      const answered = starts.includes(id) || rejected.includes(id) || (score >= 0.5 && paused.has(id));
      expect([id, score, answered]).toEqual([id, score, true]);
    }
  });
});

test('0.6 always: what was irreversibly done is never forgotten', () => {
  always((talk, draft) => {
    const doneOf = (): ReadonlyMap<string, number> =>
      new Map(
        [...talk.session.instances, ...talk.session.endedInstances].map(({ instanceId, irreversibleDone }) => [
          instanceId,
          irreversibleDone.length,
        ]),
      );
    const before = doneOf();
    talk.turn(draft);
    const after = doneOf();
    for (const [id, count] of before) expect(after.get(id) ?? -1).toBeGreaterThanOrEqual(count);
  });
});

test('0.5 always: on turns without a message only those contribute that an outcome is about, that start or that resume', () => {
  always((talk, draft) => {
    const { result } = talk.turn(draft);
    if (draft.trigger === 'MESSAGE') return;
    const addressed = new Set(result.context.addressedInstanceIds);
    for (const { instanceId, action, resumed } of result.lifecycleDecisions) {
      const type = result.plan.contributions.find((each) => each.instanceId === instanceId)?.type ?? 'NONE';
      if (action === 'CONTINUE' && !resumed && !addressed.has(instanceId)) expect(type).toBe('NONE');
    }
  });
});
