import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { FieldSource, type RejectedValue, ValueRejectionReason } from '../../../gen/focal/orchestration/v1/field';
import {
  IgnoredOutcomeReason,
  LifecycleReason,
  type RejectedCandidate,
  RejectionReason,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Ending, StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { type ScenarioStepTransitionDecision, TransitionReason } from '../../../gen/focal/orchestration/v1/transition';
import {
  type CandidateVariable,
  type Delivery,
  DeliveryStatus,
  ScenarioSignal,
  type SignalAim,
  type StepOutcome,
  type Turn,
  TurnTrigger,
  VariableOperation,
} from '../../../gen/focal/orchestration/v1/turn';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatPlan } from './format-plan';
import { formatRecord, type NameLookup } from './format-values';
import { formatHeading, formatRow, type Style, type TerminalOptions } from './terminal';

const labelWidth = 11;

/** A turn and its response. */
export interface ProcessedTurn {
  readonly title: string;
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
}

/** Formats a turn: its input, the decision for each scenario, rejected candidates, and the contribution plan. */
export function formatTurn(
  terminal: TerminalOptions,
  { title, turn, response }: ProcessedTurn,
  getName: NameLookup,
): readonly string[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = response;
  const names = [
    ...[...lifecycleDecisions, ...rejectedCandidates].map(({ scenarioId }) => getName(scenarioId)),
    ...(plan?.rejectedValues ?? []).map(({ fieldName }) => fieldName),
  ];
  const nameWidth = Math.max(0, ...names.map(({ length }) => length)) + 2;
  const transitions = new Map(transitionDecisions.map((decision) => [decision.instanceId, decision]));
  return [
    ...formatHeading(terminal, title),
    ...formatTurnInput(terminal, turn, response, getName),
    '',
    ...lifecycleDecisions.flatMap((decision) => {
      const transition = transitions.get(decision.instanceId);
      return formatDecision(terminal, decision, transition, getName(decision.scenarioId), nameWidth);
    }),
    ...rejectedCandidates.flatMap((candidate) => formatRejection(terminal, candidate, getName, nameWidth)),
    ...(plan?.rejectedValues ?? []).flatMap((rejected) => formatRejectedValue(terminal, rejected, nameWidth)),
    '',
    ...formatPlan(terminal, response, turn.occurredAt?.getTime() ?? 0, getName),
    '',
  ];
}

/** Formats the customer's message, its interpretation, and the outcomes of steps. */
function formatTurnInput(
  terminal: TerminalOptions,
  turn: Turn,
  response: ProcessTurnResponse,
  getName: NameLookup,
): readonly string[] {
  const { situation, candidates, trigger, sessionVariables } = turn;
  const outcomes = turn.stepOutcomes.map((outcome) => formatOutcome(outcome, response, getName));
  const ignored = formatIgnoredOutcomes(terminal, response, labelWidth, getName);
  const formatFact = (label: string, values: readonly string[]): readonly string[] =>
    values.length === 0
      ? []
      : formatRow(terminal, [{ text: label, width: labelWidth, style: 'faint' }], values.join(' · '));
  const replaced = formatFact('replaces', turn.supersedesTurnId === '' ? [] : [formatSuperseded(turn, response)]);
  if (trigger === TurnTrigger.TURN_TRIGGER_TIMER) {
    return [
      ...formatFact('timer', ['no customer message']),
      ...replaced,
      ...formatFact('outcomes', outcomes),
      ...ignored,
    ];
  }
  if (trigger === TurnTrigger.TURN_TRIGGER_TOOL_RESULTS) {
    return [...formatFact('tools', outcomes), ...replaced, ...ignored];
  }
  const variables = situation?.candidateVariables ?? [];
  const signals = situation?.signals ?? [];
  return [
    ...formatRow(terminal, [], `“${situation?.message ?? ''}”`, 'strong'),
    ...replaced,
    ...formatFact(
      'delivered',
      turn.deliveries.map((delivery) => formatDelivery(delivery, response, getName)),
    ),
    ...formatFact('intent', [situation?.canonicalIntentLabel ?? ''].filter(Boolean)),
    ...formatFact('values', variables.map(formatVariable)),
    ...formatFact('session', [formatRecord(sessionVariables)].filter(Boolean)),
    ...formatFact(
      'signals',
      signals.map((signal) => formatSignal(signal, getName)),
    ),
    ...formatFact('outcomes', outcomes),
    ...ignored,
    ...formatFact(
      'candidates',
      candidates.map(({ scenarioId, score }) => `${getName(scenarioId)} ${score.toFixed(2)}`),
    ),
  ];
}

/** Formats the turn that a turn supersedes. It was the last turn, so its revision is the one before (section 13). */
function formatSuperseded({ supersedesTurnId }: Turn, { revision }: ProcessTurnResponse): string {
  return `revision ${revision - 1}, turn ${supersedesTurnId}`;
}

/** Formats a variable with its operation: `seats=2`, `extras+="breakfast"`, `voucher declined`. */
function formatVariable({ name, value, operation, declined }: CandidateVariable): string {
  if (declined) return `${name} declined`;
  const sign = operationSigns[operation] ?? operationSigns[VariableOperation.UNRECOGNIZED];
  return `${name}${sign}${JSON.stringify(value)}`;
}

const operationSigns: Readonly<Record<VariableOperation, string>> = {
  [VariableOperation.VARIABLE_OPERATION_UNSPECIFIED]: '=',
  [VariableOperation.VARIABLE_OPERATION_SET]: '=',
  [VariableOperation.VARIABLE_OPERATION_APPEND]: '+=',
  [VariableOperation.VARIABLE_OPERATION_REMOVE]: '-=',
  [VariableOperation.UNRECOGNIZED]: '=',
};

/** Formats a delivery: `CONFIRM of Refund not said`. */
function formatDelivery(
  { instanceId, contributionType, actionKey, status }: Delivery,
  { lifecycleDecisions }: ProcessTurnResponse,
  getName: NameLookup,
): string {
  const scenarioId = lifecycleDecisions.find((decision) => decision.instanceId === instanceId)?.scenarioId;
  const owner =
    instanceId === ''
      ? 'CHOICE'
      : `${formatEnum(ContributionType, contributionType)} of ${getName(scenarioId ?? instanceId)}`;
  const target = actionKey === '' ? owner : actionKey;
  return `${target} ${formatEnum(DeliveryStatus, status).toLowerCase().replaceAll('_', ' ')}`;
}

function formatSignal({ signal, scenarioIds, allInstances }: SignalAim, getName: NameLookup): string {
  const targets = allInstances ? ['all instances'] : scenarioIds.map(getName);
  return [formatEnum(ScenarioSignal, signal), ...targets].join(' ');
}

/** Formats the outcome of a step with the results of its tool: `look_up_order action succeeded for Order (status="sent")`. */
function formatOutcome(
  { kind, toolId, results, instanceId }: StepOutcome,
  { lifecycleDecisions }: ProcessTurnResponse,
  getName: NameLookup,
): string {
  const outcome = formatEnum(StepOutcomeKind, kind).replaceAll('_', ' ').toLowerCase();
  const scenarioId = lifecycleDecisions.find((decision) => decision.instanceId === instanceId)?.scenarioId;
  const scenario = instanceId === '' ? '' : ` for ${getName(scenarioId ?? instanceId)}`;
  const values = formatRecord(results);
  return `${toolId === '' ? '' : `${toolId} `}${outcome}${scenario}${values === '' ? '' : ` (${values})`}`;
}

/** Formats the outcomes of a turn that were not applied (0.6), each on its own line with the reason. */
export function formatIgnoredOutcomes(
  terminal: TerminalOptions,
  response: ProcessTurnResponse,
  width: number,
  getName: NameLookup,
): readonly string[] {
  return response.ignoredOutcomes.flatMap(({ outcome, instanceId, reason, reasoning }) => {
    const text = outcome === undefined ? '' : `${formatOutcome({ ...outcome, instanceId }, response, getName)}: `;
    const reasons = reason === 0 ? reasoning : formatReason(formatEnum(IgnoredOutcomeReason, reason), reasoning);
    return formatRow(terminal, [{ text: 'ignored', width, style: 'yellow' }], `${text}${reasons}`);
  });
}

const actionStyles: Readonly<Record<ScenarioLifecycleAction, Style>> = {
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_UNSPECIFIED]: 'plain',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START]: 'green',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CONTINUE]: 'blue',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_PAUSE]: 'yellow',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE]: 'green',
  [ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL]: 'red',
  [ScenarioLifecycleAction.UNRECOGNIZED]: 'plain',
};

/** Reasons that are not shown if there is a transition, because the transition implies them. */
const impliedReasons: ReadonlySet<LifecycleReason> = new Set([
  LifecycleReason.LIFECYCLE_REASON_GOES_ON,
  LifecycleReason.LIFECYCLE_REASON_QUIET,
]);

/** Formats a lifecycle decision and the transition of its instance. */
function formatDecision(
  terminal: TerminalOptions,
  decision: ScenarioLifecycleDecision,
  transition: ScenarioStepTransitionDecision | undefined,
  name: string,
  nameWidth: number,
): readonly string[] {
  const { action, reason, reasoning, irreversibleDone, actionsUnderWay, missingSoftFields } = decision;
  const cells = [
    { text: formatEnum(ScenarioLifecycleAction, action), width: labelWidth, style: actionStyles[action] },
    { text: name, width: nameWidth, style: 'strong' },
  ] as const;
  const transitionText = transition === undefined ? undefined : formatTransition(transition);
  if (transitionText !== undefined && impliedReasons.has(reason)) return formatRow(terminal, cells, transitionText);
  const indent = [{ text: '', width: labelWidth + nameWidth }];
  return [
    ...formatRow(
      terminal,
      cells,
      formatReason(`${formatEnum(LifecycleReason, reason)}${formatEnding(decision)}`, reasoning),
    ),
    ...irreversibleDone.flatMap((done) => formatRow(terminal, indent, `irreversible: ${done}`, 'faint')),
    ...actionsUnderWay.flatMap((key) => formatRow(terminal, indent, `action under way: ${key}`, 'faint')),
    ...(missingSoftFields.length > 0
      ? formatRow(terminal, indent, `missing soft fields: ${missingSoftFields.join(', ')}`, 'faint')
      : []),
    ...(transitionText === undefined ? [] : formatRow(terminal, indent, transitionText)),
  ];
}

/** Formats a reason with its sentence, which only the view FULL has. */
function formatReason(code: string, reasoning: string): string {
  return reasoning === '' ? code : `${code}: ${reasoning}`;
}

/** Formats the ending of a run that completed without success. */
function formatEnding({ ending }: ScenarioLifecycleDecision): string {
  return ending === Ending.ENDING_FAILED ? ' (failed)' : '';
}

function formatTransition(transition: ScenarioStepTransitionDecision): string {
  const { sourceStepId, targetStepId, skippedSteps, reason } = transition;
  const skipped = skippedSteps.length === 0 ? '' : `, skipping ${skippedSteps.join(', ')}`;
  if (reason === TransitionReason.TRANSITION_REASON_ENTERED) return `enters ${targetStepId}${skipped}`;
  if (reason === TransitionReason.TRANSITION_REASON_ADVANCED) return `${sourceStepId} → ${targetStepId}${skipped}`;
  const steps = sourceStepId === targetStepId ? `stays at ${targetStepId}` : `${sourceStepId} → ${targetStepId}`;
  const reasonText = formatEnum(TransitionReason, reason).toLowerCase().replaceAll('_', ' ');
  return `${steps}${skipped} (${reasonText})`;
}

function formatRejection(
  terminal: TerminalOptions,
  { scenarioId, reason, reasoning }: RejectedCandidate,
  getName: NameLookup,
  nameWidth: number,
): readonly string[] {
  const cells = [
    { text: 'rejected', width: labelWidth, style: 'faint' },
    { text: getName(scenarioId), width: nameWidth, style: 'strong' },
  ] as const;
  return formatRow(terminal, cells, formatReason(formatEnum(RejectionReason, reason), reasoning));
}

/** A value that its field definition rejected. The value of a sensitive field is not shown. */
function formatRejectedValue(
  terminal: TerminalOptions,
  { fieldName, reason, source, text, value }: RejectedValue,
  nameWidth: number,
): readonly string[] {
  const cells = [
    { text: 'rejected', width: labelWidth, style: 'faint' },
    { text: fieldName, width: nameWidth, style: 'strong' },
  ] as const;
  const shown = value === undefined ? 'a value' : JSON.stringify(value);
  const origin = `${shown} from ${formatEnum(FieldSource, source).toLowerCase()}`;
  return formatRow(
    terminal,
    cells,
    `${formatEnum(ValueRejectionReason, reason)}: ${[origin, text].filter(Boolean).join('. ')}`,
  );
}
