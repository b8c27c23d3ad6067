import type { InstanceRequest } from '../../src/core/model/request';
import type { ScenarioInstance, Session } from '../../src/core/model/session';
import type { PlayedTurn } from './conversation';

/** Every ignored outcome as text, for example `refund#1 CONFIRMED VOID`. */
export function listIgnored({ result }: PlayedTurn): readonly string[] {
  return result.ignoredOutcomes.map(({ outcome, instanceId, reason }) =>
    [instanceId, outcome.kind, reason].filter((part) => part !== '').join(' '),
  );
}

/** Every request of an instance as text, for example `ASK order,reason OPEN` or `CONFIRM refund#1/pay/1 ANSWERED`. */
export function listRequests(instance: ScenarioInstance): readonly string[] {
  return instance.requests.map(toText);
}

/** The open requests of a session as text, by instance in start order, for example `refund#1 ASK order`. */
export function listOpenRequests({ instances }: Session): readonly string[] {
  return instances.flatMap(({ instanceId, requests }) =>
    requests
      .filter(({ status }) => status === 'OPEN')
      .map((request) => `${instanceId} ${request.kind} ${request.fields.join(',') || request.actionKey}`),
  );
}

/** Finds the request of a kind that was put for the first time last. Fails if there is none. */
export function getRequest(instance: ScenarioInstance, kind: InstanceRequest['kind']): InstanceRequest {
  const found = instance.requests.findLast((request) => request.kind === kind);
  if (!found) throw new Error(`no ${kind}: ${JSON.stringify(listRequests(instance))}`);
  return found;
}

/** Returns the action_key of the CONFIRM or ACTION_HINT of a scenario. Fails if it contributes another type. */
export function getActionKey(played: PlayedTurn, scenarioId: string): string {
  const contribution = played.contribution(scenarioId);
  if (!('actionKey' in contribution)) throw new Error(`${scenarioId} contributes ${contribution.type}`);
  return contribution.actionKey;
}

function toText({ kind, fields, actionKey, status }: InstanceRequest): string {
  return `${kind} ${kind === 'ASK' ? fields.join(',') : actionKey} ${status}`;
}
