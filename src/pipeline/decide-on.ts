import type { Catalogue } from '../domain/catalogue';
import type { TurnInput } from '../domain/context/selection-context';
import { decideTurn, type TurnDecision } from '../domain/decide-turn';
import type { ModelProposal } from '../domain/model-proposal';
import { modelQuestion } from '../domain/model-question';
import type { Session } from '../domain/session';
import type { OrchestrationSettings } from '../domain/settings';
import type { Turn } from '../domain/turn';
import type { TurnResult } from '../domain/turn-result';
import type { Call } from '../ports/call';
import type { DecisionModel } from '../ports/decision-model';
import type { InstanceIds } from '../ports/instance-ids';
import type { Telemetry } from '../ports/telemetry';
import type { VersionKey } from './catalogue-snapshot';
import type { TurnCommand } from './commands';
import type { CompiledCatalogue } from './compiled-catalogue';

/** What deciding needs of the world. */
export interface DecisionDependencies {
  readonly ids: InstanceIds;
  readonly telemetry: Telemetry;
  readonly settings: OrchestrationSettings;
  /** Undefined where the rules decide alone (section 9). */
  readonly model: DecisionModel | undefined;
}

/** A turn to decide on what was loaded for it. */
export interface TurnToDecide extends Pick<TurnCommand, 'turn' | 'validateOnly'> {
  readonly session: Session;
  readonly catalogue: Catalogue;
  /** A proposal to decide on; undefined: the model is asked, where there is one. */
  readonly proposal?: ModelProposal | undefined;
}

/**
 * Is told what the rules alone decide while the model is asked. The turn does not wait for it: once `over` is aborted there is a
 * proposal, and what was not told by then is left out.
 */
export type TellProvisional = (result: TurnResult, over: AbortSignal) => Promise<void>;

/** The agent's catalogue with every version that the turn may need of it. */
export function openFor(catalogue: CompiledCatalogue, turn: Turn, session: Session, call: Call): Promise<Catalogue> {
  return catalogue.open(turn, neededVersions(session, turn), call);
}

/**
 * Decides a turn on what was loaded, with a span for every phase; where there is a model and something to ask it, on its proposal.
 * `tell` hears nothing where nobody is asked.
 */
export async function decideOn(
  deps: DecisionDependencies,
  { turn, validateOnly, session, catalogue, proposal }: TurnToDecide,
  call: Call,
  tell?: TellProvisional,
): Promise<TurnDecision> {
  const { telemetry, settings, ids } = deps;
  const instanceIdOf = (scenarioId: string): string => ids.instanceId(turn.sessionId, turn.turnId, scenarioId);
  const input: TurnInput = { session, turn, catalogue, settings, instanceIdOf, proposal };
  const asked = proposal ?? (deps.model && (await propose(deps.model, input, call, tell)));
  return decideTurn(asked === proposal ? input : { ...input, proposal: asked }, validateOnly, (name, work) =>
    telemetry.span(name, work),
  );
}

/** Asks the model, and tells meanwhile what would be decided if it were not heard. */
async function propose(
  model: DecisionModel,
  input: TurnInput,
  call: Call,
  tell: TellProvisional | undefined,
): Promise<ModelProposal | undefined> {
  const question = modelQuestion(input);
  if (question === undefined) return undefined;
  const over = new AbortController();
  const asked = model.propose(question, call).finally(() => over.abort());
  if (tell) void tellMeanwhile(tell, input, over.signal);
  return await asked;
}

/** A reader who does not read, or is gone, holds up nobody: other turns of the session wait behind this one. */
async function tellMeanwhile(tell: TellProvisional, input: TurnInput, over: AbortSignal): Promise<void> {
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
