import fc from 'fast-check';
import type { PathEntry, ScenarioInstance, Session } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import { compileScenario, type ScenarioCompilation } from '../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';
import { decodeSession, encodeSession } from '../../src/server/codec/stored/stored-values';
import { aScenario, Conversation, type Played } from '../support/conversation';
import { randomSession } from '../support/random-scenarios';

type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

/** One decided turn with what was before and after it. */
interface Step {
  readonly before: Session;
  readonly after: Session;
  readonly turn: Played;
  readonly scenarioOf: (scenarioId: string) => CompiledScenario;
}

/** Every property looks at the same sessions, so that each is played once; another run of the tests plays others. */
const parameters = { numRuns: 200, seed: Math.floor(Math.random() * 2 ** 31) };
const playedBefore = new Map<string, readonly Step[]>();

/** Plays random sessions and looks at each of their turns. */
function eachTurn(look: (step: Step, random: RandomSession) => void): void {
  fc.assert(
    fc.property(randomSession, (random) => {
      for (const step of stepsOf(random)) look(step, random);
    }),
    parameters,
  );
}

function stepsOf(random: RandomSession): readonly Step[] {
  const key = JSON.stringify(random);
  const known = playedBefore.get(key);
  if (known) return known;
  const { scenarios, relationships, settings, turns } = random;
  const talk = new Conversation(scenarios, { relationships, settings });
  const compiled = new Map(
    scenarios.map((draft) => [draft.scenarioId, acceptedOf(compileScenario(aScenario(draft), 1))]),
  );
  const scenarioOf = (id: string): CompiledScenario => found(compiled.get(id), id);
  const steps = turns.map((draft) => {
    const before = talk.session;
    return { before, turn: talk.turn(draft), after: talk.session, scenarioOf };
  });
  playedBefore.set(key, steps);
  return steps;
}

function acceptedOf({ compiled, findings }: ScenarioCompilation): CompiledScenario {
  return found(compiled, JSON.stringify(findings));
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`not there: ${what}`);
  return value;
}

/** The instances that moved this turn, each with the steps that it left. */
function moves({
  before,
  after,
}: Step): readonly { readonly instance: ScenarioInstance; readonly left: readonly PathEntry[] }[] {
  return after.instances.map((instance) => {
    const sequence =
      before.instances.find(({ instanceId }) => instanceId === instance.instanceId)?.lastPathSequence ?? 0;
    return { instance, left: instance.path.filter((entry) => entry.sequence > sequence) };
  });
}

const ids = (list: readonly { readonly instanceId: string }[]): readonly string[] =>
  list.map(({ instanceId }) => instanceId).sort();

test('2, 3, 4 always: exactly one lifecycle decision for every instance and start, one transition and contribution for those that go on', () => {
  eachTurn(({ before, turn }) => {
    const { lifecycleDecisions, transitionDecisions, plan } = turn.result;
    const starts = lifecycleDecisions.filter(({ action }) => action === 'START');
    const goOn = lifecycleDecisions.filter(({ action }) => action === 'START' || action === 'CONTINUE');
    expect(ids(lifecycleDecisions)).toEqual([...ids(before.instances), ...ids(starts)].sort());
    expect(ids(transitionDecisions)).toEqual(ids(goOn));
    expect(ids(plan.contributions.filter(({ instanceId }) => instanceId !== ''))).toEqual(ids(goOn));
  });
});

test('5 always: apply loses no instance and keeps none twice', () => {
  eachTurn(({ before, after, turn }) => {
    const starts = turn.result.lifecycleDecisions.filter(({ action }) => action === 'START');
    const known = [...ids(before.instances), ...ids(before.endedInstances), ...ids(starts)].sort();
    expect([...ids(after.instances), ...ids(after.endedInstances)].sort()).toEqual(known);
    expect(new Set(after.instances.map(({ scenarioId }) => scenarioId)).size).toBe(after.instances.length);
    expect(after.revision).toBe(before.revision + 1);
  });
});

test('2.15 always: never more are active than max_simultaneous_scenarios', () => {
  eachTurn(({ after }, { settings }) => {
    const active = after.instances.filter(({ status }) => status === 'ACTIVE');
    expect(active.length).toBeLessThanOrEqual(settings.enableMultiScenario ? settings.maxSimultaneousScenarios : 1);
  });
});

test('3.5 always: no step is entered twice in a turn, and the walk ends within max_hops_per_turn', () => {
  eachTurn((step, { settings }) => {
    for (const { instance, left } of moves(step)) {
      const entered = left.filter(({ visitNumber }) => visitNumber === 0).map(({ stepId }) => stepId);
      if (left.length > 0) entered.push(instance.currentStepId);
      expect(new Set(entered).size).toBe(entered.length);
      expect(left.length).toBeLessThanOrEqual(settings.maxHopsPerTurn);
    }
    for (const { transitionsTaken } of step.turn.result.transitionDecisions) {
      expect(transitionsTaken.length).toBeLessThanOrEqual(settings.maxHopsPerTurn);
    }
  });
});

test('3.5, 3.7 always: a checkpoint or required action is never passed over, nor left as done without its outcome', () => {
  eachTurn((step) => {
    const { scenarioOf } = step;
    for (const { instance, left } of moves(step)) {
      const scenario = scenarioOf(instance.scenarioId);
      for (const { stepId, visitNumber, transitionId } of left) {
        const { isCheckpoint, isRequiredAction } = found(scenario.steps.get(stepId), stepId);
        if (!isCheckpoint && !isRequiredAction) continue;
        expect(visitNumber).toBeGreaterThan(0);
        const transition = scenario.transitionsById.get(transitionId);
        if (!transition || transition.isGlobal || transition.definition.trigger === 'ANYTIME') continue;
        const passed = instance.irreversibleDone.some((done) => done.passed && done.visitNumber === visitNumber);
        expect(passed || transition.readsOutcome).toBe(true);
      }
    }
  });
});

test('3.7 always: what is irreversibly done is never undone, in the instance or after its end', () => {
  eachTurn(({ before, after }) => {
    for (const { instanceId, irreversibleDone } of before.instances) {
      const now = [...after.instances, ...after.endedInstances].find((each) => each.instanceId === instanceId);
      expect(now?.irreversibleDone.slice(0, irreversibleDone.length)).toEqual(irreversibleDone);
    }
  });
});

test('3.7 always: no correction or relocalization leads before a passed checkpoint', () => {
  eachTurn((step) => {
    for (const { instance, left } of moves(step)) {
      const ofInstance = ({ instanceId }: { readonly instanceId: string }): boolean =>
        instanceId === instance.instanceId;
      const decision = step.turn.result.transitionDecisions.find(ofInstance);
      if (decision?.reason !== 'CORRECTED' && decision?.reason !== 'RELOCALIZED') continue;
      const barred = step.before.instances.find(ofInstance)?.stepsBeforeCheckpoint ?? [];
      // The first step that it left is the one where the turn found it.
      expect(barred).not.toContain(left[1]?.stepId ?? instance.currentStepId);
    }
  });
});

test('3.6 always: visit numbers grow, and a new one is opened exactly where a decision says so', () => {
  eachTurn(({ before, after, turn }) => {
    for (const instance of after.instances) {
      const old = before.instances.find(({ instanceId }) => instanceId === instance.instanceId);
      const decision = turn.result.transitionDecisions.find(({ instanceId }) => instanceId === instance.instanceId);
      expect(instance.visit.number).toBe(decision?.visitNumber ?? old?.visit.number);
      expect(instance.visit.number).toBe(instance.lastVisitNumber);
      expect(instance.lastVisitNumber - (old?.lastVisitNumber ?? 0)).toBeLessThanOrEqual(1);
    }
  });
});

test('4 always: no ASK of a known field but on a step that may not be skipped, nobody asks twice for one, and limits hold', () => {
  eachTurn(({ turn, scenarioOf }, { settings }) => {
    const asked: string[] = [];
    let confirms = 0;
    for (const contribution of turn.result.plan.contributions) {
      if (contribution.deferred) continue;
      if (contribution.type === 'CONFIRM' && contribution.confirmKind === 'STEP') confirms += 1;
      if (contribution.type !== 'ASK') continue;
      asked.push(...contribution.fieldsToAsk);
      expect(contribution.fieldsToAsk.length).toBeGreaterThan(0);
      const step = scenarioOf(contribution.scenarioId).steps.get(contribution.stepId);
      if (step?.canSkip && settings.enableStepSkipping) expect(contribution.knownValues.size).toBe(0);
    }
    expect(new Set(asked).size).toBe(asked.length);
    expect(confirms).toBeLessThanOrEqual(settings.maxConfirmsPerTurn);
    if (settings.maxFieldsToAskPerTurn > 0) expect(asked.length).toBeLessThanOrEqual(settings.maxFieldsToAskPerTurn);
  });
});

test('4.1 always: the plan is in order of priority, and its flags are those of what is made', () => {
  eachTurn(({ turn }) => {
    const { contributions, hasAsks, hasConfirms, hasActionHints, hasInforms } = turn.result.plan;
    const priorities = contributions.map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    const made = new Set(contributions.filter(({ deferred }) => !deferred).map(({ type }) => type));
    const flags = [made.has('ASK'), made.has('CONFIRM'), made.has('ACTION_HINT'), made.has('INFORM')];
    expect([hasAsks, hasConfirms, hasActionHints, hasInforms]).toEqual(flags);
  });
});

test('0 always: the same input gives the same output, also after the session was stored and loaded', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const talk = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const time = draft.occurredAt ?? 0;
        const once = talk.decide({ ...draft, occurredAt: time });
        expect(talk.decide({ ...draft, occurredAt: time })).toEqual(once);
        const stored = encodeSession(talk.session);
        talk.session = decodeSession(stored);
        expect(encodeSession(talk.session)).toEqual(stored);
        expect(talk.decide({ ...draft, occurredAt: time })).toEqual(once);
        expect(decodeSession(encodeSession(once.session))).toEqual(once.session);
        talk.session = once.session;
      }
    }),
    { ...parameters, numRuns: 40 },
  );
});

test('0 always: a session holds what it may hold, whatever happens: path, ended instances and counts are bounded and whole', () => {
  eachTurn(({ after, scenarioOf }, { settings }) => {
    for (const { path, loopCounts, currentStepId, scenarioId, visit, status, pauseReason } of after.instances) {
      expect(path.length).toBeLessThanOrEqual(settings.pathEntries);
      expect([...loopCounts.values()].every((count) => Number.isInteger(count) && count > 0)).toBe(true);
      expect(scenarioOf(scenarioId).steps.has(currentStepId)).toBe(true);
      expect(visit.attempts).toBeGreaterThanOrEqual(0);
      expect(pauseReason === undefined).toBe(status === 'ACTIVE');
    }
    expect(after.endedInstances.length).toBeLessThanOrEqual(defaultSettings.endedInstances);
  });
});
