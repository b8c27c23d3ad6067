import { type InstanceRequest, isOpen, type RequestKind } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { Delivery, StepOutcome, StepOutcomeKind, Turn } from '../model/turn';

/** Returns the id of a recorded step in the definitions of a simulation. */
export type ToSimulatedStep = (scenarioId: string, stepId: string) => string;

interface Sessions {
  /** The recorded session before the turn. */
  readonly recorded: Session;
  /** The simulated session before the turn. */
  readonly simulated: Session;
  readonly toStep: ToSimulatedStep;
}

/**
 * Rewrites the answers of a recorded turn for the simulated session: an answer to a recorded request becomes one to the same request of the
 * simulated session, although the instance has another id, the step another name or the visit another number. An answer without such a request
 * stays as it is, and the rules ignore it.
 */
export function translateTurn(turn: Turn, sessions: Sessions): Turn {
  if (turn.stepOutcomes.length === 0 && turn.deliveries.length === 0) return turn;
  return {
    ...turn,
    stepOutcomes: turn.stepOutcomes.map((outcome) => translateOutcome(outcome, sessions)),
    deliveries: turn.deliveries.map((delivery) => translateDelivery(delivery, sessions)),
  };
}

const answeredKinds: Readonly<Record<StepOutcomeKind, RequestKind>> = {
  CONFIRMED: 'CONFIRM',
  DECLINED: 'CONFIRM',
  ACTION_SUCCEEDED: 'ACTION',
  ACTION_FAILED: 'ACTION',
};

function translateOutcome(outcome: StepOutcome, sessions: Sessions): StepOutcome {
  const { actionKey, kind, toolId } = outcome;
  const instance = findInstance(outcome.instanceId, actionKey, sessions.recorded);
  if (instance === undefined) return outcome;
  const simulated = findSimulatedInstance(instance, sessions.simulated);
  const instanceId = outcome.instanceId === '' ? '' : (simulated?.instanceId ?? outcome.instanceId);
  const stepId = outcome.stepId === '' ? '' : sessions.toStep(instance.scenarioId, outcome.stepId);
  if (actionKey === '') return { ...outcome, instanceId, stepId };
  const request = findSimulatedRequest({ instance, simulated, actionKey, kind: answeredKinds[kind], toolId }, sessions);
  return { ...outcome, instanceId, stepId, actionKey: request?.actionKey ?? actionKey };
}

function translateDelivery(delivery: Delivery, sessions: Sessions): Delivery {
  const { actionKey } = delivery;
  const instance = findInstance(delivery.instanceId, actionKey, sessions.recorded);
  if (instance === undefined) return delivery;
  const simulated = findSimulatedInstance(instance, sessions.simulated);
  const instanceId = delivery.instanceId === '' ? '' : (simulated?.instanceId ?? delivery.instanceId);
  if (actionKey === '') return { ...delivery, instanceId };
  const request = findSimulatedRequest({ instance, simulated, actionKey, kind: 'CONFIRM', toolId: '' }, sessions);
  return { ...delivery, instanceId, actionKey: request?.actionKey ?? actionKey };
}

/** Finds the recorded instance that an answer names by its id or by a key. */
function findInstance(instanceId: string, actionKey: string, { instances }: Session): ScenarioInstance | undefined {
  if (instanceId !== '') return instances.find((instance) => instance.instanceId === instanceId);
  if (actionKey === '') return undefined;
  return instances.find(({ requests }) => requests.some((request) => request.actionKey === actionKey));
}

/** Finds the simulated instance of a recorded one: with its id, else of its scenario, which may have started on another turn. */
export function findSimulatedInstance(
  { instanceId, scenarioId }: Pick<ScenarioInstance, 'instanceId' | 'scenarioId'>,
  { instances }: Session,
): ScenarioInstance | undefined {
  return (
    instances.find((instance) => instance.instanceId === instanceId) ??
    instances.find((instance) => instance.scenarioId === scenarioId)
  );
}

interface Answer {
  readonly instance: ScenarioInstance;
  readonly simulated: ScenarioInstance | undefined;
  readonly actionKey: string;
  readonly kind: RequestKind;
  readonly toolId: string;
}

/** Finds the open request of the same kind at the same step; for an action, else the one with the same tool at any step. */
function findSimulatedRequest(
  { instance, simulated, actionKey, kind, toolId }: Answer,
  { toStep }: Sessions,
): InstanceRequest | undefined {
  const recorded = instance.requests.find((request) => request.actionKey === actionKey && request.kind === kind);
  if (simulated === undefined || recorded === undefined) return undefined;
  const stepId = toStep(instance.scenarioId, recorded.stepId);
  const open = simulated.requests.filter((request) => request.kind === kind && isOpen(request));
  const toolIds = toolId === '' ? recorded.tools.map((tool) => tool.toolId) : [toolId];
  return (
    open.find((request) => request.stepId === stepId) ??
    open.find(({ tools }) => tools.some((tool) => toolIds.includes(tool.toolId)))
  );
}
