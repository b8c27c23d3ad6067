import fc from 'fast-check';
import type { RelationshipKind } from '../../../src/core/model/scenario';
import type { ScenarioInstance } from '../../../src/core/model/session';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type SignalDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { acting, asking, confirming, silent, type Variation } from '../../support/sample-scenarios';

const ids = ['a', 'b', 'c', 'd'] as const;
const kinds: readonly RelationshipKind[] = [
  'DEPENDS_ON',
  'EXCLUDES',
  'IMPLIES',
  'SPECIALIZES',
  'AMBIGUOUS',
  'RELATED',
  'LEADS_TO',
];

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
    whenDisplaced: fc.constantFrom('PAUSE', 'CANCEL'),
    resume: fc.constantFrom('AUTOMATIC', 'OFFER'),
    askBeforeStart: fc.boolean(),
    cancelCondition: fc.constantFrom('turn == 4', 'data.b_field == 2'),
  },
  { requiredKeys: [] },
);

function scenario(id: string): fc.Arbitrary<ScenarioDraft> {
  return fc
    .tuple(fc.constantFrom(...Object.values(toScenario)), variation, fc.constantFrom(...ids))
    .map(([create, given, calledId]) => ({
      ...create(id, calledId === id ? 'unknown' : calledId),
      ...given,
    }));
}

const silentEnd: StepDraft = { stepId: 'end', isTerminal: true };
const asksFor = (id: string): StepDraft => ({ stepId: 'ask', collectsProfileFields: [`${id}_field`], to: ['end'] });
const calls = (scenarioId: string): StepDraft => ({
  stepId: 'call',
  calls: { scenarioId, reuseCompleted: false, returns: [`${scenarioId}_field`] },
  to: ['end'],
});

/** Kinds of scenarios. */
const toScenario: Readonly<Record<string, (id: string, calledId: string) => ScenarioDraft>> = {
  asking: (id) => asking(id, [`${id}_field`, 'shared']),
  brief: (id) => ({ scenarioId: id, steps: [asksFor(id), silentEnd] }),
  calling: (id, calledId) => ({
    scenarioId: id,
    steps: [{ ...asksFor(id), to: ['call'] }, calls(calledId), silentEnd],
  }),
  confirming: (id) => confirming(id),
  acting: (id) => acting(id),
  silent: (id) => silent(id),
};

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

/** A turn whose candidates are pairs, so that a scenario can occur twice. */
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

const randomConversation = fc.record({
  scenarios: fc.tuple(...ids.map(scenario)),
  links: fc.array(fc.tuple(fc.constantFrom(...ids, 'rule'), fc.constantFrom(...kinds), fc.constantFrom(...ids)), {
    maxLength: 5,
  }),
  settings,
  turns: fc.array(turn, { minLength: 1, maxLength: 8 }),
});

/** Plays random conversations and checks every turn. */
function forEachTurn(
  check: (
    conversation: Conversation,
    draft: RandomTurn,
    context: {
      readonly settings: Partial<OrchestrationSettings>;
      readonly areExclusive: (a: string, b: string) => boolean;
    },
  ) => void,
): void {
  fc.assert(
    fc.property(randomConversation, ({ scenarios, links, settings: given, turns }) => {
      const relationships = links.map(([source, kind, target]) =>
        aRelationship(source, kind, target, source === 'rule' ? 'RULE' : 'SCENARIO'),
      );
      const conversation = new Conversation(scenarios, { settings: given, relationships });
      const areExclusive = (a: string, b: string): boolean =>
        scenarios.some(({ scenarioId, exclusive }) => exclusive === true && (scenarioId === a || scenarioId === b)) ||
        relationships.some(
          ({ kind, sourceType, sourceId, targetScenarioId }) =>
            kind === 'EXCLUDES' &&
            sourceType === 'SCENARIO' &&
            ((sourceId === a && targetScenarioId === b) || (sourceId === b && targetScenarioId === a)),
        );
      for (const draft of turns) check(conversation, draft, { settings: given, areExclusive });
    }),
    { numRuns: 60, seed: 20_26 },
  );
}

test('2: there is one decision for each instance in start order, and a running scenario does not start', () => {
  forEachTurn((conversation, draft) => {
    const before = conversation.session.instances;
    const { result, session } = conversation.turn(draft);
    const decisions = result.lifecycleDecisions;
    expect(decisions.slice(0, before.length).map(({ instanceId }) => instanceId)).toEqual(
      before.map(({ instanceId }) => instanceId),
    );
    const started = decisions.filter(({ action }) => action === 'START');
    const endedStarts = decisions.slice(before.length + started.length);
    expect(decisions.slice(before.length, before.length + started.length)).toEqual(started);
    expect(endedStarts.every(({ action }) => action === 'COMPLETE' || action === 'CANCEL')).toBe(true);
    const startedIds = started.map(({ instanceId }) => instanceId);
    expect(endedStarts.every(({ instanceId }) => startedIds.includes(instanceId))).toBe(true);
    expect(new Set(started.map(({ scenarioId }) => scenarioId)).size).toBe(started.length);
    expect(decisions.slice(0, before.length).some(({ action }) => action === 'START')).toBe(false);
    const running = session.instances.map(({ scenarioId }) => scenarioId);
    expect(new Set(running).size).toBe(running.length);
  });
});

test('2: the session matches the decisions', () => {
  forEachTurn((conversation, draft) => {
    const { result, session } = conversation.turn(draft);
    const getStatus = (instanceId: string): string | undefined =>
      session.instances.find((each) => each.instanceId === instanceId)?.status ??
      session.endedInstances.find((each) => each.instanceId === instanceId)?.status;
    const expected = {
      START: 'ACTIVE',
      CONTINUE: 'ACTIVE',
      PAUSE: 'PAUSED',
      COMPLETE: 'COMPLETED',
      CANCEL: 'CANCELLED',
    } as const;
    // An instance that starts and ends on one turn has two decisions.
    const actions = new Map(result.lifecycleDecisions.map(({ instanceId, action }) => [instanceId, action]));
    for (const [instanceId, action] of actions) expect(getStatus(instanceId)).toBe(expected[action]);
    const continuing = [...actions].flatMap(([id, action]) =>
      action === 'START' || action === 'CONTINUE' ? [id] : [],
    );
    const walked = result.transitionDecisions.map(({ instanceId }) => instanceId);
    expect(walked.filter((id) => continuing.includes(id))).toEqual(continuing);
    expect(walked.every((id) => actions.get(id) !== 'PAUSE')).toBe(true);
    expect(
      result.plan.contributions
        .map(({ instanceId }) => instanceId)
        .filter((id) => id !== '')
        .sort(),
    ).toEqual([...continuing].sort());
  });
});

test('1.2: scenarios that exclude each other are never active together', () => {
  forEachTurn((conversation, draft, { areExclusive }) => {
    const active = conversation.turn(draft).session.instances.filter(({ status }) => status === 'ACTIVE');
    for (const a of active) {
      for (const b of active) {
        if (a === b || isInCallChain(a, b, active) || isInCallChain(b, a, active)) continue;
        const isExcluded = areExclusive(a.scenarioId, b.scenarioId);
        expect([a.scenarioId, b.scenarioId, isExcluded]).toEqual([a.scenarioId, b.scenarioId, false]);
      }
    }
  });
});

/** Whether `called` was called by `caller`, at first or second hand. A call is not excluded by its callers (section 11). */
function isInCallChain(
  caller: ScenarioInstance,
  called: ScenarioInstance,
  instances: readonly ScenarioInstance[],
): boolean {
  const next = instances.find(({ instanceId }) => instanceId === caller.call?.instanceId);
  return next !== undefined && (next === called || isInCallChain(next, called, instances));
}

test('11: a call of an instance has its called instance, which is paused with its caller, and no cycle', () => {
  forEachTurn((conversation, draft) => {
    const { session } = conversation.turn(draft);
    for (const caller of session.instances) {
      const { call } = caller;
      if (!call || call.instanceId === '') continue;
      const called = session.instances.find(({ instanceId }) => instanceId === call.instanceId);
      expect(called?.scenarioId).toBe(call.scenarioId);
      if (caller.status === 'PAUSED' && call.hasStarted) expect(called?.status).toBe('PAUSED');
      if (called) expect(isInCallChain(called, caller, session.instances)).toBe(false);
    }
    const paused = session.instances.filter(({ pauseReason }) => pauseReason === 'CALLER_PAUSED');
    for (const { instanceId } of paused) {
      expect(session.instances.some(({ call }) => call?.instanceId === instanceId && call.hasStarted)).toBe(true);
    }
  });
});

test('1.5: at most one CHOICE is open, and only the open one is in the plan', () => {
  forEachTurn((conversation, draft) => {
    const { result, session } = conversation.turn(draft);
    const open = session.choices.filter(({ status }) => status === 'OPEN');
    const put = result.plan.contributions.filter((each) => each.type === 'CONFIRM' && each.confirmKind === 'CHOICE');
    expect(open.length <= 1 && put.length <= open.length).toBe(true);
    expect(session.choices.every(({ status, putCount }) => status === 'WAITING' || putCount > 0)).toBe(true);
  });
});

test('2.15: no more instances are active than allowed, apart from callers that wait', () => {
  forEachTurn((conversation, draft, { settings: { maxSimultaneousScenarios = 5 } }) => {
    const before = conversation.session.instances;
    // A caller that leaves its call counts again, but no walk displaces an instance.
    const waited = before.flatMap(({ call, instanceId }) => (call ? [instanceId] : []));
    const after = conversation.turn(draft).session.instances.filter(({ instanceId }) => !waited.includes(instanceId));
    expect(countActive(after)).toBeLessThanOrEqual(Math.max(countActive(before), maxSimultaneousScenarios));
  });
});

/** Counts the active instances that do not wait for a call. */
function countActive(instances: readonly ScenarioInstance[]): number {
  return instances.filter(({ status, call }) => status === 'ACTIVE' && call === undefined).length;
}

test('2.12: every candidate starts, is rejected or names a paused instance', () => {
  forEachTurn((conversation, draft) => {
    const paused = new Set(
      conversation.session.instances.filter(({ status }) => status === 'PAUSED').map(({ scenarioId }) => scenarioId),
    );
    const { result } = conversation.turn(draft);
    const starts = result.lifecycleDecisions
      .filter(({ action }) => action === 'START')
      .map(({ scenarioId }) => scenarioId);
    const rejected = result.rejectedCandidates.map(({ scenarioId }) => scenarioId);
    expect(new Set(rejected).size).toBe(rejected.length);
    expect(starts.filter((id) => rejected.includes(id))).toEqual([]);
    for (const [id] of draft.candidates) {
      const score = Math.max(...draft.candidates.filter(([other]) => other === id).map(([, each]) => each));
      const isHandled = starts.includes(id) || rejected.includes(id) || (score >= 0.5 && paused.has(id));
      expect([id, score, isHandled]).toEqual([id, score, true]);
    }
  });
});

test('0.5: on turns without a message and without values only instances that start, resume or have an outcome contribute', () => {
  forEachTurn((conversation, draft) => {
    const deferred = conversation.session.instances.filter((each) => each.deferredBehindScenarioId !== '');
    const { result } = conversation.turn(draft);
    if (draft.trigger === 'MESSAGE' || Object.keys(draft.variables ?? {}).length > 0) return;
    const addressed = new Set(result.context.addressedInstanceIds);
    for (const { instanceId, action, resumed } of result.lifecycleDecisions) {
      const type = result.plan.contributions.find((each) => each.instanceId === instanceId)?.type ?? 'NONE';
      const canSpeak = resumed || addressed.has(instanceId) || deferred.some((each) => each.instanceId === instanceId);
      if (action === 'CONTINUE' && !canSpeak) expect(type).toBe('NONE');
    }
  });
});
