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
  log.info({ ...traceFields, ...summary }, replayed ? 'turn replayed' : 'turn decided');
  if (replayed || !(span.isRecording || log.isDebug)) return;
  for (const { name, attributes } of listDecisionEvents(result)) {
    span.addEvent(name, attributes);
    if (log.isDebug) log.debug({ ...traceFields, 'orchestrator.turn_id': turn.turnId, ...attributes }, name);
  }
}

function summarize(turn: Turn, result: TurnResult, replayed: boolean): Attributes {
  return {
    'orchestrator.tenant_id': turn.tenantId,
    'orchestrator.agent_id': turn.agentId,
    'orchestrator.session_id': turn.sessionId,
    'orchestrator.turn_id': turn.turnId,
    'orchestrator.trigger': turn.trigger,
    'orchestrator.revision': result.revision,
    'orchestrator.replayed': replayed,
    'orchestrator.validate_only': result.validateOnly,
    ...countActions(result),
    'orchestrator.rejected': result.rejectedCandidates.length,
    'orchestrator.contributions': result.plan.contributions.length,
    'orchestrator.primary_scenario_id': result.plan.primaryScenarioId,
  };
}

const actionAttributes: Readonly<Record<LifecycleAction, string>> = {
  START: 'orchestrator.started',
  CONTINUE: 'orchestrator.continued',
  PAUSE: 'orchestrator.paused',
  COMPLETE: 'orchestrator.completed',
  CANCEL: 'orchestrator.cancelled',
};

const zeroCounts = Object.fromEntries(Object.values(actionAttributes).map((attribute) => [attribute, 0]));

/** Counts the lifecycle decisions by action. An action without decisions has the count 0. */
function countActions({ lifecycleDecisions }: TurnResult): Attributes {
  const counts = { ...zeroCounts };
  for (const { action } of lifecycleDecisions) {
    const attribute = actionAttributes[action];
    counts[attribute] = (counts[attribute] ?? 0) + 1;
  }
  return counts;
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
