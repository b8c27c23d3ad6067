import { ChoiceReason } from '../../../gen/focal/orchestration/v1/contribution';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type InstanceRequest, RequestKind, RequestStatus } from '../../../gen/focal/orchestration/v1/request';
import { Ending } from '../../../gen/focal/orchestration/v1/scenario';
import {
  ChoiceStatus,
  type EndedInstance,
  PauseReason,
  type ScenarioChoiceRequest,
  type ScenarioInstance,
  ScenarioInstanceStatus,
  type Session,
} from '../../../gen/focal/orchestration/v1/session';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatRequestContent, formatRequestHistory, formatWaitsFor } from './format-request';
import { formatIgnoredOutcomes } from './format-turn';
import { formatCount, formatRecord, type NameLookup } from './format-values';
import { formatHeading, formatRow, type TerminalOptions } from './terminal';

const labelWidth = 12;

/** What a session is shown with. */
export interface SessionContext {
  /** The response to the last turn; undefined if there is none. */
  readonly lastResponse: ProcessTurnResponse | undefined;
  /** Milliseconds since 1970, for the age of requests. */
  readonly now: number;
  readonly getName: NameLookup;
}

/**
 * Formats a session: first its instances in the order of their start, with step, open requests, the reasoning of the last response and the
 * results of tools; then the outcomes that the last turn ignored, ended instances, choices, pending starts and variables.
 */
export function formatSession(terminal: TerminalOptions, session: Session, context: SessionContext): readonly string[] {
  const { sessionId, revision, turnCount, instances, endedInstances, pendingStarts, variables, declinedFields } =
    session;
  const { lastResponse, getName } = context;
  const formatFact = (label: string, text: string): readonly string[] =>
    text === '' ? [] : formatRow(terminal, [{ text: label, width: labelWidth, style: 'faint' }], text);
  const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return [
    ...formatHeading(terminal, `Session ${sessionId}`),
    ...formatFact('revision', `${revision}, ${turnCount} messages`),
    ...formatFact('timer', session.nextTimerAt?.toISOString() ?? ''),
    ...(instances.length === 0 ? formatFact('instances', 'none') : []),
    ...instances.flatMap((instance) => ['', ...formatInstance(terminal, instance, session, context)]),
    '',
    ...(lastResponse === undefined ? [] : formatIgnoredOutcomes(terminal, lastResponse, labelWidth, getName)),
    ...endedInstances.flatMap((ended) => formatFact('ended', formatEndedInstance(ended, getName))),
    ...session.choices.filter(isOpenChoice).flatMap((choice) => formatFact('choice', formatChoice(choice, getName))),
    ...pendingStarts.flatMap(({ scenarioId, turnsLeft }) =>
      formatFact('pending', `${getName(scenarioId)}, for ${turnsLeft} more messages`),
    ),
    ...formatFact('variables', formatRecord(values)),
    ...formatFact('declined', declinedFields.join(', ')),
  ];
}

function formatInstance(
  terminal: TerminalOptions,
  instance: ScenarioInstance,
  { focusInstanceId }: Session,
  { lastResponse, now, getName }: SessionContext,
): readonly string[] {
  const { instanceId, scenarioId, scenarioVersion, currentStepId, route, path, irreversibleDone, variables } = instance;
  const isPaused = instance.status === ScenarioInstanceStatus.SCENARIO_INSTANCE_STATUS_PAUSED;
  const formatFact = (label: string, text: string): readonly string[] =>
    text === '' ? [] : formatRow(terminal, [{ text: `  ${label}`, width: labelWidth, style: 'faint' }], text);
  const state = isPaused ? `paused, ${formatEnum(PauseReason, instance.pauseReason)}` : 'active';
  const focus = instanceId === focusInstanceId ? ', in focus' : '';
  const title = `${getName(scenarioId)} (version ${scenarioVersion}, ${state}${focus})`;
  const routeText = formatSteps(route);
  const pathText = formatSteps(path);
  return [
    ...formatRow(terminal, [], title, isPaused ? 'yellow' : 'strong'),
    ...formatFact('step', currentStepId),
    ...formatFact('waits for', formatWaiting(instance, getName)),
    ...instance.requests
      .filter(isOpenRequest)
      .flatMap((request) => [
        ...formatFact('open', formatRequest(request, now)),
        ...formatFact('', request.actionKey && `key ${request.actionKey}`),
      ]),
    ...formatFact('attempts', formatAttempts(instance)),
    ...listReasoning(lastResponse, instanceId).flatMap((reasoning, index) =>
      formatFact(index === 0 ? 'because' : '', reasoning),
    ),
    ...formatFact('route', routeText),
    ...formatFact('path', pathText === routeText ? '' : pathText),
    ...formatFact('results', formatRecord(variables)),
    ...formatFact('held', formatRecord(instance.heldValues)),
    ...irreversibleDone.flatMap(({ description, stepId }) => formatFact('done', `${stepId}: ${description}`)),
    ...formatFact('instance', instanceId),
  ];
}

/** Formats steps in order. A step that was passed over is in brackets (3.5). */
function formatSteps(steps: readonly { readonly stepId: string; readonly visitNumber: number }[]): string {
  return steps.map(({ stepId, visitNumber }) => (visitNumber === 0 ? `(${stepId})` : stepId)).join(' → ');
}

/** Formats what the instance waits for, with the scenario that it called or that comes first (0.8). */
function formatWaiting({ waitsFor, call, deferredBehindScenarioId }: ScenarioInstance, getName: NameLookup): string {
  return [
    formatWaitsFor(waitsFor),
    call === undefined ? '' : `(call of ${getName(call.scenarioId)})`,
    deferredBehindScenarioId === '' ? '' : `(deferred behind ${getName(deferredBehindScenarioId)})`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function isOpenRequest({ status }: InstanceRequest): boolean {
  return status === RequestStatus.REQUEST_STATUS_OPEN;
}

/** Formats an open request: `CONFIRM amount=60 (put 2 times, open for 3 min)`. */
function formatRequest(request: InstanceRequest, now: number): string {
  const content = `${formatEnum(RequestKind, request.kind)} ${formatRequestContent(request)}`.trim();
  return `${content} (${formatRequestHistory(request, now)})`;
}

function formatAttempts({ attempts, attemptsTotal }: ScenarioInstance): string {
  return attemptsTotal === 0 ? '' : `${attempts} at this step, ${attemptsTotal} in all`;
}

function isOpenChoice({ status }: ScenarioChoiceRequest): boolean {
  return status === ChoiceStatus.CHOICE_STATUS_OPEN;
}

function formatChoice({ reason, options, attempts }: ScenarioChoiceRequest, getName: NameLookup): string {
  const names = options.map(({ scenarioId }) => getName(scenarioId)).join(' or ');
  return `${names} (${[formatEnum(ChoiceReason, reason), formatCount(attempts, 'attempt')].filter(Boolean).join(', ')})`;
}

/** Lists the reasoning in a response for one instance, without duplicates. */
function listReasoning(response: ProcessTurnResponse | undefined, instanceId: string): readonly string[] {
  const reasoning = [...(response?.lifecycleDecisions ?? []), ...(response?.transitionDecisions ?? [])]
    .filter((decision) => decision.instanceId === instanceId)
    .map((decision) => decision.reasoning);
  return [...new Set(reasoning)].filter((text) => text !== '');
}

function formatEndedInstance({ scenarioId, status, ending, lastStepId }: EndedInstance, getName: NameLookup): string {
  const failed = ending === Ending.ENDING_FAILED ? ' without success' : '';
  return `${getName(scenarioId)} ${formatEnum(ScenarioInstanceStatus, status).toLowerCase()}${failed} at ${lastStepId}`;
}
