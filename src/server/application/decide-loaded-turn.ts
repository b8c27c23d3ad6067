import { buildModelRequest } from '../../core/context/model-request';
import type { TurnInput } from '../../core/context/selection-context';
import { decideTurn, type TurnDecision } from '../../core/decide-turn';
import type { ModelProposal } from '../../core/model/model-proposal';
import { PausableAllowance } from '../../core/model/pausable-allowance';
import type { Session } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import { getIntent, type Turn } from '../../core/model/turn';
import type { ExplainedTurnResult } from '../../core/model/turn-result';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { Call } from '../ports/call';
import type { DecisionModel } from '../ports/decision-model';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { Metrics } from '../ports/metrics';
import { runInChildSpan, type Span } from '../ports/span';
import type { OpenedCatalogue, VersionKey } from './catalogue-snapshot';
import type { CompiledCatalogue } from './compiled-catalogue';
import { passPause, runPausable } from './run-pausable';
import { listScenariosInUse, listVersionsInUse } from './scenarios-in-use';
import type { TurnCommand } from './turn-command';

export interface DecisionDependencies {
  readonly ids: InstanceIdGenerator;
  readonly metrics: Metrics;
  readonly settings: OrchestrationSettings;
  /** Undefined if only the rules decide (section 9). */
  readonly model: DecisionModel | undefined;
}

/** A turn with the session and the catalogue to decide it on. */
export interface LoadedTurn extends Pick<TurnCommand, 'turn' | 'validateOnly'> {
  readonly session: Session;
  readonly catalogue: Catalogue;
  /** The proposal to decide with. If undefined, the model is asked, provided that one is configured. */
  readonly proposal?: ModelProposal | undefined;
}

/**
 * Receives the decision that the rules make without the model, while the model is asked. The turn does not wait for the callback.
 * `signal` is aborted when the model has answered. The callback must drop what it has not delivered by then.
 */
export type OnProvisional = (decision: TurnDecision, signal: AbortSignal) => Promise<void>;

/** Opens the agent's catalogue with all scenario versions that the turn may need, and with the given ones. */
export function openCatalogueForTurn(
  catalogue: CompiledCatalogue,
  turn: Turn,
  session: Session,
  call: Call,
  versions: readonly VersionKey[] = [],
): Promise<OpenedCatalogue> {
  const inUse = listVersionsInUse(session, turn);
  return catalogue.open(turn, [...inUse, ...versions], call, listScenariosInUse(session, turn));
}

/** The units of evaluations after which a decision pauses, about 2.5 milliseconds. */
const minUnitsPerPart = 25_000;

/** The most pauses of a decision. Everything except evaluations is done again after each of them. */
const maxPauses = 4;

/**
 * Decides a turn, with a span for every phase. Asks the model for a proposal first if a model is configured and has something to
 * decide. `onProvisional` is called only if the model is asked. A decision that needs much work pauses; a phase then has a span for
 * each of its parts.
 */
export async function decideLoadedTurn(
  deps: DecisionDependencies,
  { turn, validateOnly, session, catalogue, proposal }: LoadedTurn,
  call: Call,
  onProvisional?: OnProvisional,
): Promise<TurnDecision> {
  const { metrics, settings, model } = deps;
  const loaded = { turn, session, catalogue };
  const effectiveProposal =
    proposal ?? (model && (await propose(model, createInput(deps, loaded, undefined, undefined), call, onProvisional)));
  const allowance = createAllowance(settings);
  try {
    return await decideInTurn(createInput(deps, loaded, effectiveProposal, allowance), call, (turnInput) =>
      decideTurn(turnInput, validateOnly, (name, work) => runPhase(metrics, call.span, name, work)),
    );
  } finally {
    call.span.setAttributes({ 'orchestrator.work': Math.ceil(allowance.used) });
  }
}

/** Decides a recorded turn again with its recorded proposal, without a model and without spans of the phases. */
export function decideRecordedTurn(
  deps: Pick<DecisionDependencies, 'ids' | 'settings'>,
  recorded: Omit<LoadedTurn, 'validateOnly'>,
  call: Call,
): Promise<TurnDecision> {
  const allowance = createAllowance(deps.settings);
  return decideInTurn(createInput(deps, recorded, recorded.proposal, allowance), call, (input) => decideTurn(input));
}

function createInput<Limit extends PausableAllowance | undefined>(
  { ids, settings }: Pick<DecisionDependencies, 'ids' | 'settings'>,
  { turn, session, catalogue }: Pick<LoadedTurn, 'turn' | 'session' | 'catalogue'>,
  proposal: ModelProposal | undefined,
  allowance: Limit,
): TurnInput & { readonly allowance: Limit } {
  const getNewInstanceId = (scenarioId: string): string =>
    ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
  return { session, turn, catalogue, settings, getNewInstanceId, proposal, allowance };
}

function createAllowance({ turnWork }: OrchestrationSettings): PausableAllowance {
  return new PausableAllowance(turnWork, Math.max(minUnitsPerPart, turnWork / maxPauses));
}

/** Decides in the tenant's share of the event loop. */
function decideInTurn<Input extends TurnInput & { readonly allowance: PausableAllowance }>(
  input: Input,
  call: Call,
  decide: (input: Input) => TurnDecision,
): Promise<TurnDecision> {
  return runPausable(() => decide(input), input.allowance, input.turn.tenantId, call);
}

/** Runs a phase in a span, and records its duration, whether the call is sampled or not. */
function runPhase<T>(metrics: Metrics, span: Span, name: string, work: () => T): T {
  const endPhase = metrics.startPhase(name);
  try {
    return span.isRecording ? passPause((part) => runInChildSpan(span, name, part), work) : work();
  } finally {
    endPhase();
  }
}

/** Asks the model. While waiting, reports the decision that the rules make without a proposal. */
async function propose(
  model: DecisionModel,
  input: TurnInput,
  call: Call,
  onProvisional: OnProvisional | undefined,
): Promise<ModelProposal | undefined> {
  const request = buildModelRequest(input);
  if (request === undefined) return undefined;
  const provisionalAbort = new AbortController();
  const proposal = model.propose(request, call).finally(() => provisionalAbort.abort());
  if (onProvisional) void reportProvisional(onProvisional, input, provisionalAbort.signal);
  return await proposal;
}

/**
 * Reports the decision that the rules make without a proposal. Callers do not await this function, because a slow or disconnected
 * reader must not delay the turns of the session that are queued behind this one.
 */
async function reportProvisional(onProvisional: OnProvisional, input: TurnInput, signal: AbortSignal): Promise<void> {
  try {
    await onProvisional(decideTurn(input), signal);
  } catch {
    // Provisional results are optional. The turn itself detects a cancellation and any error in its input.
  }
}

/** Creates the result of a turn while orchestration is disabled: empty phases and an unchanged session (2.16). */
export function createEmptyResult(
  turn: Turn,
  session: Session | undefined,
  validateOnly: boolean,
): ExplainedTurnResult {
  return {
    sessionId: turn.sessionId,
    turnId: turn.turnId,
    revision: session?.revision ?? 0,
    turnCount: session?.turnCount ?? 0,
    context: {
      intent: getIntent(turn.situation),
      intentScore: turn.situation.canonicalIntentScore,
      focusInstanceId: '',
      addressedInstanceIds: [],
      candidates: [],
      instances: [],
      relationships: [],
      changedFields: [],
      conditionErrors: [],
    },
    lifecycleDecisions: [],
    rejectedCandidates: [],
    transitionDecisions: [],
    plan: {
      contributions: [],
      primaryScenarioId: '',
      activeScenarioIds: [],
      hasAsks: false,
      hasConfirms: false,
      hasActionHints: false,
      hasInforms: false,
      offers: [],
      openRequests: [],
      rejectedValues: [],
    },
    ignoredOutcomes: [],
    validateOnly,
  };
}
