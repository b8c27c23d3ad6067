import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { Logger } from '../ports/logger';
import type { Attributes, Telemetry } from '../ports/telemetry';
import type { ProcessedTurn } from './commands';

/** Something that was decided: an event of the span and a line of the log. */
interface Decided {
  readonly name: 'lifecycle' | 'candidate rejected' | 'transition' | 'contribution';
  readonly attributes: Attributes;
}

/**
 * Tells span and log what a turn came to: an event of the call's span and a line at debug for each decision, the turn itself as
 * attributes and a line at info. Never a value of the customer.
 */
export function reportTurn(
  { telemetry, log }: { readonly telemetry: Telemetry; readonly log: Logger },
  turn: Turn,
  { result, replayed }: Pick<ProcessedTurn, 'result' | 'replayed'>,
): void {
  const summary = summaryOf(turn, result, replayed);
  const span = telemetry.getActiveSpan();
  span.setAttributes(summary);
  log.info(summary, replayed ? 'turn replayed' : 'turn decided');
  if (replayed || !(span.isRecording || log.isDebug)) return;
  for (const { name, attributes } of decisionsOf(result)) {
    span.addEvent(name, attributes);
    if (log.isDebug) log.debug({ 'orchestrator.turn_id': turn.turnId, ...attributes }, name);
  }
}

function summaryOf(turn: Turn, result: TurnResult, replayed: boolean): Attributes {
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

/** In the order in which they are decided (0.7). */
function decisionsOf(result: TurnResult): readonly Decided[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
  return [
    ...lifecycleDecisions.map(
      (decision): Decided => ({
        name: 'lifecycle',
        attributes: {
          'orchestrator.scenario_id': decision.scenarioId,
          'orchestrator.instance_id': decision.instanceId,
          'orchestrator.action': decision.action,
          'orchestrator.reason': decision.reason,
        },
      }),
    ),
    ...rejectedCandidates.map(
      (rejected): Decided => ({
        name: 'candidate rejected',
        attributes: {
          'orchestrator.scenario_id': rejected.scenarioId,
          'orchestrator.reason': rejected.reason,
          'orchestrator.score': rejected.score,
        },
      }),
    ),
    ...transitionDecisions.map(
      (decision): Decided => ({
        name: 'transition',
        attributes: {
          'orchestrator.scenario_id': decision.scenarioId,
          'orchestrator.instance_id': decision.instanceId,
          'orchestrator.source_step_id': decision.sourceStepId,
          'orchestrator.target_step_id': decision.targetStepId,
          'orchestrator.skipped_steps': [...decision.skippedSteps],
          'orchestrator.reason': decision.reason,
        },
      }),
    ),
    ...plan.contributions.map(
      (contribution): Decided => ({
        name: 'contribution',
        attributes: {
          'orchestrator.scenario_id': contribution.scenarioId,
          'orchestrator.instance_id': contribution.instanceId,
          'orchestrator.step_id': contribution.stepId,
          'orchestrator.type': contribution.type,
          'orchestrator.priority': contribution.priority,
          'orchestrator.deferred': contribution.deferred,
        },
      }),
    ),
  ];
}
