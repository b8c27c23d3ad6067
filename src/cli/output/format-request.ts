import { type InstanceRequest, RequestKind, ToolOutcome, WaitsFor } from '../../../gen/focal/orchestration/v1/request';
import { formatEnum } from '../conversation-tests/summary-values';
import { formatCount, formatDuration, formatRecord } from './format-values';

/** Formats what a request asks for: fields, values or tools (0.8). */
export function formatRequestContent(request: InstanceRequest): string {
  // A newer server may send a kind that is not in the table.
  return (contentFormats[request.kind] ?? contentFormats[RequestKind.UNRECOGNIZED])(request);
}

const contentFormats: Readonly<Record<RequestKind, (request: InstanceRequest) => string>> = {
  [RequestKind.REQUEST_KIND_UNSPECIFIED]: () => '',
  [RequestKind.REQUEST_KIND_ASK]: ({ fields }) => fields.join(', '),
  [RequestKind.REQUEST_KIND_CONFIRM]: ({ values }) => formatRecord(values),
  [RequestKind.REQUEST_KIND_ACTION]: formatTools,
  [RequestKind.UNRECOGNIZED]: () => '',
};

/** Formats the tools with their outcomes. An action of a release up to 0.2 has no tools. */
function formatTools({ tools }: InstanceRequest): string {
  if (tools.length === 0) return 'the tools of the step';
  return tools
    .map(({ toolId, outcome }) => {
      const isOpen = outcome === ToolOutcome.TOOL_OUTCOME_UNSPECIFIED;
      return isOpen ? toolId : `${toolId} (${formatEnum(ToolOutcome, outcome).toLowerCase()})`;
    })
    .join(', ');
}

/**
 * Formats the history of an open request: `put 2 times, 1 attempt, open for 3 min`. "new" if the turn at `now` put it first. `now` is in
 * milliseconds since 1970.
 */
export function formatRequestHistory(request: InstanceRequest, now: number): string {
  const { putCount, attempts, reminders, firstPut } = request;
  const age = now - (firstPut?.at?.getTime() ?? now);
  if (putCount <= 1 && age <= 0) return 'new';
  return [
    putCount > 1 ? `put ${putCount} times` : '',
    formatCount(attempts, 'attempt'),
    formatCount(reminders, 'reminder'),
    `open for ${formatDuration(age)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Formats what an instance waits for, as the object of "waits for" (0.8). */
export function formatWaitsFor(waitsFor: WaitsFor): string {
  // A newer server may send a value that is not in the table.
  return waitsForTexts[waitsFor] ?? waitsForTexts[WaitsFor.UNRECOGNIZED];
}

const waitsForTexts: Readonly<Record<WaitsFor, string>> = {
  [WaitsFor.WAITS_FOR_UNSPECIFIED]: 'nothing',
  [WaitsFor.WAITS_FOR_ANSWER]: 'an answer',
  [WaitsFor.WAITS_FOR_ACTION]: 'the outcome of an action',
  [WaitsFor.WAITS_FOR_CALL]: 'the scenario that it called',
  [WaitsFor.WAITS_FOR_EVENT]: 'an event',
  [WaitsFor.WAITS_FOR_TIMER]: 'a timer',
  [WaitsFor.WAITS_FOR_NOTHING]: 'nothing',
  [WaitsFor.UNRECOGNIZED]: 'something unknown',
};
