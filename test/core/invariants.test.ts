import fc from 'fast-check';
import { findOpenRequest } from '../../src/core/model/request';
import type { ScenarioInstance } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import type { PathEntry } from '../../src/core/model/visit';
import { decodeSession, encodeSession } from '../../src/server/codec/stored/stored-values';
import { Conversation } from '../support/conversation';
import { randomSession } from '../support/random-scenarios';
import { expectDefined, forEachTurn, parameters, type TurnWithSessions } from '../support/random-sessions';

/** Returns the instances after the turn with the steps that they left on it. */
function collectMoves({
  before,
  after,
}: TurnWithSessions): readonly { readonly instance: ScenarioInstance; readonly left: readonly PathEntry[] }[] {
  return after.instances.map((instance) => {
    const sequence =
      before.instances.find(({ instanceId }) => instanceId === instance.instanceId)?.lastPathSequence ?? 0;
    return { instance, left: instance.path.filter((entry) => entry.sequence > sequence) };
  });
}

const getSortedIds = (list: readonly { readonly instanceId: string }[]): readonly string[] =>
  list.map(({ instanceId }) => instanceId).sort();

test('2, 3, 4: every instance and start has one lifecycle decision, and every CONTINUE and START one transition and contribution', () => {
  forEachTurn(({ before, turn }) => {
    const { lifecycleDecisions, transitionDecisions, plan } = turn.result;
    const starts = lifecycleDecisions.filter(({ action }) => action === 'START');
    const startedIds = new Set(getSortedIds(starts));
    const endedStarts = lifecycleDecisions.filter(
      ({ action, instanceId }) => action !== 'START' && startedIds.has(instanceId),
    );
    const endedIds = new Set(getSortedIds(endedStarts));
    expect(getSortedIds(lifecycleDecisions)).toEqual(
      [...getSortedIds(before.instances), ...getSortedIds(starts), ...getSortedIds(endedStarts)].sort(),
    );
    expect(endedStarts.every(({ action }) => action === 'COMPLETE' || action === 'CANCEL')).toBe(true);
    const continuing = lifecycleDecisions.filter(
      ({ action, instanceId }) => (action === 'START' || action === 'CONTINUE') && !endedIds.has(instanceId),
    );
    // An instance whose walk ends it has a transition decision and no contribution (2.3d).
    const moved = new Set(getSortedIds(transitionDecisions));
    expect(moved.size).toBe(transitionDecisions.length);
    expect(getSortedIds([...continuing, ...starts]).every((id) => moved.has(id))).toBe(true);
    expect(getSortedIds(plan.contributions.filter(({ instanceId }) => instanceId !== ''))).toEqual(
      getSortedIds(continuing),
    );
  });
});

test('5: no instance is lost or duplicated', () => {
  forEachTurn(({ before, after, turn }) => {
    const starts = turn.result.lifecycleDecisions.filter(({ action }) => action === 'START');
    const known = [
      ...getSortedIds(before.instances),
      ...getSortedIds(before.endedInstances),
      ...getSortedIds(starts),
    ].sort();
    expect([...getSortedIds(after.instances), ...getSortedIds(after.endedInstances)].sort()).toEqual(known);
    expect(new Set(after.instances.map(({ scenarioId }) => scenarioId)).size).toBe(after.instances.length);
    expect(after.revision).toBe(before.revision + 1);
  });
});

test('2.15: the number of active instances never exceeds the limit', () => {
  forEachTurn(({ after }, { settings, scenarios }) => {
    // An instance that waits for a call does not count. It stays active when it stops waiting, even if the limit is exceeded.
    if (scenarios.some(({ steps }) => steps.some(({ calls }) => calls))) return;
    const active = after.instances.filter(({ status }) => status === 'ACTIVE');
    expect(active.length).toBeLessThanOrEqual(settings.enableMultiScenario ? settings.maxSimultaneousScenarios : 1);
  });
});

test('3.5: a walk enters no step twice, except where it ends to ask, and ends within max_hops_per_turn', () => {
  forEachTurn((playedTurn, { settings }) => {
    for (const { instance, left } of collectMoves(playedTurn)) {
      const entered = left.filter(({ visitNumber }) => visitNumber === 0).map(({ stepId }) => stepId);
      const asks = findOpenRequest(instance.requests, 'ASK')?.visitNumber === instance.visit.number;
      if (left.length > 0 && !asks) entered.push(instance.currentStepId);
      expect(new Set(entered).size).toBe(entered.length);
      expect(left.length).toBeLessThanOrEqual(settings.maxHopsPerTurn);
    }
    for (const { transitionsTaken } of playedTurn.turn.result.transitionDecisions) {
      expect(transitionsTaken.length).toBeLessThanOrEqual(settings.maxHopsPerTurn);
    }
  });
});

test('3.5, 3.7: a checkpoint or required action is never skipped, nor left as done without its outcome', () => {
  forEachTurn((playedTurn) => {
    const { getScenario } = playedTurn;
    for (const { instance, left } of collectMoves(playedTurn)) {
      const scenario = getScenario(instance.scenarioId);
      for (const { stepId, visitNumber, transitionId } of left) {
        const { isCheckpoint, isRequiredAction, countsAsCheckpoint } = expectDefined(
          scenario.steps.get(stepId),
          stepId,
        );
        if (!isCheckpoint && !isRequiredAction) continue;
        expect(visitNumber).toBeGreaterThan(0);
        if (!countsAsCheckpoint) continue;
        const transition = scenario.transitionsById.get(transitionId);
        if (!transition || transition.isGlobal || transition.definition.trigger === 'ANYTIME') continue;
        const passed = instance.irreversibleDone.some((done) => done.passed && done.visitNumber === visitNumber);
        expect(passed || transition.readsOutcome).toBe(true);
      }
    }
  });
});

test('3.7: irreversible steps are never removed, in the instance or after its end', () => {
  forEachTurn(({ before, after }) => {
    for (const { instanceId, irreversibleDone } of before.instances) {
      const now = [...after.instances, ...after.endedInstances].find((each) => each.instanceId === instanceId);
      expect(now?.irreversibleDone.slice(0, irreversibleDone.length)).toEqual(irreversibleDone);
    }
  });
});

test('3.7: no correction or relocalization leads to a step before a passed checkpoint', () => {
  forEachTurn((playedTurn) => {
    for (const { instance, left } of collectMoves(playedTurn)) {
      const isSameInstance = ({ instanceId }: { readonly instanceId: string }): boolean =>
        instanceId === instance.instanceId;
      const decision = playedTurn.turn.result.transitionDecisions.find(isSameInstance);
      if (decision?.reason !== 'CORRECTED' && decision?.reason !== 'RELOCALIZED') continue;
      const barred = playedTurn.before.instances.find(isSameInstance)?.stepsBeforeCheckpoint ?? [];
      // The first left step is the step at the start of the turn.
      expect(barred).not.toContain(left[1]?.stepId ?? instance.currentStepId);
    }
  });
});

test('3.6: visit numbers increase, and only a decision opens a visit', () => {
  forEachTurn(({ before, after, turn }) => {
    for (const instance of after.instances) {
      const old = before.instances.find(({ instanceId }) => instanceId === instance.instanceId);
      const decision = turn.result.transitionDecisions.find(({ instanceId }) => instanceId === instance.instanceId);
      expect(instance.visit.number).toBe(decision?.visitNumber ?? old?.visit.number);
      // A `returns` transition goes back to an earlier visit.
      expect(instance.visit.number).toBeLessThanOrEqual(instance.lastVisitNumber);
      if (decision?.reason === 'ADVANCED') expect(instance.visit.number).toBe(instance.lastVisitNumber);
      expect(instance.lastVisitNumber - (old?.lastVisitNumber ?? 0)).toBeLessThanOrEqual(1);
    }
  });
});

test('4: known fields are asked only at steps that cannot be skipped or after BACK, no field is asked twice, and limits hold', () => {
  forEachTurn(({ turn, after, getScenario }, { settings }) => {
    const asked: string[] = [];
    let confirms = 0;
    for (const contribution of turn.result.plan.contributions) {
      if (contribution.deferred) continue;
      if (contribution.type === 'CONFIRM' && contribution.confirmKind === 'STEP') confirms += 1;
      if (contribution.type !== 'ASK') continue;
      asked.push(...contribution.fieldsToAsk);
      expect(contribution.fieldsToAsk.length).toBeGreaterThan(0);
      const step = getScenario(contribution.scenarioId).steps.get(contribution.stepId);
      const mustAsk = after.instances.find(({ instanceId }) => instanceId === contribution.instanceId)?.visit.mustAsk;
      if (step?.canSkip && settings.enableStepSkipping && !mustAsk) expect(contribution.knownValues.size).toBe(0);
    }
    expect(new Set(asked).size).toBe(asked.length);
    expect(confirms).toBeLessThanOrEqual(settings.maxConfirmsPerTurn);
    if (settings.maxFieldsToAskPerTurn > 0) expect(asked.length).toBeLessThanOrEqual(settings.maxFieldsToAskPerTurn);
  });
});

test('4.1: the plan is ordered by priority, and its flags match the contributions', () => {
  forEachTurn(({ turn }) => {
    const { contributions, hasAsks, hasConfirms, hasActionHints, hasInforms } = turn.result.plan;
    const priorities = contributions.map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    const contributedTypes = new Set(contributions.filter(({ deferred }) => !deferred).map(({ type }) => type));
    const flags = [
      contributedTypes.has('ASK'),
      contributedTypes.has('CONFIRM'),
      contributedTypes.has('ACTION_HINT'),
      contributedTypes.has('INFORM'),
    ];
    expect([hasAsks, hasConfirms, hasActionHints, hasInforms]).toEqual(flags);
  });
});

test('0: the same input gives the same output, also for a stored and loaded session', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const conversation = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const time = draft.occurredAt ?? 0;
        const once = conversation.decide({ ...draft, occurredAt: time });
        expect(conversation.decide({ ...draft, occurredAt: time })).toEqual(once);
        const stored = encodeSession(conversation.session);
        conversation.session = decodeSession(stored);
        expect(encodeSession(conversation.session)).toEqual(stored);
        expect(conversation.decide({ ...draft, occurredAt: time })).toEqual(once);
        expect(decodeSession(encodeSession(once.session))).toEqual(once.session);
        conversation.session = once.session;
      }
    }),
    { ...parameters, numRuns: 40 },
  );
});

test('0: path, ended instances and counts stay within their bounds', () => {
  forEachTurn(({ after, getScenario }, { settings }) => {
    for (const instance of after.instances) {
      const { path, loopCounts, currentStepId, scenarioId, attempts, attemptsTotal, status, pauseReason } = instance;
      expect(path.length).toBeLessThanOrEqual(settings.pathEntries);
      expect([...loopCounts.values()].every((count) => Number.isInteger(count) && count > 0)).toBe(true);
      expect(getScenario(scenarioId).steps.has(currentStepId)).toBe(true);
      expect(attempts).toBeGreaterThanOrEqual(0);
      expect(attemptsTotal).toBeGreaterThanOrEqual(attempts);
      expect(pauseReason === undefined).toBe(status === 'ACTIVE');
    }
    expect(after.endedInstances.length).toBeLessThanOrEqual(defaultSettings.endedInstances);
  });
});
