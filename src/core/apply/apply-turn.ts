import type { SelectionContext } from '../context/selection-context';
import { updateScenarioCounters } from '../lifecycle/scenario-counters';
import type { Contribution, PlannedRequest } from '../model/contribution';
import { isOpen } from '../model/request';
import type { ScenarioChoiceRequest, Session } from '../model/session';
import type { TransitionPhase } from '../transitions/transition-phase';
import { applyInstances } from './apply-instance';
import { updateEndedInstances } from './ended-instances';
import { getNextTimerAt } from './next-timer';
import { listPutOrder } from './put-requests';
import {
  clearFields,
  findForgottenFields,
  forgetDeclinedFields,
  forgetFields,
  moveAllPersistedResults,
} from './session-variables';

/** Returns the session after the turn (section 5). Every instance is then active, paused or in `endedInstances`. Pure. */
export function applyTurn(
  context: SelectionContext,
  phase: TransitionPhase,
  contributions: readonly Contribution[],
): Session {
  const { session, turn, revision, turnCount, storedData } = context;
  const putOrder = listPutOrder(contributions);
  const isMessage = turn.trigger === 'MESSAGE';
  const { variables, instances } = clearFields(
    {
      variables: moveAllPersistedResults(storedData.sessionVariables, phase.instances),
      instances: applyInstances(phase.instances, contributions, putOrder, context),
    },
    phase.instances,
  );
  const isForgotten = findForgottenFields(phase.instances, context);
  const timed = {
    instances,
    variables: forgetFields(variables, isForgotten),
    lastMessageAt: isMessage ? turn.occurredAt : session.lastMessageAt,
    updatedAt: turn.occurredAt,
    revision,
    exchangeRevision: isMessage ? revision : session.exchangeRevision,
  };
  // A literal is faster than a spread here (ADR 0007).
  return {
    tenantId: session.tenantId,
    agentId: session.agentId,
    sessionId: session.sessionId,
    revision,
    turnCount,
    instances,
    endedInstances: updateEndedInstances(context, phase.instances),
    variables: timed.variables,
    declinedFields: forgetDeclinedFields(storedData.declinedFields, variables, isForgotten),
    pendingStarts: phase.pendingStarts,
    scenarioCounters: updateScenarioCounters(session.scenarioCounters, phase.instances),
    choices: putChoice(phase, putOrder.indexOf(''), context),
    exchangeRevision: timed.exchangeRevision,
    lastMessageAt: timed.lastMessageAt,
    lastContributorId: findContributor(contributions) ?? (isMessage ? '' : session.lastContributorId),
    nextTimerAt: getNextTimerAt(timed, context.catalogue),
    createdAt: session.revision === 0 ? turn.occurredAt : session.createdAt,
    updatedAt: timed.updatedAt,
    lastTurnId: turn.turnId,
    lastStartNumber: session.lastStartNumber + phase.instances.filter(({ start }) => start !== undefined).length,
    importedFrom: session.importedFrom,
    customerId: session.customerId || turn.customerId,
  };
}

/** Records that the plan put its CHOICE (1.5). */
function putChoice(
  { choices, choiceToPut }: TransitionPhase,
  position: number,
  { revision, turn }: SelectionContext,
): readonly ScenarioChoiceRequest[] {
  const putting = { revision, at: turn.occurredAt, position };
  return choices.map((choice) =>
    choice === choiceToPut
      ? {
          ...choice,
          firstPut: choice.firstPut ?? putting,
          lastPut: putting,
          previousPut: choice.lastPut,
          putCount: choice.putCount + 1,
        }
      : choice,
  );
}

/** Finds the instance that makes the first contribution of the plan (0.3). A CHOICE belongs to no instance. */
function findContributor(contributions: readonly Contribution[]): string | undefined {
  return contributions.find(({ type, deferred, instanceId }) => type !== 'NONE' && !deferred && instanceId !== '')
    ?.instanceId;
}

/** Lists the open requests of a session by the start order of their instances, then in the order in which they were first put (0.8). */
export function listOpenRequests({ instances }: Session): readonly PlannedRequest[] {
  const open: PlannedRequest[] = [];
  for (const { instanceId, scenarioId, requests } of instances) {
    for (const request of requests) if (isOpen(request)) open.push({ instanceId, scenarioId, request });
  }
  return open;
}
