import type { SelectionContext } from '../context/selection-context';
import { findVisitRequest } from '../context/visit-state';
import { changeVisit } from '../model/changes';
import { type KnownData, withoutFields } from '../model/known-data';
import { changeRequest, type InstanceRequest, isOpen } from '../model/request';
import { sortNames } from '../model/sorting';
import { getLastCheckpoint } from './checkpoints';
import { isBlockedCorrectionResolved } from './correction';
import { createAskNeed, createRetryNeed, findStageNeed } from './stage-need';
import { noNeed, type StepNeed } from './step-need';
import type { Walk, WalkDraft } from './walk-state';

/** Completes a walk: opens the visit, and finds what the step needs (3.1, 3.3). */
export function finishWalk(walk: WalkDraft, context: SelectionContext): void {
  if (walk.position.isNewVisit) openVisit(walk, context);
  findNeed(walk, context);
  reportBlockedCorrection(walk);
  informWithLeadIns(walk);
}

/** When a visit of a step with tools opens, its READ actions of older visits are void and earlier results are forgotten (0.4, 0.6). */
function openVisit(walk: WalkDraft, context: SelectionContext): void {
  const { step } = walk.position;
  if (!step.hasActStage) return;
  const isVoid = (request: InstanceRequest): boolean =>
    request.kind === 'ACTION' && request.stepId === step.stepId && isOpen(request);
  if (step.isReadAction && walk.requests.some(isVoid)) {
    walk.requests = walk.requests.map(
      (request): InstanceRequest => (isVoid(request) ? changeRequest(request, { status: 'VOID' }) : request),
    );
  }
  const forgottenFields = sortNames([...step.toolVariables].filter((name) => isResult(name, walk, context)));
  if (forgottenFields.length === 0) return;
  walk.forgottenFields = forgottenFields;
  walk.known = forget(walk, forgottenFields, context);
}

/** Whether the value of a variable comes from an earlier outcome: its own result, or one that an ended instance left in the session. */
function isResult(name: string, { input }: Walk, { storedData }: SelectionContext): boolean {
  const { instance, scenario } = input;
  if (scenario.localFields.has(name)) return false;
  return instance.variables.has(name) || (storedData.sessionVariables.get(name)?.isPersistedResult ?? false);
}

/** Values from the customer, the caller and the profile stay known, unless this walk has cleared them (0.4). */
function forget({ known, clearedFields }: Walk, fields: readonly string[], context: SelectionContext): KnownData {
  const { storedData, turn } = context;
  const kept = new Set(
    fields.filter((name) => {
      if (clearedFields.includes(name)) return false;
      const variable = storedData.sessionVariables.get(name);
      return variable === undefined ? turn.customerData.has(name) : !variable.isPersistedResult;
    }),
  );
  const gone = new Set(fields.filter((name) => !kept.has(name)));
  const rest = withoutFields(known, gone);
  if (kept.size === 0) return rest;
  const getSource = (name: string): KnownData => (kept.has(name) ? context.known : rest);
  return {
    get: (name) => getSource(name).get(name),
    has: (name) => getSource(name).has(name),
    isNull: (name) => getSource(name).isNull(name),
    keys: () => [...new Set([...rest.keys(), ...kept])].filter((name) => getSource(name).has(name)).sort(),
  };
}

/**
 * Finds the first unfinished stage. After all stages, or instead of them after a DECLINED or an unsuccessful call, finds the data that a
 * transition misses (3.3).
 */
function findNeed(walk: WalkDraft, context: SelectionContext): void {
  const { outcome } = walk.position.visit;
  const isDeclined = outcome === 'DECLINED';
  const hasCallFailed = outcome === 'CALL_FAILED' || outcome === 'CALL_CANCELLED';
  // A continued walk may still have the need of the step where it stopped.
  walk.need = isDeclined || hasCallFailed ? noNeed : findStageNeed(walk, context);
  if (walk.need.kind !== 'none') return;
  const missing = findMissingDataNeed(walk);
  if (missing) {
    walk.need = missing.need;
    walk.countsFailure = missing.countsFailure;
  } else if (isDeclined && !walk.blockingTransition?.hasOutcomes) {
    askAgain(walk, context);
  }
}

/** After a DECLINED that neither moved nor ended the instance, its stages continue: the CONFIRM is put again (2.5). */
function askAgain(walk: WalkDraft, context: SelectionContext): void {
  const { position } = walk;
  walk.position = { ...position, visit: changeVisit(position.visit, { outcome: undefined }) };
  walk.need = findStageNeed(walk, context);
}

/** How a step obtains data that its transitions are missing. */
type MissingDataNeed = Pick<Walk, 'need' | 'countsFailure'>;

function findMissingDataNeed(walk: Walk): MissingDataNeed | undefined {
  const { position, input, requests, blockingTransition } = walk;
  const { step, visit } = position;
  const action = findVisitRequest({ visit, requests }, 'ACTION');
  const missing = blockingTransition?.missingFields ?? findMissingResults(walk, action);
  if (missing.length === 0) return undefined;
  const results = new Set(missing.filter((field) => step.toolVariables.has(field)));
  if (results.size > 0 && action) {
    return { need: createRetryNeed(action, step, results), countsFailure: !isOpen(action) };
  }
  const { scenario } = input;
  const askable = missing.filter((field) => scenario.askableFields.has(field) && !step.toolVariables.has(field));
  if (askable.length > 0) return { need: createAskNeed(walk, 'condition', askable), countsFailure: false };
  const isExternal = missing.every((field) => !scenario.toolVariables.has(field));
  return isExternal ? eventNeed : undefined;
}

const eventNeed: MissingDataNeed = { need: { kind: 'event' }, countsFailure: false };

const noFields: readonly string[] = [];

/**
 * Finds the variables that a failed action should have filled and whose absence makes a transition FALSE (3.3). The condition tests them with
 * `has()`, so no transition is UNKNOWN.
 */
function findMissingResults({ position, known }: Walk, action: InstanceRequest | undefined): readonly string[] {
  const { step } = position;
  if (action?.outcome !== 'ACTION_FAILED') return noFields;
  const isMissing = (field: string): boolean => step.toolVariables.has(field) && !known.has(field);
  return [...step.anytimeTransitions, ...step.completionTransitions].flatMap(({ fieldsRead }) =>
    fieldsRead.filter(isMissing),
  );
}

/** Reports a correction that a passed checkpoint blocks, unless the walk leaves nothing to report (3.9). */
function reportBlockedCorrection(walk: WalkDraft): void {
  const { input, blockedByCheckpoint } = walk;
  if (input.keptFields.length > 0) {
    walk.blockedByCheckpoint = getLastCheckpoint(input.instance)?.description ?? blockedByCheckpoint;
    return;
  }
  const isCorrection = blockedByCheckpoint !== '' && !input.signals.hasBack;
  if (isCorrection && isBlockedCorrectionResolved(walk)) walk.blockedByCheckpoint = '';
}

/** Lead-ins that no contribution carries are contributed as INFORM (3.1). While a call is open, they wait for its return (section 11). */
function informWithLeadIns(walk: WalkDraft): void {
  const { leadInTemplateIds, need } = walk;
  if (leadInTemplateIds.length === 0 || need.kind === 'call' || hasContribution(need)) return;
  walk.need = { kind: 'inform', templateIds: leadInTemplateIds, areLeadIns: true };
  walk.leadInTemplateIds = [];
}

/** Whether an instance with this need contributes something other than NONE. */
export function hasContribution({ kind }: StepNeed): boolean {
  switch (kind) {
    case 'ask':
    case 'confirm':
    case 'act':
    case 'inform':
      return true;
    case 'call':
    case 'event':
    case 'none':
      return false;
  }
}
