import { buildModelRequest } from '../../core/context/model-request';
import type { TurnInput } from '../../core/context/selection-context';
import { decideTurn } from '../../core/decide-turn';
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
import type { Telemetry } from '../ports/telemetry';
import type { VersionKey } from './catalogue-snapshot';
import type { CompiledCatalogue } from './compiled-catalogue';
import { runPausable, withPausableSpan } from './run-pausable';
import type { TurnCommand } from './turn-command';

export interface DecisionDependencies {
  readonly ids: InstanceIdGenerator;
  readonly telemetry: Telemetry;
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

/** A decided turn with its explanation, and the session after it. */
export interface ExplainedTurn {
  readonly result: ExplainedTurnResult;
  readonly session: Session;
}

/**
 * Receives the decision that the rules make without the model, while the model is asked. The turn does not wait for the callback.
 * `signal` is aborted when the model has answered. The callback must drop results that it has not delivered by then.
 */
export type OnProvisional = (result: ExplainedTurnResult, signal: AbortSignal) => Promise<void>;

/** Opens the agent's catalogue with all scenario versions that the turn may need. */
export function openCatalogueForTurn(
  catalogue: CompiledCatalogue,
  turn: Turn,
  session: Session,
  call: Call,
): Promise<Catalogue> {
  return catalogue.open(turn, listVersionsInUse(session, turn), call, listScenariosInUse(session, turn));
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
): Promise<ExplainedTurn> {
  const { telemetry, settings, ids } = deps;
  const getNewInstanceId = (scenarioId: string): string =>
    ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
  const input: TurnInput = { session, turn, catalogue, settings, getNewInstanceId, proposal };
  const effectiveProposal = proposal ?? (deps.model && (await propose(deps.model, input, call, onProvisional)));
  const allowance = new PausableAllowance(settings.turnWork, Math.max(minUnitsPerPart, settings.turnWork / maxPauses));
  try {
    return await runPausable(
      () => {
        const finalInput = { ...input, proposal: effectiveProposal, allowance };
        const { session: decided, explain } = decideTurn(finalInput, validateOnly, (name, work) =>
          withPausableSpan(telemetry, name, work),
        );
        return { result: explain(), session: decided };
      },
      allowance,
      turn.tenantId,
      call,
    );
  } finally {
    telemetry.getActiveSpan().setAttributes({ 'orchestrator.work': Math.ceil(allowance.used) });
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
    await onProvisional(decideTurn(input).explain(), signal);
  } catch {
    // Provisional results are optional. The turn itself detects a cancellation and any error in its input.
  }
}

/**
 * Lists the versions of running instances, and those of ended instances that a step outcome refers to (0.6). Omits version 0, which
 * stands for the latest version and is in every catalogue.
 */
function listVersionsInUse(session: Session, { stepOutcomes }: Turn): readonly VersionKey[] {
  const idsWithOutcome = new Set(stepOutcomes.map(({ instanceId }) => instanceId));
  const ended = session.endedInstances.filter(({ instanceId }) => idsWithOutcome.has(instanceId));
  return [...session.instances, ...ended]
    .filter(({ scenarioVersion }) => scenarioVersion > 0)
    .map(({ scenarioId, scenarioVersion }) => ({ scenarioId, version: scenarioVersion }));
}

/** Lists the scenarios that the turn may start or continue, with duplicates. */
function listScenariosInUse({ instances, pendingStarts, choices }: Session, turn: Turn): readonly string[] {
  const ids: string[] = [];
  for (const { scenarioId } of turn.candidates) ids.push(scenarioId);
  for (const { scenarioIds } of turn.situation.signals) ids.push(...scenarioIds);
  for (const { scenarioId } of instances) ids.push(scenarioId);
  for (const { scenarioId } of pendingStarts) ids.push(scenarioId);
  for (const { scenarioIds } of choices) ids.push(...scenarioIds);
  return ids;
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
