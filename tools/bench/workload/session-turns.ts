import { randomUUID } from 'node:crypto';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import {
  RuleScope,
  Turn,
  TurnTrigger,
  Urgency,
  VariableOperation,
  VariableScope,
} from '../../../gen/focal/orchestration/v1/turn';
import { buildActionKey } from '../../../src/core/model/request';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { getFieldNames, toScenarioId } from './scenarios';

/** The tenant and agent of all sessions. */
export const agent = {
  tenantId: 'b3a3c0de-0000-4000-8000-000000000001',
  agentId: 'b3a3c0de-0000-4000-8000-000000000002',
} as const;

export const turnsPerSession = 9;

/** The size of a session and of its turns. */
export interface SessionShape {
  /** Number of scenarios that start in the first turn and stay active: the first ones of the catalogue. */
  readonly activeScenarios: number;
  /** Number of scenarios that the turns after the first one address with values: the first ones. Default: all. */
  readonly addressedScenarios?: number;
  /** Number of fields of the customer data, including `customer_id`. */
  readonly customerFields: number;
  /** Number of candidates of each turn except the first: running scenarios, followed by unknown ones. */
  readonly candidates: number;
  /** Number of rules of each turn. Every third rule has a scenario of the session as its scope. */
  readonly rules: number;
}

export const defaultShape: SessionShape = { activeScenarios: 3, customerFields: 10, candidates: 2, rules: 3 };

/** The parts in which the turns of a session differ. */
type TurnParts = Partial<Pick<Turn, 'trigger' | 'candidates' | 'stepOutcomes'>> & {
  readonly values?: Readonly<Record<string, string | number>>;
};

const instanceIdGenerator = new UuidV5InstanceIdGenerator();
const message =
  'I have looked it up as you asked me to: it is all on the confirmation that I got by mail last week. '.repeat(2);

/**
 * Builds the nine turns of a new session. All scenarios start and get their values in five messages. Then the first scenarios are confirmed
 * and booked, while the others wait for the confirmation. Every scenario is active in every turn.
 */
export function buildSessionTurns(shape: SessionShape, sessionId: string = randomUUID()): Turn[] {
  const turnIds = Array.from({ length: turnsPerSession }, () => randomUUID());
  const instanceIds = Array.from({ length: shape.activeScenarios }, (_, index) =>
    instanceIdGenerator.generateInstanceId(sessionId, turnIds[0] ?? '', toScenarioId(index)),
  );
  return buildTurnParts(shape, instanceIds).map(({ values = {}, ...parts }, index) =>
    Turn.fromPartial({
      ...agent,
      sessionId,
      turnId: turnIds[index] ?? '',
      occurredAt: new Date(Date.UTC(2026, 0, 5, 9, index)),
      trigger: TurnTrigger.TURN_TRIGGER_MESSAGE,
      situation: createSituation(values),
      candidates: Array.from({ length: shape.candidates }, (_, index) => createCandidate(index)),
      appliedRules: Array.from({ length: shape.rules }, (_, index) => createRule(index, shape.activeScenarios)),
      customerData: createCustomerData(shape.customerFields),
      ...parts,
    }),
  );
}

function buildTurnParts(
  { activeScenarios: count, addressedScenarios = count }: SessionShape,
  instanceIds: readonly string[],
): readonly TurnParts[] {
  const addressedIds = instanceIds.slice(0, addressedScenarios);
  const allFields = Array.from({ length: count }, (_, index) => getFieldNames(index));
  const toAll = (field: keyof ReturnType<typeof getFieldNames>, value: string | number): TurnParts => ({
    values: Object.fromEntries(allFields.slice(0, addressedScenarios).map((fields) => [fields[field], value])),
  });
  const createConfirmation = (index: number): Turn['stepOutcomes'] =>
    createOutcomes(addressedIds[index], 'confirmation', 5, StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED);
  const createBooking = (index: number): Turn['stepOutcomes'] =>
    createOutcomes(addressedIds[index], 'booking', 6, StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, {
      [`booking_${index}`]: 'B-20871',
    });
  return [
    { candidates: allFields.map((_, index) => createCandidate(index)) },
    toAll('reference', 'R-2041-77'),
    toAll('reason', 'It came late and the box was open.'),
    toAll('date', '2026-01-03'),
    toAll('amount', 750.5),
    toAll('note', 'The neighbour took it in.'),
    { stepOutcomes: createConfirmation(0) },
    { stepOutcomes: [...createBooking(0), ...createConfirmation(1)] },
    { trigger: TurnTrigger.TURN_TRIGGER_TOOL_RESULTS, stepOutcomes: createBooking(1) },
  ];
}

/** Creates a list with the outcome of a step; empty if `instanceId` is undefined. */
function createOutcomes(
  instanceId: string | undefined,
  stepId: string,
  visit: number,
  kind: StepOutcomeKind,
  results: Readonly<Record<string, string>> = {},
): Turn['stepOutcomes'] {
  if (instanceId === undefined) return [];
  const actionKey = buildActionKey(instanceId, stepId, visit, 1);
  return [{ instanceId, stepId, actionKey, kind, toolId: 'book_request', results }];
}

function createSituation(values: Readonly<Record<string, string | number>>): Turn['situation'] {
  return {
    message,
    language: 'en',
    signals: [],
    intent: 'give_details',
    canonicalIntentLabel: 'inform',
    canonicalIntentScore: 0.93,
    previousIntent: 'inform',
    intentChanged: false,
    topicChanged: false,
    tone: 'neutral',
    sentiment: 'neutral',
    frustrationLevel: 0,
    urgency: Urgency.URGENCY_NORMAL,
    facts: { channel: 'chat', returning_customer: true },
    requestedFields: [],
    candidateVariables: Object.entries(values).map(([name, value]) => ({
      name,
      value,
      scope: VariableScope.VARIABLE_SCOPE_CASE,
      scenarioId: '',
      operation: VariableOperation.VARIABLE_OPERATION_SET,
      declined: false,
    })),
    embedding: [],
  };
}

function createCandidate(index: number): Turn['candidates'][number] {
  return { scenarioId: toScenarioId(index), score: 0.95 - index / 250, reasoning: 'Close to the trigger description.' };
}

function createRule(index: number, scenarios: number): Turn['appliedRules'][number] {
  const isScenarioRule = index % 3 === 0;
  return {
    ruleId: `b0a710ad-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    scope: isScenarioRule ? RuleScope.RULE_SCOPE_SCENARIO : RuleScope.RULE_SCOPE_GLOBAL,
    scopeId: isScenarioRule ? toScenarioId(index % scenarios) : '',
    scopeScenarioId: '',
    priority: index % 7,
  };
}

function createCustomerData(fields: number): Turn['customerData'] {
  const others = Array.from({ length: fields - 1 }, (_, index) => [`customer_field_${index}`, `value ${index}`]);
  return { customer_id: 'C-2041', ...Object.fromEntries(others) };
}
