import type { TurnInput } from '../../src/core/context/selection-context';
import { decideTurn } from '../../src/core/decide-turn';
import { type CompiledField, createFieldRules } from '../../src/core/fields/field-rules';
import type { Contribution } from '../../src/core/model/contribution';
import type { JsonValue } from '../../src/core/model/json';
import type { ModelProposal } from '../../src/core/model/model-proposal';
import type {
  Relationship,
  RelationshipKind,
  RequiredField,
  Scenario,
  ScenarioStep,
  StepTransition,
} from '../../src/core/model/scenario';
import { createEmptySession, type ScenarioInstance, type Session } from '../../src/core/model/session';
import { defaultSettings, type OrchestrationSettings } from '../../src/core/model/settings';
import type {
  AppliedRule,
  CandidateVariable,
  Delivery,
  ScenarioSignal,
  Situation,
  StepOutcome,
  Turn,
} from '../../src/core/model/turn';
import type { ExplainedTurnResult, TurnResult } from '../../src/core/model/turn-result';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import { compileScenario, type ScenarioCompilation } from '../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';
import { indexRelationships } from '../../src/core/scenario/relationships';
import { compiledFields, type FieldDraft } from './field-definitions';

/** A transition. A string is a default edge to that step. A transition that `returns` has no target. */
export type TransitionDraft =
  | string
  | (Partial<StepTransition> & { readonly to: string })
  | (Partial<StepTransition> & { readonly returns: true; readonly to?: undefined });
/** A step. Fields that are left out have the contract's defaults. */
export type StepDraft = Partial<Omit<ScenarioStep, 'transitions'>> & {
  readonly stepId: string;
  readonly to?: readonly TransitionDraft[];
};
/** A scenario. Fields that are left out have the contract's defaults; the entry step is the first step. */
export type ScenarioDraft = Partial<Omit<Scenario, 'steps' | 'globalTransitions' | 'requiredFields'>> & {
  readonly scenarioId: string;
  readonly steps: readonly StepDraft[];
  readonly globals?: readonly TransitionDraft[];
  readonly requires?: Readonly<Record<string, RequiredField['level']>>;
};

export function aTransition(draft: TransitionDraft): StepTransition {
  const { to, ...overrides } = typeof draft === 'string' ? { to: draft } : draft;
  return {
    transitionId: '',
    targetStepId: to ?? '',
    priority: 0,
    trigger: 'ON_COMPLETION',
    intentLabel: '',
    condition: '',
    conditionFields: [],
    outcomes: [],
    conditionText: '',
    conditionEmbedding: [],
    clears: [],
    returns: false,
    description: '',
    ...overrides,
  };
}

export function aStep({ to = [], ...overrides }: StepDraft): ScenarioStep {
  return {
    name: '',
    description: '',
    collectsProfileFields: [],
    optionalFields: [],
    isCheckpoint: false,
    checkpointDescription: '',
    performsAction: false,
    isRequiredAction: false,
    confirmsFields: [],
    confirmsNothing: false,
    toolBindings: [],
    toolIds: [],
    templateIds: [],
    speak: 'INFORM',
    isTerminal: false,
    ending: 'SUCCEEDED',
    reachableFromAnywhere: false,
    priority: 0,
    blocksStarts: false,
    maxReminders: 1,
    transitions: to.map(aTransition),
    ...overrides,
  };
}

export function aScenario({ steps, globals = [], requires = {}, ...overrides }: ScenarioDraft): Scenario {
  return {
    name: overrides.scenarioId,
    description: '',
    triggerDescription: '',
    tags: [],
    enabled: true,
    priority: 0,
    entryStepId: steps[0]?.stepId ?? '',
    steps: steps.map(aStep),
    globalTransitions: globals.map(aTransition),
    requiredFields: Object.entries(requires).map(([fieldName, level]) => ({ fieldName, level, description: '' })),
    persistedFields: [],
    localFields: [],
    entryCondition: '',
    completionCondition: '',
    cancelCondition: '',
    exclusive: false,
    askBeforeStart: false,
    idleAction: 'PAUSE',
    whenNotAddressed: 'QUIET',
    whenDisplaced: 'PAUSE',
    resume: 'AUTOMATIC',
    migrationPolicy: 'PINNED',
    migrationStepMap: new Map(),
    ...overrides,
  };
}

/** Compiles a draft. Fails if the compiler rejects it. */
export function compileDraft(draft: ScenarioDraft, version = 1): CompiledScenario {
  const { compiled: scenario, findings }: ScenarioCompilation = compileScenario(aScenario(draft), version);
  if (!scenario) throw new Error(`rejected: ${JSON.stringify(findings, null, 1)}`);
  return scenario;
}

export function aRelationship(
  sourceId: string,
  kind: RelationshipKind,
  targetScenarioId: string,
  sourceType: Relationship['sourceType'] = 'SCENARIO',
  startDependency = false,
): Relationship {
  return { kind, sourceType, sourceId, targetScenarioId, weight: 0, startDependency };
}

type Fields = Readonly<Record<string, JsonValue>>;
/** A signal: alone it is unaimed, with scenario ids it is aimed at them, with "*" at all instances. */
export type SignalDraft = ScenarioSignal | readonly [ScenarioSignal, ...string[]];

/** A turn. Time advances by one minute for each turn unless `occurredAt` is set. */
export interface TurnDraft {
  readonly message?: string;
  readonly trigger?: Turn['trigger'];
  readonly intent?: string;
  readonly signals?: readonly SignalDraft[];
  /** Scores by scenario id; pairs if an id occurs twice. */
  readonly candidates?: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  readonly rules?: readonly Partial<AppliedRule>[];
  readonly customer?: Fields;
  readonly variables?: Fields;
  readonly scopes?: Readonly<Record<string, CandidateVariable['scope']>>;
  /** Candidate variables that name a scenario, change a list or are declined. They follow `variables`. */
  readonly given?: readonly (Partial<CandidateVariable> & { readonly name: string })[];
  readonly patch?: Fields;
  readonly outcomes?: readonly (Partial<Omit<StepOutcome, 'results'>> & {
    readonly kind: StepOutcome['kind'];
    readonly results?: Fields;
  })[];
  readonly deliveries?: readonly (Partial<Delivery> & { readonly status: Delivery['status'] })[];
  readonly supersedesTurnId?: string;
  readonly customerId?: string;
  readonly facts?: Fields;
  readonly requested?: readonly string[];
  readonly occurredAt?: number;
  readonly situation?: Partial<Situation>;
  /** The proposal of the model; undefined if no model is asked. */
  readonly proposal?: ModelProposal | undefined;
}

export const ids = { tenantId: 'tenant', agentId: 'agent', sessionId: 'session' };

/** Plays the turns of one session through the core. */
export class Conversation {
  session: Session = createEmptySession(ids);
  private readonly scenarios = new Map<string, CompiledScenario>();
  private readonly versions = new Map<string, CompiledScenario>();
  private readonly settings: OrchestrationSettings;
  private relationships: readonly Relationship[];
  private readonly fields: ReadonlyMap<string, CompiledField>;
  private now = 0;

  constructor(
    scenarios: readonly ScenarioDraft[],
    options: {
      readonly settings?: Partial<OrchestrationSettings>;
      readonly relationships?: readonly Relationship[];
      readonly fields?: readonly FieldDraft[];
    } = {},
  ) {
    this.settings = { ...defaultSettings, ...options.settings };
    this.relationships = options.relationships ?? [];
    this.fields = compiledFields(options.fields ?? []);
    for (const draft of scenarios) this.store(draft);
  }

  /** Stores a scenario, as a new version if it already exists. */
  store(draft: ScenarioDraft): void {
    const version = (this.scenarios.get(draft.scenarioId)?.version ?? 0) + 1;
    const scenario = compileDraft(draft, version);
    this.scenarios.set(draft.scenarioId, scenario);
    this.versions.set(`${draft.scenarioId}@${version}`, scenario);
  }

  /** Removes a scenario with all its versions. */
  remove(scenarioId: string): void {
    this.scenarios.delete(scenarioId);
    for (const key of [...this.versions.keys()]) if (key.startsWith(`${scenarioId}@`)) this.versions.delete(key);
  }

  /** Plays a turn and stores the session. */
  turn(draft: TurnDraft = {}): PlayedTurn {
    const decided = this.decide(draft);
    this.session = decided.session;
    return new PlayedTurn(decided.result, decided.session);
  }

  /** Decides a turn without storing the session. */
  decide(draft: TurnDraft = {}): { readonly result: ExplainedTurnResult; readonly session: Session } {
    const { session, explain } = decideTurn(this.input(draft));
    return { result: explain(), session };
  }

  /** Builds the input of a turn. */
  input(draft: TurnDraft = {}): TurnInput {
    this.now = draft.occurredAt ?? this.now + 60_000;
    return {
      session: this.session,
      turn: aTurn(draft, `turn-${this.session.revision + 1}`, this.now),
      catalogue: this.catalogue(),
      settings: this.settings,
      getNewInstanceId: (scenarioId) => `${scenarioId}#${this.session.lastStartNumber + 1}`,
      proposal: draft.proposal,
    };
  }

  /** Returns the active or paused instance of a scenario. Fails if there is none. */
  instance(scenarioId: string): ScenarioInstance {
    const found = this.session.instances.find((instance) => instance.scenarioId === scenarioId);
    if (!found) throw new Error(`no instance of ${scenarioId}`);
    return found;
  }

  private catalogue(): Catalogue {
    return {
      revision: 1,
      getScenario: (scenarioId) => this.scenarios.get(scenarioId),
      getScenarioVersion: (scenarioId, version) => this.versions.get(`${scenarioId}@${version}`),
      relationships: indexRelationships(this.relationships),
      fields: createFieldRules(
        this.fields,
        [...this.scenarios.values()].map(({ definition }) => definition),
      ),
    };
  }
}

/** The result of a turn with accessors for assertions. */
export class PlayedTurn<Result extends TurnResult = ExplainedTurnResult> {
  constructor(
    readonly result: Result,
    readonly session: Session,
  ) {}

  /** The lifecycle decision about a scenario; the last one if an instance ends and another starts. */
  lifecycle(scenarioId: string): Result['lifecycleDecisions'][number] {
    const decisions: readonly Result['lifecycleDecisions'][number][] = this.result.lifecycleDecisions;
    const found = decisions.findLast((decision) => decision.scenarioId === scenarioId);
    if (!found) throw new Error(`no lifecycle decision of ${scenarioId}: ${JSON.stringify(this.actions)}`);
    return found;
  }

  transition(scenarioId: string): Result['transitionDecisions'][number] {
    const decisions: readonly Result['transitionDecisions'][number][] = this.result.transitionDecisions;
    const found = decisions.findLast((decision) => decision.scenarioId === scenarioId);
    if (!found) throw new Error(`no transition decision of ${scenarioId}`);
    return found;
  }

  contribution(scenarioId: string): Contribution {
    const found = this.result.plan.contributions.find((each) => each.scenarioId === scenarioId);
    if (!found) throw new Error(`no contribution of ${scenarioId}`);
    return found;
  }

  /** Every lifecycle decision as text, for example `refund START CANDIDATE`. */
  get actions(): readonly string[] {
    return this.result.lifecycleDecisions.map(({ scenarioId, action, reason }) => `${scenarioId} ${action} ${reason}`);
  }

  /** Every rejected candidate as text, for example `refund CAPACITY`. */
  get rejections(): readonly string[] {
    return this.result.rejectedCandidates.map(({ scenarioId, reason }) => `${scenarioId} ${reason}`);
  }

  /** Every contribution in plan order as text, for example `refund ASK order_id`. */
  get plan(): readonly string[] {
    return this.result.plan.contributions.map(toText);
  }
}

function toText(contribution: Contribution): string {
  const head = `${contribution.deferred ? '(deferred) ' : ''}${contribution.scenarioId} ${contribution.type}`;
  switch (contribution.type) {
    case 'ASK':
      return `${head} ${contribution.fieldsToAsk.join(',')}`;
    case 'CONFIRM':
      return contribution.confirmKind === 'CHOICE'
        ? `CHOICE ${contribution.choices.map(({ scenarioId }) => scenarioId).join(',')}`
        : `${head} ${[...contribution.valuesToConfirm].map(([name, value]) => `${name}=${String(value)}`).join(',')}`;
    case 'ACTION_HINT':
      return `${head} ${contribution.tools.map(({ toolId }) => toolId).join(',')}`;
    case 'INFORM':
      return `${head} ${contribution.templateIds.join(',')}`;
    case 'NONE':
      return head;
  }
}

export function aTurn(draft: TurnDraft, turnId: string, occurredAt: number): Turn {
  return {
    ...ids,
    turnId,
    occurredAt,
    trigger: draft.trigger ?? 'MESSAGE',
    situation: aSituation(draft),
    candidates: toScores(draft.candidates).map(([scenarioId, score]) => ({
      scenarioId,
      score,
      reasoning: '',
    })),
    appliedRules: (draft.rules ?? []).map((rule) => ({
      ruleId: 'rule',
      scope: 'GLOBAL',
      scopeId: '',
      scopeScenarioId: '',
      priority: 0,
      ...rule,
    })),
    customerData: toFields(draft.customer),
    stepOutcomes: (draft.outcomes ?? []).map(({ results, ...outcome }) => ({
      instanceId: '',
      stepId: '',
      actionKey: '',
      toolId: '',
      ...outcome,
      results: toFields(results),
    })),
    sessionVariables: toFields(draft.patch),
    deliveries: (draft.deliveries ?? []).map((delivery) => ({ instanceId: '', actionKey: '', ...delivery })),
    supersedesTurnId: draft.supersedesTurnId ?? '',
    customerId: draft.customerId ?? '',
  };
}

function toScores(candidates: TurnDraft['candidates'] = {}): readonly (readonly [string, number])[] {
  return Symbol.iterator in candidates ? [...candidates] : Object.entries(candidates);
}

function aSituation(draft: TurnDraft): Situation {
  return {
    message: draft.message ?? '',
    language: '',
    signals: (draft.signals ?? []).map(aSignal),
    intent: draft.intent ?? '',
    canonicalIntentLabel: '',
    canonicalIntentScore: 0,
    previousIntent: '',
    intentChanged: false,
    topicChanged: false,
    tone: '',
    sentiment: '',
    frustrationLevel: '',
    urgency: 'normal',
    facts: toFields(draft.facts),
    requestedFields: draft.requested ?? [],
    candidateVariables: [
      ...Object.entries(draft.variables ?? {}).map(([name, value]) =>
        aVariable({ name, value, scope: draft.scopes?.[name] ?? 'CASE' }),
      ),
      ...(draft.given ?? []).map(aVariable),
    ],
    embedding: [],
    ...draft.situation,
  };
}

function aVariable(draft: Partial<CandidateVariable> & { readonly name: string }): CandidateVariable {
  return { value: null, scope: 'CASE', scenarioId: '', operation: 'SET', declined: false, ...draft };
}

function aSignal(draft: SignalDraft): Situation['signals'][number] {
  if (typeof draft === 'string') return { signal: draft, scenarioIds: [], allInstances: false };
  const [signal, ...aims] = draft;
  return aims.includes('*')
    ? { signal, scenarioIds: [], allInstances: true }
    : { signal, scenarioIds: aims, allInstances: false };
}

function toFields(fields: Fields = {}): ReadonlyMap<string, JsonValue> {
  return new Map(Object.entries(fields));
}
