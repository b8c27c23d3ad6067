import type { FieldValues, JsonValue } from '../../src/core/model/json';
import type {
  CandidateVariable,
  ScenarioCandidate,
  ScenarioSignal,
  SignalAim,
  StepOutcome,
  Turn,
  TurnTrigger,
} from '../../src/core/model/turn';

/** What a message of the customer contains, as the upstream services read it. */
export interface Message {
  readonly intent?: string;
  readonly signals?: readonly SignalAim[];
  readonly candidates?: readonly ScenarioCandidate[];
  readonly values?: readonly CandidateVariable[];
  /** Yes and no, and results without a request. */
  readonly outcomes?: readonly StepOutcome[];
  readonly sessionVariables?: FieldValues;
  readonly customerData?: FieldValues;
}

export const noFieldValues: FieldValues = new Map();

/** Builds a turn of a conversation. The session adds id and time. */
export function buildTurn(trigger: TurnTrigger, message: Message): Turn {
  return {
    tenantId: 'tenant',
    agentId: 'agent',
    sessionId: 'session',
    turnId: '',
    occurredAt: 0,
    trigger,
    situation: {
      message: '',
      language: '',
      signals: message.signals ?? [],
      intent: message.intent ?? '',
      canonicalIntentLabel: '',
      canonicalIntentScore: 0,
      previousIntent: '',
      intentChanged: false,
      topicChanged: false,
      tone: '',
      sentiment: '',
      frustrationLevel: '',
      urgency: 'normal',
      facts: noFieldValues,
      requestedFields: [],
      candidateVariables: message.values ?? [],
      embedding: [],
    },
    candidates: message.candidates ?? [],
    appliedRules: [],
    customerData: message.customerData ?? noFieldValues,
    stepOutcomes: message.outcomes ?? [],
    sessionVariables: message.sessionVariables ?? noFieldValues,
    deliveries: [],
    supersedesTurnId: '',
    customerId: '',
  };
}

/** A value that the message gives, for a scenario; "" if for none in particular. */
export function giveValue(scenarioId: string, name: string, value: JsonValue): CandidateVariable {
  return { name, value, scope: 'CASE', scenarioId, operation: 'SET', declined: false };
}

export function aimSignal(signal: ScenarioSignal, scenarioIds: readonly string[]): SignalAim {
  return { signal, scenarioIds, allInstances: false };
}

/** A yes or no. Without a key it answers the confirmation that was put last. */
export function answer(kind: 'CONFIRMED' | 'DECLINED', actionKey = ''): StepOutcome {
  return { instanceId: '', stepId: '', actionKey, kind, toolId: '', results: noFieldValues };
}
