import { compareText } from '../model/compare-text';
import type { FieldValues, JsonValue } from '../model/json';
import { comparePuttings, findOpenRequest, type InstanceRequest } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { CandidateVariable, ScenarioCandidate } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/** The candidate variables of a turn, grouped by recipient (0.4). */
export interface AssignedVariables {
  /** Variables that the session receives, in request order. */
  readonly forSession: readonly CandidateVariable[];
  /** Local fields that an instance receives, by instance id. */
  readonly byInstance: ReadonlyMap<string, readonly CandidateVariable[]>;
  /** Local fields that the start of a scenario receives, by scenario id. */
  readonly byStart: ReadonlyMap<string, FieldValues>;
}

/** The input for finding the recipient of a local field. */
export interface LocalFieldInput {
  readonly session: Session;
  readonly catalogue: Pick<Catalogue, 'getScenario' | 'getScenarioVersion'>;
  readonly focusInstanceId: string;
  /** All candidates of the turn. */
  readonly candidates: readonly ScenarioCandidate[];
  /** Scenarios that are named by a START, or by a candidate at or above the start threshold. */
  readonly namedScenarioIds: ReadonlySet<string>;
}

type Recipient =
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'start'; readonly scenarioId: string }
  | { readonly kind: 'session' };

const forTheSession: Recipient = { kind: 'session' };
const noAssignments: AssignedVariables = { forSession: [], byInstance: new Map(), byStart: new Map() };

/** Assigns each candidate variable to the instance or start that receives it, or else to the session. */
export function assignVariables(variables: readonly CandidateVariable[], input: LocalFieldInput): AssignedVariables {
  if (variables.length === 0) return noAssignments;
  const forSession: CandidateVariable[] = [];
  let byInstance: Map<string, CandidateVariable[]> | undefined;
  let byStart: Map<string, Map<string, JsonValue>> | undefined;
  for (const variable of variables) {
    const taker = findRecipient(variable, input);
    switch (taker.kind) {
      case 'session':
        forSession.push(variable);
        break;
      case 'instance':
        byInstance ??= new Map();
        byInstance.set(taker.instanceId, [...(byInstance.get(taker.instanceId) ?? []), variable]);
        break;
      case 'start': {
        byStart ??= new Map();
        const values = byStart.get(taker.scenarioId) ?? new Map<string, JsonValue>();
        byStart.set(taker.scenarioId, values.set(variable.name, variable.declined ? null : variable.value));
        break;
      }
    }
  }
  return {
    forSession,
    byInstance: byInstance ?? noAssignments.byInstance,
    byStart: byStart ?? noAssignments.byStart,
  };
}

function findRecipient(variable: CandidateVariable, input: LocalFieldInput): Recipient {
  return (
    findNamedRecipient(variable, input) ??
    findAskingRecipient(variable.name, 'ACTIVE', input) ??
    findStartingRecipient(variable.name, input) ??
    findFocusRecipient(variable.name, input) ??
    findAskingRecipient(variable.name, 'PAUSED', input) ??
    forTheSession
  );
}

/** No. 1: the instance or candidate of the scenario that the variable names. */
function findNamedRecipient({ name, scenarioId }: CandidateVariable, input: LocalFieldInput): Recipient | undefined {
  if (scenarioId === '') return undefined;
  const instance = input.session.instances.find((each) => each.scenarioId === scenarioId);
  if (instance) return isLocal(instance, name, input) ? toRecipient(instance) : undefined;
  const isCandidate =
    input.namedScenarioIds.has(scenarioId) || input.candidates.some((each) => each.scenarioId === scenarioId);
  const isListed = input.catalogue.getScenario(scenarioId)?.localFields.has(name) ?? false;
  return isCandidate && isListed ? { kind: 'start', scenarioId } : undefined;
}

/**
 * No. 2 and 5: the instance whose open ASK lists the field and was put last. If the field is not local to it, the session receives the
 * value.
 */
function findAskingRecipient(
  name: string,
  status: ScenarioInstance['status'],
  input: LocalFieldInput,
): Recipient | undefined {
  let last: { readonly instance: ScenarioInstance; readonly ask: InstanceRequest } | undefined;
  for (const instance of input.session.instances) {
    const ask = findOpenRequest(instance.requests, 'ASK');
    if (instance.status !== status || !ask?.fields.includes(name)) continue;
    if (!last || comparePuttings(last.ask.lastPut, ask.lastPut) < 0) last = { instance, ask };
  }
  if (!last) return undefined;
  return isLocal(last.instance, name, input) ? toRecipient(last.instance) : forTheSession;
}

/**
 * No. 3: the first candidate at or above the threshold, in start order, whose scenario lists the field. If that scenario has an instance,
 * the instance receives the value.
 */
function findStartingRecipient(name: string, input: LocalFieldInput): Recipient | undefined {
  const { catalogue, candidates, namedScenarioIds, session } = input;
  const listing: CompiledScenario[] = [];
  for (const id of namedScenarioIds) {
    const scenario = catalogue.getScenario(id);
    if (scenario?.localFields.has(name)) listing.push(scenario);
  }
  if (listing.length === 0) return undefined;
  const getScore = (id: string): number => candidates.find(({ scenarioId }) => scenarioId === id)?.score ?? 1;
  const [first] = listing.sort(
    (a, b) =>
      getScore(b.scenarioId) - getScore(a.scenarioId) ||
      b.priority - a.priority ||
      compareText(a.scenarioId, b.scenarioId),
  );
  if (!first) return undefined;
  const instance = session.instances.find(({ scenarioId }) => scenarioId === first.scenarioId);
  return instance ? toRecipient(instance) : { kind: 'start', scenarioId: first.scenarioId };
}

/** No. 4: the focus. */
function findFocusRecipient(name: string, input: LocalFieldInput): Recipient | undefined {
  const focus = input.session.instances.find(({ instanceId }) => instanceId === input.focusInstanceId);
  return focus && isLocal(focus, name, input) ? toRecipient(focus) : undefined;
}

function isLocal({ scenarioId, scenarioVersion }: ScenarioInstance, name: string, input: LocalFieldInput): boolean {
  return input.catalogue.getScenarioVersion(scenarioId, scenarioVersion)?.localFields.has(name) ?? false;
}

function toRecipient({ instanceId }: ScenarioInstance): Recipient {
  return { kind: 'instance', instanceId };
}
