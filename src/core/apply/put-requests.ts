import { isSettled } from '../context/asks';
import type { SelectionContext } from '../context/selection-context';
import { getWaitsFor } from '../contributions/waits-for';
import { changeVisit } from '../model/changes';
import type { Contribution } from '../model/contribution';
import type { FieldValues } from '../model/json';
import { getKnownValues, type KnownData, narrowToKnown } from '../model/known-data';
import {
  changeRequest,
  findOpenRequest,
  type InstanceRequest,
  isOpen,
  type Putting,
  type RequestedTool,
  type RequestKind,
  type RequestStatus,
} from '../model/request';
import type { ScenarioInstance } from '../model/session';
import { mergeNames, sortNames } from '../model/sorting';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { Walk } from '../steps/walk-state';
import { trimRequests } from './trim-requests';

/** The order of the requests of a plan: a bare yes answers a CONFIRM rather than an ASK (0.3). */
const putOrder: readonly RequestKind[] = ['CONFIRM', 'ASK', 'ACTION'];

/**
 * Lists the ids of the instances whose requests a plan puts: CONFIRM, then ASK, then ACTION, each in plan order (0.3). A CHOICE counts as a
 * CONFIRM and has the id "".
 */
export function listPutOrder(contributions: readonly Contribution[]): readonly string[] {
  const instanceIds: string[] = [];
  for (const kind of putOrder) {
    for (const contribution of contributions) {
      if (getRequestKind(contribution) === kind) instanceIds.push(contribution.instanceId);
    }
  }
  return instanceIds;
}

/** Returns the kind of request that a contribution puts; undefined if it puts none. Fields that another scenario asks for count as asked (4.2). */
function getRequestKind({ type, deferred, sharedFields }: Contribution): RequestKind | undefined {
  if (deferred) return undefined;
  switch (type) {
    case 'ASK':
    case 'CONFIRM':
      return type;
    case 'ACTION_HINT':
      return 'ACTION';
    case 'INFORM':
    case 'NONE':
      return sharedFields.length > 0 ? 'ASK' : undefined;
  }
}

/** What a plan changes in an instance that walked: its requests, its templates, a deferred contribution, and what it waits for. */
export type PutState = Pick<
  ScenarioInstance,
  'visit' | 'requests' | 'leadInTemplateIds' | 'lastPlan' | 'deferredBehindScenarioId' | 'waitsFor'
>;

/**
 * Records what the plan contributes for an instance: the request that is put, templates that were contributed, a contribution that was
 * deferred, and what the instance waits for (0.8, 3.1, 4.2). `position` is that of its request in the order of the plan; -1 if the plan
 * puts none.
 */
export function putContribution(
  walk: Walk,
  contribution: Contribution,
  position: number,
  context: SelectionContext,
): PutState {
  const { revision, turn } = context;
  const { need, requests, input, settledFields, known } = walk;
  const { visit } = walk.position;
  const isMade = !contribution.deferred && contribution.type !== 'NONE';
  const put =
    position < 0 ? requests : putRequest(requests, walk, contribution, { revision, at: turn.occurredAt, position });
  const finishesInform = need.kind === 'inform' && !need.areLeadIns;
  const informed = finishesInform ? changeVisit(visit, { informedRevision: revision }) : visit;
  const trimmed = trimRequests(put, informed, input.scenario);
  return {
    visit: trimmed.visit,
    requests: closeSettledAsks(
      { requests: trimmed.requests, settledFields, visit },
      { scenario: input.scenario, walk },
      known,
      context.storedData.declinedFields,
    ),
    leadInTemplateIds: isMade ? noTemplates : walk.leadInTemplateIds,
    lastPlan: isMade ? { revision, leadInTemplateIds: listSaidLeadIns(walk) } : walk.input.instance.lastPlan,
    deferredBehindScenarioId: contribution.deferredBehindScenarioId,
    waitsFor: getWaitsFor(walk, context),
  };
}

const noTemplates: readonly string[] = [];

/** Lists the templates of earlier steps that a contribution carries or consists of. */
function listSaidLeadIns({ need, leadInTemplateIds }: Walk): readonly string[] {
  return need.kind === 'inform' && need.areLeadIns ? need.templateIds : leadInTemplateIds;
}

/** Opens the request of a contribution, or puts it again if it is open or was put before with the same key. */
function putRequest(
  requests: readonly InstanceRequest[],
  walk: Walk,
  contribution: Contribution,
  putting: Putting,
): readonly InstanceRequest[] {
  const { step, visit } = walk.position;
  const content = toContent(contribution);
  const before = requests.find((request) => isSameRequest(request, content, visit.number));
  if (before) {
    const updated = putAgain(before, content, walk, contribution.isReminder, putting);
    return requests.map((request) => (request === before ? updated : request));
  }
  const { kind, actionKey, fields, tools } = content;
  // A literal is faster than a spread here (ADR 0007).
  const added: InstanceRequest = {
    kind,
    actionKey,
    stepId: step.stepId,
    visitNumber: visit.number,
    fields,
    values: getValues(content, walk),
    tools,
    status: 'OPEN',
    hasAnswer: false,
    outcome: undefined,
    firstPut: putting,
    lastPut: putting,
    previousPut: undefined,
    putCount: 1,
    attempts: 0,
    reminders: 0,
  };
  const all: InstanceRequest[] = [];
  for (const request of requests) all.push(closeReplaced(request, added));
  all.push(added);
  return all;
}

/**
 * The status of an open request when its visit puts another one of the kind: the values of a CONFIRM have changed, for example because one has
 * become known, and the fields of an ASK are settled (0.8).
 */
const replacedStatus: Readonly<Record<RequestKind, RequestStatus>> = {
  ASK: 'ANSWERED',
  CONFIRM: 'VOID',
  ACTION: 'OPEN',
};

function closeReplaced(request: InstanceRequest, { kind, visitNumber }: InstanceRequest): InstanceRequest {
  const isReplaced = request.kind === kind && request.visitNumber === visitNumber && isOpen(request);
  return isReplaced ? changeRequest(request, { status: replacedStatus[kind] }) : request;
}

/** What a request asks for. */
interface RequestContent extends Pick<InstanceRequest, 'kind' | 'actionKey' | 'fields' | 'tools'> {
  /** The values to confirm or that an ASK shows; undefined for an ACTION. */
  readonly values: FieldValues | undefined;
}

/** Returns the values of a request. Those of an ACTION are all values that the instance knows when it is hinted. */
function getValues({ values }: RequestContent, { input, known }: Walk): FieldValues {
  return values ?? getKnownValues(narrowToKnown(input.scenario.askableFields, known), known);
}

const noValues: FieldValues = new Map();
const noFields: readonly string[] = [];
const noTools: readonly RequestedTool[] = [];

function toContent(contribution: Contribution): RequestContent {
  switch (contribution.type) {
    case 'ASK': {
      const { fieldsToAsk, sharedFields, knownValues } = contribution;
      const fields = mergeNames(sortNames(fieldsToAsk), sharedFields);
      return { kind: 'ASK', actionKey: '', fields, values: knownValues, tools: noTools };
    }
    case 'CONFIRM': {
      const { actionKey, valuesToConfirm } = contribution;
      return { kind: 'CONFIRM', actionKey, fields: noFields, values: valuesToConfirm, tools: noTools };
    }
    case 'ACTION_HINT':
      return {
        kind: 'ACTION',
        actionKey: contribution.actionKey,
        fields: noFields,
        values: undefined,
        tools: contribution.tools.map(({ toolId }) => ({ toolId })),
      };
    case 'INFORM':
    case 'NONE':
      return {
        kind: 'ASK',
        actionKey: '',
        fields: sortNames(contribution.sharedFields),
        values: noValues,
        tools: noTools,
      };
  }
}

/**
 * An ASK is the same while it is open in its visit and shares a field. CONFIRM and ACTION are the same while they have the same key, even after
 * an answer.
 */
function isSameRequest(
  request: InstanceRequest,
  { kind, actionKey, fields }: RequestContent,
  visitNumber: number,
): boolean {
  if (request.kind !== kind) return false;
  if (kind !== 'ASK') return request.actionKey === actionKey;
  return isOpen(request) && request.visitNumber === visitNumber && request.fields.some((name) => fields.includes(name));
}

/**
 * Puts a request again. An ACTION that is open keeps the values with which it was first hinted, and the outcomes of its tools. A retry
 * opens an answered ACTION again, with the current values and without the outcomes of the tools that are hinted (0.6).
 */
function putAgain(
  before: InstanceRequest,
  content: RequestContent,
  walk: Walk,
  isReminder: boolean,
  putting: Putting,
): InstanceRequest {
  const isOpenAction = before.kind === 'ACTION' && isOpen(before);
  // A literal is faster than a spread here (ADR 0007).
  return {
    kind: content.kind,
    actionKey: content.actionKey,
    stepId: before.stepId,
    visitNumber: before.visitNumber,
    fields: content.fields,
    values: isOpenAction ? before.values : getValues(content, walk),
    tools: isOpenAction ? before.tools : withoutOutcomes(before.tools, content.tools),
    status: 'OPEN',
    hasAnswer: before.hasAnswer,
    outcome: undefined,
    firstPut: before.firstPut,
    lastPut: putting,
    previousPut: before.lastPut,
    putCount: before.putCount + 1,
    attempts: before.attempts,
    reminders: before.reminders + (isReminder ? 1 : 0),
  };
}

function withoutOutcomes(before: readonly RequestedTool[], hinted: readonly RequestedTool[]): readonly RequestedTool[] {
  return before.map((tool) => hinted.find(({ toolId }) => toolId === tool.toolId) ?? tool);
}

/**
 * Closes the open ASKs whose fields are settled (0.8), once they are answered or their step no longer asks: a step that may not be skipped
 * also asks for settled fields. `known` is what the instance knows after the turn. Returns the same list if none closes.
 */
export function closeSettledAsks(
  { requests, settledFields, visit }: Pick<ScenarioInstance, 'requests' | 'settledFields' | 'visit'>,
  { scenario, walk }: { readonly scenario: CompiledScenario | undefined; readonly walk: Walk | undefined },
  known: KnownData,
  declinedFields: readonly string[],
): readonly InstanceRequest[] {
  if (!findOpenRequest(requests, 'ASK')) return requests;
  const hasStoppedAsking = walk !== undefined && walk.need.kind !== 'ask';
  const isClosed = ({ kind, status, stepId, visitNumber, fields, hasAnswer }: InstanceRequest): boolean => {
    if (kind !== 'ASK' || status !== 'OPEN') return false;
    if (!hasAnswer && !(hasStoppedAsking && visitNumber === visit.number)) return false;
    const step = scenario?.steps.get(stepId);
    return step !== undefined && fields.every((field) => isSettled(field, step, known, settledFields, declinedFields));
  };
  if (!requests.some(isClosed)) return requests;
  return requests.map((request) => (isClosed(request) ? changeRequest(request, { status: 'ANSWERED' }) : request));
}
