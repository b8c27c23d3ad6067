import type { SelectionContext } from '../context/selection-context';
import type { Draft } from '../model/draft';
import type { InstanceRequest } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import { sortNames } from '../model/sorting';
import type { RouteEntry } from '../model/visit';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import type { TraversedStep, Walk } from './walk-state';

/** Creates the record of the step that a walk has reached and now leaves. */
export function toTraversedStep(
  { position, requests, input, correction }: Walk,
  transition: CompiledTransition | undefined,
  context: SelectionContext,
): TraversedStep {
  const { step, visit, isNewVisit } = position;
  const put = isNewVisit ? nothingPut : findPut(requests, visit.number);
  const { asked, confirm } = put;
  const entry: RouteEntry = {
    stepId: step.stepId,
    visitNumber: isNewVisit ? 0 : visit.number,
    transitionId: transition?.id ?? '',
    asked,
    canGoBackTo: asked || confirm !== undefined || collectsGiven(step, input, context),
    declined: !isNewVisit && visit.outcome === 'DECLINED',
    readFields: step.isReadAction && !isNewVisit ? listReadFields(requests, visit.number) : noFields,
    confirmedFields: confirm ? sortNames([...confirm.values.keys()]) : noFields,
  };
  const hasContributed = put.hasAny || (!isNewVisit && visit.informedRevision > 0);
  const isSkipped =
    step.collectedFields.length > 0 &&
    !hasContributed &&
    !(correction !== undefined && wasAskedOnPath(input.instance, step.stepId));
  return { entry, transition, isPassedOver: isNewVisit, isSkipped };
}

/** The requests that were put in a visit. */
interface PutInVisit {
  readonly hasAny: boolean;
  readonly asked: boolean;
  /** The latest CONFIRM. */
  readonly confirm: InstanceRequest | undefined;
}

const nothingPut: PutInVisit = { hasAny: false, asked: false, confirm: undefined };

function findPut(requests: readonly InstanceRequest[], visitNumber: number): PutInVisit {
  const put: Draft<PutInVisit> = { hasAny: false, asked: false, confirm: undefined };
  for (const request of requests) {
    if (request.visitNumber !== visitNumber) continue;
    put.hasAny = true;
    if (request.kind === 'ASK') put.asked = true;
    else if (request.kind === 'CONFIRM') put.confirm = request;
  }
  return put;
}

/** Whether a visit of the step on the path asked for a field. */
export function wasAskedOnPath({ path }: ScenarioInstance, stepId: string): boolean {
  return path.some((each) => each.asked && each.stepId === stepId);
}

const noFields: readonly string[] = [];

/** Lists the fields that the READ actions of a visit ran with; sorted. */
function listReadFields(requests: readonly InstanceRequest[], visitNumber: number): readonly string[] {
  const reads = requests.filter((request) => request.kind === 'ACTION' && request.visitNumber === visitNumber);
  return [...new Set(reads.flatMap(({ values }) => [...values.keys()]))].sort();
}

/** Whether the customer gave the value of a field that the step collects. */
function collectsGiven({ collectedFields }: CompiledStep, input: Walk['input'], context: SelectionContext): boolean {
  for (const field of collectedFields) if (isGiven(field, input, context)) return true;
  return false;
}

/** Whether the customer gave the value of a field, and not the profile or a tool. */
function isGiven(field: string, { instance, scenario }: Walk['input'], { storedData }: SelectionContext): boolean {
  if (scenario.localFields.has(field)) return instance.variables.has(field);
  const variable = storedData.sessionVariables.get(field);
  return variable !== undefined && variable.value !== null && !variable.isPersistedResult;
}
