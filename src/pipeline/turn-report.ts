import type { Turn } from '../domain/turn';
import type { TurnResult } from '../domain/turn-result';
import type { Log } from '../ports/log';
import type { Telemetry } from '../ports/telemetry';
import type { ProcessedTurn } from './commands';

/** Tells span and log what a turn came to: one line a turn at info, one a decision at debug; never a value of the customer. */
export function reportTurn(
  { telemetry, log }: { readonly telemetry: Telemetry; readonly log: Log },
  turn: Turn,
  { result, replayed }: Pick<ProcessedTurn, 'result' | 'replayed'>,
): void {
  const summary = summaryOf(turn, result, replayed);
  telemetry.setAttributes(summary);
  log.info(summary, replayed ? 'turn replayed' : 'turn decided');
  if (replayed) return;
  for (const { scenarioId, instanceId, action, reason } of result.lifecycleDecisions) {
    log.debug({ turn_id: turn.turnId, scenario_id: scenarioId, instance_id: instanceId, action, reason }, 'lifecycle');
  }
  for (const { instanceId, sourceStepId, targetStepId, reason } of result.transitionDecisions) {
    log.debug(
      {
        turn_id: turn.turnId,
        instance_id: instanceId,
        source_step_id: sourceStepId,
        target_step_id: targetStepId,
        reason,
      },
      'transition',
    );
  }
  for (const { scenarioId, reason } of result.rejectedCandidates) {
    log.debug({ turn_id: turn.turnId, scenario_id: scenarioId, reason }, 'candidate rejected');
  }
}

function summaryOf(
  turn: Turn,
  result: TurnResult,
  replayed: boolean,
): Readonly<Record<string, string | number | boolean>> {
  const count = (action: string): number =>
    result.lifecycleDecisions.filter((decision) => decision.action === action).length;
  return {
    'orchestrator.tenant_id': turn.tenantId,
    'orchestrator.agent_id': turn.agentId,
    'orchestrator.session_id': turn.sessionId,
    'orchestrator.turn_id': turn.turnId,
    'orchestrator.trigger': turn.trigger,
    'orchestrator.revision': result.revision,
    'orchestrator.replayed': replayed,
    'orchestrator.validate_only': result.validateOnly,
    'orchestrator.started': count('START'),
    'orchestrator.continued': count('CONTINUE'),
    'orchestrator.paused': count('PAUSE'),
    'orchestrator.completed': count('COMPLETE'),
    'orchestrator.cancelled': count('CANCEL'),
    'orchestrator.rejected': result.rejectedCandidates.length,
    'orchestrator.contributions': result.plan.contributions.length,
    'orchestrator.primary_scenario_id': result.plan.primaryScenarioId,
  };
}
