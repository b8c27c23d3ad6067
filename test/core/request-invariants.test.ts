import type { FieldValues } from '../../src/core/model/json';
import { jsonEquals } from '../../src/core/model/json';
import { viewInstanceData } from '../../src/core/model/known-data';
import type { InstanceRequest } from '../../src/core/model/request';
import type { ScenarioInstance } from '../../src/core/model/session';
import type { StepOutcome } from '../../src/core/model/turn';
import type { StepVisit } from '../../src/core/model/visit';
import { expectDefined, forEachSession, forEachTurn, type TurnWithSessions } from '../support/random-sessions';

type Outcome = Pick<StepOutcome, 'kind'> & Partial<Pick<StepOutcome, 'actionKey' | 'instanceId'>>;

const listVisits = (visit: StepVisit): readonly number[] => [
  visit.number,
  ...(visit.returnTo ? listVisits(visit.returnTo.visit) : []),
];
const listOpen = ({ requests }: ScenarioInstance): readonly InstanceRequest[] =>
  requests.filter(({ status }) => status === 'OPEN');

test('0.9: a route contains no step twice, and only steps of its scenario', () => {
  forEachTurn(({ after, getScenario }) => {
    for (const { route, currentStepId, scenarioId } of after.instances) {
      const stepIds = [...route.map(({ stepId }) => stepId), currentStepId];
      expect(new Set(stepIds).size).toBe(stepIds.length);
      expect(stepIds.every((stepId) => getScenario(scenarioId).steps.has(stepId))).toBe(true);
    }
  });
});

test('0.8: every open question belongs to the current visit, or to one that it returns to', () => {
  forEachTurn(({ after }) => {
    for (const instance of after.instances) {
      const visits = listVisits(instance.visit);
      for (const { kind, visitNumber } of listOpen(instance)) {
        if (kind === 'ACTION') expect(visitNumber).toBeLessThanOrEqual(instance.lastVisitNumber);
        else expect(visits).toContain(visitNumber);
      }
    }
  });
});

test('0.8: a visit has at most one open ASK and one open CONFIRM, and keys are unique among open requests', () => {
  forEachTurn(({ after }) => {
    const keys = after.instances.flatMap(listOpen).flatMap(({ actionKey }) => (actionKey === '' ? [] : [actionKey]));
    expect(new Set(keys).size).toBe(keys.length);
    for (const instance of after.instances) {
      const questions = listOpen(instance).flatMap(({ kind, visitNumber }) =>
        kind === 'ACTION' ? [] : [`${kind} ${visitNumber}`],
      );
      expect(new Set(questions).size).toBe(questions.length);
    }
  });
});

test('0.8: the plan lists the open requests of all instances', () => {
  forEachTurn(({ after, turn }) => {
    const open = after.instances.flatMap((instance) =>
      listOpen(instance).map((request) => ({ instanceId: instance.instanceId, request })),
    );
    expect(turn.result.plan.openRequests.map(({ instanceId, request }) => ({ instanceId, request }))).toEqual(open);
  });
});

test('0.8: only a MESSAGE turn counts attempts, at most one, and the total never goes back', () => {
  forEachTurn(({ before, after, draft }) => {
    for (const { instanceId, attempts, attemptsTotal } of after.instances) {
      const old = before.instances.find((each) => each.instanceId === instanceId)?.attemptsTotal ?? 0;
      const added = attemptsTotal - old;
      expect(added).toBeGreaterThanOrEqual(0);
      expect(added).toBeLessThanOrEqual(draft.trigger === 'MESSAGE' ? 1 : 0);
      expect(attempts).toBeLessThanOrEqual(attemptsTotal);
    }
  });
});

test('0.8: an instance that waits for an answer or an action has a request for it', () => {
  forEachTurn(({ after }) => {
    for (const instance of after.instances) {
      const kinds = new Set(listOpen(instance).map(({ kind }) => kind));
      if (instance.waitsFor === 'ACTION') expect([...kinds]).toContain('ACTION');
      if (instance.waitsFor === 'ANSWER' && instance.deferredBehindScenarioId === '') {
        expect(kinds.has('ASK') || kinds.has('CONFIRM')).toBe(true);
      }
    }
  });
});

test('0.6: an outcome that is not applied changes no instance that it could have answered', () => {
  forEachTurn(({ turn, draft }) => {
    for (const { outcome } of turn.result.ignoredOutcomes) {
      expect(
        draft.outcomes?.some(({ kind, actionKey = '' }) => kind === outcome.kind && actionKey === outcome.actionKey),
      ).toBe(true);
    }
    expect(turn.result.ignoredOutcomes.length).toBeLessThanOrEqual(draft.outcomes?.length ?? 0);
  });
});

describe('3.1, 3.7: what needs a confirmation', () => {
  /** Whether the instance knew exactly these values after the turn, apart from those that the turn cleared. */
  function knewValues(
    values: FieldValues,
    instance: ScenarioInstance,
    { after, draft, turn, getScenario }: TurnWithSessions,
  ): boolean {
    const customer = new Map(Object.entries(draft.customer ?? {}));
    const own = new Map([...instance.variables, ...instance.heldValues]);
    const known = viewInstanceData(own, after.variables, customer, getScenario(instance.scenarioId).localFields);
    const decisions = turn.result.transitionDecisions;
    const cleared = new Set(decisions.flatMap(({ clearedFields }) => clearedFields));
    return [...values].every(([field, value]) => {
      const now = known.get(field);
      return cleared.has(field) || (now === undefined ? !known.isNull(field) : jsonEquals(now, value));
    });
  }

  /** Finds the turn that confirmed an agreement: a CONFIRM with the key was put before, and an applied outcome answered it. */
  function isConfirmed(key: string, instanceId: string, turns: readonly TurnWithSessions[]): boolean {
    return turns.some((answered, index) => {
      const put = turns
        .slice(0, index)
        .flatMap(({ turn }) =>
          turn.result.plan.contributions.flatMap((each) =>
            each.type === 'CONFIRM' && !each.deferred && each.actionKey === key ? [each.valuesToConfirm] : [],
          ),
        );
      const values = put.at(-1);
      if (!values) return false;
      const { draft, turn, after } = answered;
      const isAnswer = ({ kind, actionKey = '', instanceId: named = '' }: Outcome): boolean => {
        if (named !== '' && named !== instanceId) return false;
        return kind === 'CONFIRMED'
          ? actionKey === '' || actionKey === key
          : kind === 'ACTION_SUCCEEDED' && actionKey === key;
      };
      const ignored = turn.result.ignoredOutcomes.map(({ outcome }) => outcome);
      const answers = (draft.outcomes ?? []).filter(isAnswer).length > ignored.filter(isAnswer).length;
      const instance = after.instances.find((each) => each.instanceId === instanceId);
      return answers && (instance === undefined || knewValues(values, instance, answered));
    });
  }

  test('3.7: no checkpoint is passed without an answer to a CONFIRM that was put for exactly these values', () => {
    forEachSession((turns) => {
      turns.forEach(({ before, after, getScenario }, index) => {
        for (const instance of after.instances) {
          const old = before.instances.find(({ instanceId }) => instanceId === instance.instanceId);
          for (const done of instance.irreversibleDone.slice(old?.irreversibleDone.length ?? 0)) {
            if (!done.passed) continue;
            const step = expectDefined(getScenario(instance.scenarioId).steps.get(done.stepId), done.stepId);
            if (!step.hasConfirmStage) continue;
            const ofVisit = instance.requests.filter(({ visitNumber }) => visitNumber === done.visitNumber);
            const last =
              ofVisit.findLast(({ kind }) => kind === 'ACTION') ?? ofVisit.findLast(({ kind }) => kind === 'CONFIRM');
            const { actionKey } = expectDefined(last, `request of ${done.stepId}`);
            expect(isConfirmed(actionKey, instance.instanceId, turns.slice(0, index + 1))).toBe(true);
          }
        }
      });
    });
  });

  test('3.1: no required WRITE action is hinted without an answer to such a CONFIRM', () => {
    forEachSession((turns) => {
      turns.forEach(({ turn, getScenario }, index) => {
        for (const contribution of turn.result.plan.contributions) {
          if (contribution.type !== 'ACTION_HINT') continue;
          const step = getScenario(contribution.scenarioId).steps.get(contribution.stepId);
          if (!step?.hasConfirmStage || !step.isWriteAction || !step.isRequiredAction) continue;
          const { actionKey, instanceId } = contribution;
          expect(isConfirmed(actionKey, instanceId, turns.slice(0, index + 1))).toBe(true);
        }
      });
    });
  });
});

test('0.4: a local field of an instance changes only by a value of the turn or by an outcome of the instance', () => {
  forEachTurn(({ before, after, draft, getScenario }) => {
    const given = new Set([...Object.keys(draft.variables ?? {}), ...(draft.given ?? []).map(({ name }) => name)]);
    const results = new Set((draft.outcomes ?? []).flatMap(({ results: each = {} }) => Object.keys(each)));
    for (const instance of after.instances) {
      const old = before.instances.find(({ instanceId }) => instanceId === instance.instanceId);
      if (!old) continue;
      for (const field of getScenario(instance.scenarioId).localFields) {
        const [was, is] = [old.variables.get(field) ?? null, instance.variables.get(field) ?? null];
        if (jsonEquals(was, is) || given.has(field) || results.has(field)) continue;
        // After a success, the instance keeps the value that the action was done with (3.9).
        if (is !== null && jsonEquals(old.heldValues.get(field) ?? null, is)) continue;
        const isCleared = is === null;
        const isReturned = [...getScenario(instance.scenarioId).steps.values()].some(({ call }) =>
          call?.returns.includes(field),
        );
        // After a success, the instance keeps the value that the action ran with (3.9).
        const isKept = jsonEquals(is, old.heldValues.get(field) ?? null);
        expect(isCleared || isReturned || isKept).toBe(true);
      }
    }
  });
});
