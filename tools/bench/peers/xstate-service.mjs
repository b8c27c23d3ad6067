// The service that a team would write by hand with XState, for `npm run bench`: the contract, the scenarios and the Redis of this project. It
// decodes each request, restores one actor per scenario from the session in Redis, sends it the input, stores the snapshots with one
// script, and answers with lifecycle decisions, transitions and contributions. It has no reasons in words, no alternatives, no corrections, no
// priorities and no validation, and would apply a repeated turn twice.
import { Redis } from 'ioredis';
import { createActor } from 'xstate';
import {
  ContributionType,
  ScenarioContribution,
  ScenarioContributionPlan,
} from '../../../dist/gen/focal/orchestration/v1/contribution.js';
import {
  LifecycleReason,
  ScenarioLifecycleAction,
  ScenarioLifecycleDecision,
} from '../../../dist/gen/focal/orchestration/v1/lifecycle.js';
import {
  OrchestratorServiceService,
  ProcessTurnResponse,
} from '../../../dist/gen/focal/orchestration/v1/orchestrator_service.js';
import { StepOutcomeKind } from '../../../dist/gen/focal/orchestration/v1/scenario.js';
import {
  ScenarioStepTransitionDecision,
  TransitionReason,
} from '../../../dist/gen/focal/orchestration/v1/transition.js';
import { TurnTrigger } from '../../../dist/gen/focal/orchestration/v1/turn.js';
import { UuidV5InstanceIdGenerator } from '../../../dist/src/server/runtime/system.js';
import { restoreStringPrototype } from '../../../dist/src/server/stores/redis/client-tuning.js';
import { createUnaryServer, serveForParent } from '../../../dist/tools/bench/servers/forked-server.js';
import { buildScenario, toScenarioId } from '../../../dist/tools/bench/workload/scenarios.js';
import { findMissingFields, flows } from './turns.mjs';
import { machine } from './xstate.mjs';

const timeToLiveMs = 3_600_000;
const storeScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";
const instanceIds = new UuidV5InstanceIdGenerator();

/** The scenarios of the workload by id, with the names of their steps. */
const scenarios = new Map(
  Array.from({ length: flows }, (_, index) => {
    const { name, steps } = buildScenario(index);
    return [toScenarioId(index), { index, name, stepNames: new Map(steps.map((step) => [step.stepId, step.name])) }];
  }),
);

/** The scenario and its field of every variable of the workload: `amount_1` is the field `amount` of the second scenario. */
const targets = new Map(
  ['reference', 'reason', 'date', 'amount', 'note'].flatMap((field) =>
    Array.from({ length: flows }, (_, index) => [`${field}_${index}`, { scenarioId: toScenarioId(index), field }]),
  ),
);

// Copied for every message, because creating a message from parts is slower.
const emptyResponse = ProcessTurnResponse.create();
const emptyPlan = ScenarioContributionPlan.create();
const emptyContribution = ScenarioContribution.create();
const emptyDecision = ScenarioLifecycleDecision.create({ confidence: 1 });
const emptyTransition = ScenarioStepTransitionDecision.create({ confidence: 1 });

/** Decides a turn. Returns the response and the session after it. */
function decide(turn, session) {
  const instances = session.instances.map((instance) => ({ ...instance, events: [], isNew: false }));
  for (const { scenarioId } of turn.candidates) {
    if (!scenarios.has(scenarioId) || instances.some((instance) => instance.scenarioId === scenarioId)) continue;
    const instanceId = instanceIds.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
    instances.push({ scenarioId, instanceId, snapshot: undefined, events: [], isNew: true });
  }
  addEvents(turn, instances);
  const revision = session.revision + 1;
  const decided = instances.map((instance) => walk(instance));
  const isMessage = turn.trigger === TurnTrigger.TURN_TRIGGER_MESSAGE;
  const contributions = decided.map((instance) => contribute(instance, isMessage));
  const makes = (type) => contributions.some((contribution) => contribution.type === type);
  const response = {
    ...emptyResponse,
    sessionId: turn.sessionId,
    turnId: turn.turnId,
    revision,
    turnCount: revision,
    lifecycleDecisions: decided.map(toLifecycleDecision),
    transitionDecisions: decided.map(toTransitionDecision),
    plan: {
      ...emptyPlan,
      contributions,
      primaryScenarioId: contributions[0]?.scenarioId ?? '',
      activeScenarioIds: contributions.map(({ scenarioId }) => scenarioId),
      hasAsks: makes(ContributionType.CONTRIBUTION_TYPE_ASK),
      hasConfirms: makes(ContributionType.CONTRIBUTION_TYPE_CONFIRM),
      hasActionHints: makes(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT),
      hasInforms: makes(ContributionType.CONTRIBUTION_TYPE_INFORM),
    },
  };
  const stored = decided
    .filter(({ snapshot }) => snapshot.status === 'active')
    .map(({ scenarioId, instanceId, snapshot }) => ({ scenarioId, instanceId, snapshot }));
  return { response, session: { revision, instances: stored } };
}

/** Adds the values and outcomes of the turn to the instances that they belong to. */
function addEvents({ situation, stepOutcomes }, instances) {
  for (const { name, value } of situation?.candidateVariables ?? []) {
    const target = targets.get(name);
    const instance = target && instances.find(({ scenarioId }) => scenarioId === target.scenarioId);
    instance?.events.push({ type: 'values', values: { [target.field]: value } });
  }
  for (const { instanceId, kind, results } of stepOutcomes) {
    const instance = instances.find((each) => each.instanceId === instanceId);
    if (kind === StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED) instance?.events.push({ type: 'confirmed' });
    else if (kind === StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED) instance?.events.push({ type: 'declined' });
    else instance?.events.push({ type: 'booked', values: results });
  }
}

function walk({ scenarioId, instanceId, snapshot, events, isNew }) {
  const actor = createActor(machine, snapshot && { snapshot }).start();
  const before = snapshot?.value ?? 'reference';
  for (const event of events) actor.send(event);
  const persisted = actor.getPersistedSnapshot();
  actor.stop();
  const hasInput = isNew || events.length > 0;
  return { scenarioId, instanceId, isNew, hasInput, before, step: persisted.value, snapshot: persisted };
}

function toLifecycleDecision({ scenarioId, instanceId, isNew, before, snapshot }) {
  const decision = { ...emptyDecision, scenarioId, instanceId, scenarioVersion: 1 };
  if (isNew) {
    decision.action = ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START;
    decision.entryStepId = before;
  } else if (snapshot.status === 'done') {
    decision.action = ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE;
    decision.reason = LifecycleReason.LIFECYCLE_REASON_TERMINAL;
  } else {
    decision.action = ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE;
    decision.reason = LifecycleReason.LIFECYCLE_REASON_GOES_ON;
  }
  return decision;
}

function toTransitionDecision({ scenarioId, instanceId, before, step }) {
  const hasMoved = before !== step;
  return {
    ...emptyTransition,
    scenarioId,
    instanceId,
    sourceStepId: before,
    targetStepId: step,
    transitionsTaken: hasMoved ? [`${before} -> ${step}`] : [],
    reason: hasMoved ? TransitionReason.TRANSITION_REASON_ADVANCED : TransitionReason.TRANSITION_REASON_AWAITS_FIELDS,
  };
}

/** Only a message asks for what other instances need. */
function contribute({ scenarioId, instanceId, hasInput, step, snapshot }, isMessage) {
  const { index, name, stepNames } = scenarios.get(scenarioId);
  const contribution = {
    ...emptyContribution,
    scenarioId,
    scenarioName: name,
    instanceId,
    stepId: step,
    stepName: stepNames.get(step) ?? '',
  };
  if (!isMessage && !hasInput) return { ...contribution, type: ContributionType.CONTRIBUTION_TYPE_NONE };
  switch (step) {
    case 'confirmation':
      contribution.type = ContributionType.CONTRIBUTION_TYPE_CONFIRM;
      contribution.priority = 60;
      contribution.valuesToConfirm = snapshot.context;
      break;
    case 'booking':
      contribution.type = ContributionType.CONTRIBUTION_TYPE_ACTION_HINT;
      contribution.priority = 40;
      contribution.tools = bookingTools[index];
      break;
    case 'receipt':
    case 'closed':
      contribution.type = ContributionType.CONTRIBUTION_TYPE_INFORM;
      contribution.priority = 30;
      contribution.templateIds = step === 'receipt' ? ['request_booked', 'what_comes_next'] : ['goodbye'];
      break;
    default:
      contribution.type = ContributionType.CONTRIBUTION_TYPE_ASK;
      contribution.priority = 50;
      contribution.fieldsToAsk = findMissingFields(step, snapshot.context).map((field) => `${field}_${index}`);
  }
  return contribution;
}

const bookingTools = Array.from(
  { length: flows },
  (_, index) => buildScenario(index).steps.find(({ stepId }) => stepId === 'booking')?.toolBindings ?? [],
);

serveForParent(async ({ redisPort }) => {
  // The service has this fix of a slow String.prototype, so the peer gets it too.
  restoreStringPrototype();
  const redis = new Redis(redisPort, '127.0.0.1', { lazyConnect: true });
  await redis.connect();
  const sha = String(await redis.script('LOAD', storeScript));

  async function handle({ turn }) {
    const key = `peer:${turn.sessionId}`;
    const stored = await redis.get(key);
    const { response, session } = decide(turn, stored === null ? { revision: 0, instances: [] } : JSON.parse(stored));
    await redis.evalsha(sha, 1, key, JSON.stringify(session), timeToLiveMs);
    return response;
  }

  const {
    path,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
  } = OrchestratorServiceService.processTurn;
  return createUnaryServer({ path, deserialize, serialize }, handle);
});
