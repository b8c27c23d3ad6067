import { randomUUID } from 'node:crypto';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { RuleScope, Turn, TurnTrigger, Urgency, VariableScope } from '../../../gen/focal/orchestration/v1/turn';
import { buildActionKey } from '../../../src/core/model/action-key';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { fieldsOf, scenarioIdOf } from './scenarios';

/** Whose sessions they are. */
export const agent = {
  tenantId: 'b3a3c0de-0000-4000-8000-000000000001',
  agentId: 'b3a3c0de-0000-4000-8000-000000000002',
} as const;

/** How many turns a session of the workload has. */
export const turnsPerSession = 9;

/** What a session is about, and what its turns carry besides. */
export interface SessionShape {
  /** Scenarios that the first turn starts and that stay active; they are the first ones of the catalogue. */
  readonly activeScenarios: number;
  /** Fields that the caller knows of the customer, `customer_id` among them. */
  readonly customerFields: number;
  /** Candidates of each turn but the first, which name scenarios that run already, then ones that there are not. */
  readonly candidates: number;
  /** Rules that each turn has, every third one aimed at a scenario of the session. */
  readonly rules: number;
}

/** The workload of the benchmark. */
export const usualShape: SessionShape = { activeScenarios: 3, customerFields: 10, candidates: 2, rules: 3 };

/** What a turn says besides what all turns say. */
type Said = Partial<Pick<Turn, 'trigger' | 'candidates' | 'stepOutcomes'>> & {
  readonly values?: Readonly<Record<string, string | number>>;
};

const ids = new UuidV5InstanceIdGenerator();
const message =
  'I have looked it up as you asked me to: it is all on the confirmation that I got by mail last week. '.repeat(2);

/**
 * The nine turns of a new session, in order: all scenarios start, are told what they ask for by four messages, then the first ones
 * are confirmed, done and spoken of while the others wait with their question. Every scenario is active on every turn.
 */
export function sessionTurns(shape: SessionShape, sessionId: string = randomUUID()): Turn[] {
  const turnIds = Array.from({ length: turnsPerSession }, () => randomUUID());
  const instanceIds = Array.from({ length: shape.activeScenarios }, (_, index) =>
    ids.generateInstanceId(sessionId, turnIds[0] ?? '', scenarioIdOf(index)),
  );
  return saidBy(shape, instanceIds).map(({ values = {}, ...said }, at) =>
    Turn.fromPartial({
      ...agent,
      sessionId,
      turnId: turnIds[at] ?? '',
      occurredAt: new Date(Date.UTC(2026, 0, 5, 9, at)),
      trigger: TurnTrigger.TURN_TRIGGER_MESSAGE,
      situation: situationWith(values),
      candidates: Array.from({ length: shape.candidates }, (_, index) => candidate(index)),
      appliedRules: Array.from({ length: shape.rules }, (_, index) => rule(index, shape.activeScenarios)),
      customerData: customerData(shape.customerFields),
      ...said,
    }),
  );
}

function saidBy({ activeScenarios: count }: SessionShape, instanceIds: readonly string[]): readonly Said[] {
  const all = Array.from({ length: count }, (_, index) => fieldsOf(index));
  const each = (field: keyof ReturnType<typeof fieldsOf>, value: string | number): Said => ({
    values: Object.fromEntries(all.map((fields) => [fields[field], value])),
  });
  const confirmed = (index: number): Turn['stepOutcomes'] =>
    outcome(instanceIds[index], 'confirmation', 5, StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED);
  const booked = (index: number): Turn['stepOutcomes'] =>
    outcome(instanceIds[index], 'booking', 6, StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED, {
      [`booking_${index}`]: 'B-20871',
    });
  return [
    { candidates: all.map((_, index) => candidate(index)) },
    each('reference', 'R-2041-77'),
    each('reason', 'It came late and the box was open.'),
    each('date', '2026-01-03'),
    each('amount', 750.5),
    each('note', 'The neighbour took it in.'),
    { stepOutcomes: confirmed(0) },
    { stepOutcomes: [...booked(0), ...confirmed(1)] },
    { trigger: TurnTrigger.TURN_TRIGGER_TOOL_RESULTS, stepOutcomes: booked(1) },
  ];
}

/** An outcome of an instance's step; none where a session has no such instance. */
function outcome(
  instanceId: string | undefined,
  stepId: string,
  visit: number,
  kind: StepOutcomeKind,
  results: Readonly<Record<string, string>> = {},
): Turn['stepOutcomes'] {
  if (instanceId === undefined) return [];
  const actionKey = buildActionKey({ instanceId, currentStepId: stepId, visit: { number: visit } });
  return [{ instanceId, stepId, actionKey, kind, toolId: 'book_request', results }];
}

function situationWith(values: Readonly<Record<string, string | number>>): Turn['situation'] {
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
    })),
    embedding: [],
  };
}

function candidate(index: number): Turn['candidates'][number] {
  return { scenarioId: scenarioIdOf(index), score: 0.95 - index / 250, reasoning: 'Close to the trigger description.' };
}

function rule(index: number, scenarios: number): Turn['appliedRules'][number] {
  const isAimed = index % 3 === 0;
  return {
    ruleId: `b0a710ad-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    scope: isAimed ? RuleScope.RULE_SCOPE_SCENARIO : RuleScope.RULE_SCOPE_GLOBAL,
    scopeId: isAimed ? scenarioIdOf(index % scenarios) : '',
    scopeScenarioId: '',
    priority: index % 7,
  };
}

function customerData(fields: number): Turn['customerData'] {
  const others = Array.from({ length: fields - 1 }, (_, index) => [`customer_field_${index}`, `value ${index}`]);
  return { customer_id: 'C-2041', ...Object.fromEntries(others) };
}
