import { OrchestratorError } from './orchestrator-error';
import type { InstanceRequest } from './request';
import { createEmptySession, type ScenarioInstance, type Session } from './session';
import type { Turn } from './turn';
import type { TurnResult } from './turn-result';
import type { StepVisit } from './visit';

/** Why a turn cannot be superseded (section 13). */
export type SupersedingProblem =
  | 'NOT_LAST_TURN'
  | 'NOT_A_MESSAGE'
  | 'WRITE_ACTION_HINTED'
  /** A release up to 0.2 applied the turn, so the state before it is not stored. */
  | 'STATE_NOT_KEPT';

/** Whether a later turn can supersede a turn while it is the last one: a MESSAGE turn whose plan hinted no WRITE action. */
export function canBeSuperseded({ trigger }: Pick<Turn, 'trigger'>, result: Pick<TurnResult, 'plan'>): boolean {
  return trigger === 'MESSAGE' && !hintsWriteAction(result);
}

/** Whether a plan hints a WRITE action. The action may then be under way, and a late result of it must find its request. */
export function hintsWriteAction({ plan }: Pick<TurnResult, 'plan'>): boolean {
  return plan.contributions.some(
    (contribution) =>
      contribution.type === 'ACTION_HINT' && contribution.tools.some(({ effect }) => effect === 'WRITE'),
  );
}

/** Whether the last turn of a session was a MESSAGE turn: the current exchange begins with it (0.3). */
export function isLastTurnMessage({
  exchangeRevision,
  revision,
}: Pick<Session, 'exchangeRevision' | 'revision'>): boolean {
  return exchangeRevision === revision;
}

/**
 * Returns the session to decide a superseding turn on: the one before the last turn of `current`, or an empty one if that was the first turn.
 * It has the revision and the creation time of `current`, and does not use a visit number, a start number or an action key again, so that no
 * late answer to the superseded turn is taken for an answer to the new one (section 13). If the superseding turn is superseded in turn,
 * `before` is the session that this function returned.
 */
export function restoreSessionBefore(current: Session, before: Session | undefined): Session {
  const restored = before ?? createEmptySession(current);
  const replaced = new Map(current.instances.map((instance) => [instance.instanceId, instance]));
  return {
    ...restored,
    revision: current.revision,
    createdAt: current.createdAt,
    lastStartNumber: current.lastStartNumber,
    instances: restored.instances.map((instance) => reserveNumbers(instance, replaced.get(instance.instanceId))),
  };
}

/** An instance that ended on the superseded turn put no request on it, so it needs no reservation. */
function reserveNumbers(instance: ScenarioInstance, replaced: ScenarioInstance | undefined): ScenarioInstance {
  if (!replaced) return instance;
  const knownKeys = new Set(instance.requests.map(({ actionKey }) => actionKey));
  const newRequests = replaced.requests.filter(({ actionKey }) => actionKey !== '' && !knownKeys.has(actionKey));
  return {
    ...instance,
    lastVisitNumber: replaced.lastVisitNumber,
    visit: reserveKeys(instance.visit, newRequests, listVisits(replaced.visit)),
  };
}

function listVisits(visit: StepVisit): readonly StepVisit[] {
  return visit.returnTo ? [visit, ...listVisits(visit.returnTo.visit)] : [visit];
}

/** Reserves the keys of a visit and of the visits that it suspended, with those whose requests the replaced turn did not keep. */
function reserveKeys(
  visit: StepVisit,
  newRequests: readonly InstanceRequest[],
  replaced: readonly StepVisit[],
): StepVisit {
  const { returnTo } = visit;
  const reserved = replaced.find(({ number }) => number === visit.number)?.supersededKeys ?? 0;
  const newKeys = new Set(
    newRequests.filter(({ visitNumber }) => visitNumber === visit.number).map(({ actionKey }) => actionKey),
  );
  return {
    ...visit,
    supersededKeys: Math.max(visit.supersededKeys, reserved) + newKeys.size,
    returnTo: returnTo && { ...returnTo, visit: reserveKeys(returnTo.visit, newRequests, replaced) },
  };
}

/** Creates the error of a turn that cannot supersede another one. `current` is undefined if the session does not exist. */
export function createNotSupersedableError(
  { sessionId, supersedesTurnId }: Pick<Turn, 'sessionId' | 'supersedesTurnId'>,
  current: Pick<Session, 'lastTurnId'> | undefined,
  problem: SupersedingProblem,
): OrchestratorError {
  const lastTurnId = current?.lastTurnId ?? '';
  const message = `Turn ${supersedesTurnId} cannot be superseded: ${describeProblem(problem, lastTurnId)}`;
  const metadata = {
    session_id: sessionId,
    superseded_turn_id: supersedesTurnId,
    last_turn_id: lastTurnId,
    problem,
  };
  return new OrchestratorError('TURN_NOT_SUPERSEDABLE', message, { metadata });
}

function describeProblem(problem: SupersedingProblem, lastTurnId: string): string {
  switch (problem) {
    case 'NOT_LAST_TURN':
      return lastTurnId === ''
        ? 'the session has no turns. Send the turn without supersedes_turn_id.'
        : `the last turn of the session is ${lastTurnId}. Supersede that one, or send the turn without supersedes_turn_id.`;
    case 'NOT_A_MESSAGE':
      return 'it is not a MESSAGE turn. Send the turn without supersedes_turn_id.';
    case 'WRITE_ACTION_HINTED':
      return 'its plan hinted a WRITE action, which may be under way. Send the turn without supersedes_turn_id.';
    case 'STATE_NOT_KEPT':
      return 'a release up to 0.2 applied it and did not keep the state before it. Send the turn without supersedes_turn_id.';
  }
}
