import type {
  ScenarioInstance as InstanceMessage,
  Session as SessionMessage,
  StepVisit as VisitMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type { ContributionType } from '../../../core/model/contribution-type';
import {
  buildActionKey,
  type InstanceRequest,
  type Putting,
  type RequestKind,
  type WaitsFor,
} from '../../../core/model/request';
import type { ScenarioChoiceRequest, ScenarioInstance, Session } from '../../../core/model/session';
import { sortNames } from '../../../core/model/sorting';
import type { RouteEntry } from '../../../core/model/visit';
import { contributionType } from './decision-enums';
import { visitOutcome } from './enums';
import { fieldsFromProto } from './json-value';

// Sessions of releases up to 0.2 have no requests and no route. What their instances wait for follows from marks on the visit and from the
// open contributions of the last plan. They come from stores, and from callers of the stateless methods, who hold sessions themselves.

/** When the open contributions of the last plan were put, by `kind instance id`. These are the requests of the current exchange (0.3). */
type LastPuttings = ReadonlyMap<string, Putting>;

/** Fills in what a session of a release up to 0.2 lacks. `message` is the session as it was encoded. */
export function convertEarlierSession(session: Session, message: SessionMessage): Session {
  const puttings = listLastPuttings(session, message);
  return {
    ...session,
    instances: session.instances.map((instance, index) => {
      const input = message.instances[index];
      return input ? convertRequests(convertRoute(instance, input), input, session.revision, puttings) : instance;
    }),
    scenarioCounters: new Map(
      [...session.scenarioCounters].map(([scenarioId, counter]) => [
        scenarioId,
        counter.completions > 0 ? { ...counter, lastEnding: counter.lastEnding ?? 'SUCCEEDED' } : counter,
      ]),
    ),
    choices: [...session.choices, ...convertChoice(session, message)],
    exchangeRevision: session.exchangeRevision || session.revision,
    lastMessageAt: session.lastMessageAt || session.updatedAt,
    lastContributorId: session.lastContributorId || (message.openContributions[0]?.instanceId ?? ''),
  };
}

const requestKinds: Readonly<Record<ContributionType, RequestKind | undefined>> = {
  NONE: undefined,
  ASK: 'ASK',
  CONFIRM: 'CONFIRM',
  ACTION_HINT: 'ACTION',
  INFORM: undefined,
};

const waitsForRequest: Readonly<Record<RequestKind, WaitsFor>> = { ASK: 'ANSWER', CONFIRM: 'ANSWER', ACTION: 'ACTION' };

/** The order of the requests of one plan; within a kind it is that of the plan (0.3). */
const orderInPlan: readonly RequestKind[] = ['CONFIRM', 'ASK', 'ACTION'];

function listLastPuttings({ revision, updatedAt }: Session, { openContributions }: SessionMessage): LastPuttings {
  const names = orderInPlan.flatMap((kind) =>
    openContributions
      .filter(({ type }) => requestKinds[contributionType.fromProto(type)] === kind)
      .map(({ instanceId }) => `${kind} ${instanceId}`),
  );
  return new Map(names.map((name, position) => [name, { revision, at: updatedAt, position }]));
}

/** Adds the history that the rules of version 2 read: the route (0.9), the steps that were left (3.7) and the policy of the pause (2.11). */
function convertRoute(instance: ScenarioInstance, { stepsTrimmedFromPath }: InstanceMessage): ScenarioInstance {
  const leftSteps = new Set([
    ...instance.leftSteps,
    ...stepsTrimmedFromPath,
    ...instance.path.map(({ stepId }) => stepId),
  ]);
  leftSteps.delete(instance.currentStepId);
  return {
    ...instance,
    resumePolicy: instance.resumePolicy ?? (instance.pauseReason === 'USER_REQUEST' ? 'next_turn' : undefined),
    route: instance.route.length > 0 ? instance.route : toRoute(instance),
    leftSteps: sortNames([...leftSteps]),
    stepsBeforeCheckpoint: sortNames([
      ...new Set([...instance.stepsBeforeCheckpoint, ...listLeftCheckpoints(instance)]),
    ]),
  };
}

/** Version 1 did not count the step of a passed checkpoint as a step before it (3.7). */
function listLeftCheckpoints({ irreversibleDone, path, currentStepId }: ScenarioInstance): readonly string[] {
  return irreversibleDone
    .filter(({ stepId, visitNumber, passed }) => {
      const visits = path.filter((entry) => entry.stepId === stepId).map((entry) => entry.visitNumber);
      return passed && stepId !== currentStepId && visits.every((number) => number <= visitNumber);
    })
    .map(({ stepId }) => stepId);
}

/** Follows the path. When a step is reached again, its earlier entry and all later ones are removed from the route (0.9). */
function toRoute({ path, currentStepId }: ScenarioInstance): readonly RouteEntry[] {
  let route: RouteEntry[] = [];
  const cutAt = (stepId: string): void => {
    const place = route.findIndex((entry) => entry.stepId === stepId);
    if (place >= 0) route = route.slice(0, place);
  };
  for (const { stepId, visitNumber, transitionId, asked } of path) {
    cutAt(stepId);
    const unknown = { declined: false, readFields: [], confirmedFields: [] };
    route.push({ stepId, visitNumber, transitionId, asked, canGoBackTo: asked, ...unknown });
  }
  cutAt(currentStepId);
  return route;
}

/** Adds the requests of the current visit, and its attempts. */
function convertRequests(
  instance: ScenarioInstance,
  { visit }: InstanceMessage,
  revision: number,
  puttings: LastPuttings,
): ScenarioInstance {
  if (visit === undefined) return instance;
  const openType = contributionType.optionalFromProto(visit.openType);
  const openKind = openType && requestKinds[openType];
  const types = visit.contributedTypes.map((type) => contributionType.fromProto(type));
  const kinds = new Set([...types.map((type) => requestKinds[type]), openKind]);
  const requests = requestsInStageOrder
    .filter((kind) => kinds.has(kind))
    .map((kind) => toRequest(kind, kind === openKind, instance, visit, puttings));
  const last = requests.find(({ kind }) => kind === openKind);
  const attempts = instance.attempts || visit.attempts;
  return {
    ...instance,
    visit: types.includes('INFORM') ? { ...instance.visit, informedRevision: revision } : instance.visit,
    requests: [...instance.requests, ...requests],
    attempts,
    attemptsTotal: Math.max(instance.attemptsTotal, attempts),
    waitsFor: last?.status === 'OPEN' ? waitsForRequest[last.kind] : instance.waitsFor,
  };
}

/** The order of the stages of a step, and so the order in which their requests were first put (3.1). */
const requestsInStageOrder: readonly RequestKind[] = ['ASK', 'CONFIRM', 'ACTION'];

function toRequest(
  kind: RequestKind,
  isLast: boolean,
  { instanceId, currentStepId, lastActiveAt, visit: { number, enteredRevision } }: ScenarioInstance,
  visit: VisitMessage,
  puttings: LastPuttings,
): InstanceRequest {
  const earlier: Putting = { revision: enteredRevision, at: lastActiveAt, position: 0 };
  const put = puttings.get(`${kind} ${instanceId}`) ?? earlier;
  return {
    kind,
    actionKey: kind === 'ASK' ? '' : buildActionKey(instanceId, currentStepId, number, 1),
    stepId: currentStepId,
    visitNumber: number,
    fields: kind === 'ASK' ? (isLast ? visit.openAskFields : visit.askedFields) : [],
    values: kind === 'ASK' ? new Map() : fieldsFromProto(visit.shownValues, 'visit.shown_values'),
    // The tools are not recorded. The next turn adds those of the step.
    tools: [],
    ...readAnswer[kind](isLast, visit),
    firstPut: put,
    lastPut: put,
    previousPut: undefined,
    putCount: 1,
    attempts: isLast && kind === 'ASK' ? visit.attempts : 0,
    reminders: 0,
  };
}

type Answer = Pick<InstanceRequest, 'status' | 'outcome' | 'hasAnswer'>;

const open: Answer = { status: 'OPEN', outcome: undefined, hasAnswer: false };

/** Whether a request of the visit is open. `isLast`: it is the last contribution of the visit that waits for an answer. */
const readAnswer: Readonly<Record<RequestKind, (isLast: boolean, visit: VisitMessage) => Answer>> = {
  // Version 1 treated fields that were asked for once as answered.
  ASK: (isLast) => (isLast ? open : { status: 'ANSWERED', outcome: undefined, hasAnswer: true }),
  CONFIRM: (isLast, visit) => {
    const outcome = visitOutcome.optionalFromProto(visit.outcome);
    if (visit.confirmed) return { status: 'ANSWERED', outcome: 'CONFIRMED', hasAnswer: false };
    if (isLast) return open;
    if (outcome === 'DECLINED' || outcome === 'ACTION_SUCCEEDED')
      return { status: 'ANSWERED', outcome, hasAnswer: false };
    return { status: 'VOID', outcome: undefined, hasAnswer: false };
  },
  // A hint without an outcome stays open, even if the instance has left the stage (0.8).
  ACTION: (isLast, { acted, outcome }) => {
    if (isLast || !acted) return open;
    const hasFailed = visitOutcome.optionalFromProto(outcome) === 'ACTION_FAILED';
    return { status: 'ANSWERED', outcome: hasFailed ? 'ACTION_FAILED' : 'ACTION_SUCCEEDED', hasAnswer: false };
  },
};

/** Converts the CHOICE of the last MESSAGE turn. Its scores are not recorded. */
function convertChoice(
  { revision, updatedAt }: Session,
  { offeredChoiceScenarioIds }: SessionMessage,
): readonly ScenarioChoiceRequest[] {
  if (offeredChoiceScenarioIds.length === 0) return [];
  const put: Putting = { revision, at: updatedAt, position: 0 };
  return [
    {
      reason: 'AMBIGUOUS',
      scenarioIds: offeredChoiceScenarioIds,
      scores: offeredChoiceScenarioIds.map(() => 0),
      status: 'OPEN',
      firstPut: put,
      lastPut: put,
      previousPut: undefined,
      putCount: 1,
      attempts: 0,
      localValues: new Map(),
    },
  ];
}
