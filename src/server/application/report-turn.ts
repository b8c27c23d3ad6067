import type { LifecycleAction } from '../../core/model/lifecycle-decision';
import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { Logger } from '../ports/logger';
import { type Attributes, getTraceFields, type Span } from '../ports/span';
import type { ProcessedTurn } from './turn-command';

/** A decision, reported as a span event and a debug log line. */
interface DecisionEvent {
  readonly name: 'lifecycle' | 'candidate rejected' | 'transition' | 'contribution';
  readonly attributes: Attributes;
}

/**
 * Reports a turn to its span and to the log: the turn as span attributes and an info line, every decision as a span event and
 * a debug line. Reports no customer data.
 */
export function reportTurn(
  log: Logger,
  span: Span,
  turn: Turn,
  { result, replayed }: Pick<ProcessedTurn, 'result' | 'replayed'>,
): void {
  const summary = summarize(turn, result, replayed);
  const traceFields = getTraceFields(span);
  span.setAttributes(summary);
  log.info({ ...summary, ...traceFields }, replayed ? 'turn replayed' : 'turn decided');
  if (replayed || !(span.isRecording || log.isDebug)) return;
  for (const { name, attributes } of listDecisionEvents(result)) {
    span.addEvent(name, attributes);
    if (log.isDebug) log.debug({ ...traceFields, 'orchestrator.turn_id': turn.turnId, ...attributes }, name);
  }
}

/** The counts of the lifecycle decisions by action. */
type ActionCounts = Record<LifecycleAction, number>;

/** Written out as one literal: a turn has one, and objects with computed names are slow (ADR 0007). */
function summarize(turn: Turn, result: TurnResult, replayed: boolean): Attributes {
  const counts: ActionCounts = { START: 0, CONTINUE: 0, PAUSE: 0, COMPLETE: 0, CANCEL: 0 };
  for (const { action } of result.lifecycleDecisions) counts[action] += 1;
  return {
    'orchestrator.tenant_id': turn.tenantId,
    'orchestrator.agent_id': turn.agentId,
    'orchestrator.session_id': turn.sessionId,
    'orchestrator.turn_id': turn.turnId,
    'orchestrator.trigger': turn.trigger,
    'orchestrator.revision': result.revision,
    'orchestrator.replayed': replayed,
    'orchestrator.validate_only': result.validateOnly,
    'orchestrator.started': counts.START,
    'orchestrator.continued': counts.CONTINUE,
    'orchestrator.paused': counts.PAUSE,
    'orchestrator.completed': counts.COMPLETE,
    'orchestrator.cancelled': counts.CANCEL,
    'orchestrator.rejected': result.rejectedCandidates.length,
    'orchestrator.contributions': result.plan.contributions.length,
    'orchestrator.primary_scenario_id': result.plan.primaryScenarioId,
  };
}

/** Lists all decisions in the order in which the phases make them (0.7). */
function listDecisionEvents(result: TurnResult): readonly DecisionEvent[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
  return [
    ...lifecycleDecisions.map(
      (decision): DecisionEvent => ({
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
      (rejected): DecisionEvent => ({
        name: 'candidate rejected',
        attributes: {
          'orchestrator.scenario_id': rejected.scenarioId,
          'orchestrator.reason': rejected.reason,
          'orchestrator.score': rejected.score,
        },
      }),
    ),
    ...transitionDecisions.map(
      (decision): DecisionEvent => ({
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
      (contribution): DecisionEvent => ({
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
