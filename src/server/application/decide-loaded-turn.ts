import { buildModelRequest } from '../../core/context/model-request';
import type { TurnInput } from '../../core/context/selection-context';
import { decideTurn, type TurnDecision } from '../../core/decide-turn';
import type { ModelProposal } from '../../core/model/model-proposal';
import type { Session } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { Call } from '../ports/call';
import type { DecisionModel } from '../ports/decision-model';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { Telemetry } from '../ports/telemetry';
import type { VersionKey } from './catalogue-snapshot';
import type { TurnCommand } from './commands';
import type { CompiledCatalogue } from './compiled-catalogue';

/** What deciding needs of the world. */
export interface DecisionDependencies {
  readonly ids: InstanceIdGenerator;
  readonly telemetry: Telemetry;
  readonly settings: OrchestrationSettings;
  /** Undefined where the rules decide alone (section 9). */
  readonly model: DecisionModel | undefined;
}

/** A turn to decide on what was loaded for it. */
export interface LoadedTurn extends Pick<TurnCommand, 'turn' | 'validateOnly'> {
  readonly session: Session;
  readonly catalogue: Catalogue;
  /** A proposal to decide on; undefined: the model is asked, where there is one. */
  readonly proposal?: ModelProposal | undefined;
}

/**
 * Is told what the rules alone decide while the model is asked. The turn does not wait for it: once `over` is aborted there is a
 * proposal, and what was not told by then is left out.
 */
export type OnProvisional = (result: TurnResult, over: AbortSignal) => Promise<void>;

/** The agent's catalogue with every version that the turn may need of it. */
export function openCatalogueForTurn(
  catalogue: CompiledCatalogue,
  turn: Turn,
  session: Session,
  call: Call,
): Promise<Catalogue> {
  return catalogue.open(turn, neededVersions(session, turn), call);
}

/**
 * Decides a turn on what was loaded, with a span for every phase; where there is a model and something to ask it, on its proposal.
 * `tell` hears nothing where nobody is asked.
 */
export async function decideLoadedTurn(
  deps: DecisionDependencies,
  { turn, validateOnly, session, catalogue, proposal }: LoadedTurn,
  call: Call,
  tell?: OnProvisional,
): Promise<TurnDecision> {
  const { telemetry, settings, ids } = deps;
  const instanceIdOf = (scenarioId: string): string => ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
  const input: TurnInput = { session, turn, catalogue, settings, getNewInstanceId: instanceIdOf, proposal };
  const asked = proposal ?? (deps.model && (await propose(deps.model, input, call, tell)));
  return decideTurn(asked === proposal ? input : { ...input, proposal: asked }, validateOnly, (name, work) =>
    telemetry.withSpan(name, work),
  );
}

/** Asks the model, and tells meanwhile what would be decided if it were not heard. */
async function propose(
  model: DecisionModel,
  input: TurnInput,
  call: Call,
  tell: OnProvisional | undefined,
): Promise<ModelProposal | undefined> {
  const question = buildModelRequest(input);
  if (question === undefined) return undefined;
  const over = new AbortController();
  const asked = model.propose(question, call).finally(() => over.abort());
  if (tell) void tellMeanwhile(tell, input, over.signal);
  return await asked;
}

/** A reader who does not read, or is gone, holds up nobody: other turns of the session wait behind this one. */
async function tellMeanwhile(tell: OnProvisional, input: TurnInput, over: AbortSignal): Promise<void> {
  try {
    await tell(decideTurn(input).result, over);
  } catch {
    // What is told is provisional. The turn finds by itself that the caller gave up, and what else is wrong it comes to, too.
  }
}

/**
 * The versions that running instances run on, and those of ended ones that an outcome is about (0.6). Version 0, the newest, needs
 * no reading.
 */
function neededVersions(session: Session, { stepOutcomes }: Turn): readonly VersionKey[] {
  const named = new Set(stepOutcomes.map(({ instanceId }) => instanceId));
  const ended = session.endedInstances.filter(({ instanceId }) => named.has(instanceId));
  return [...session.instances, ...ended]
    .filter(({ scenarioVersion }) => scenarioVersion > 0)
    .map(({ scenarioId, scenarioVersion }) => ({ scenarioId, version: scenarioVersion }));
}
