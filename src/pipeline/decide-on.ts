import type { Catalogue } from '../domain/catalogue';
import { decideTurn, type TurnDecision } from '../domain/decide-turn';
import type { Session } from '../domain/session';
import type { OrchestrationSettings } from '../domain/settings';
import type { Turn } from '../domain/turn';
import type { Call } from '../ports/call';
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
}

/** The agent's catalogue with every version that the turn may need of it. */
export function openFor(catalogue: CompiledCatalogue, turn: Turn, session: Session, call: Call): Promise<Catalogue> {
  return catalogue.open(turn, neededVersions(session, turn), call);
}

/** Decides a turn on what was loaded, with a span for every phase. */
export function decideOn(
  { telemetry, settings, ids }: DecisionDependencies,
  { turn, validateOnly }: Pick<TurnCommand, 'turn' | 'validateOnly'>,
  session: Session,
  catalogue: Catalogue,
): TurnDecision {
  return decideTurn(
    {
      session,
      turn,
      catalogue,
      settings,
      instanceIdOf: (scenarioId) => ids.instanceId(turn.sessionId, turn.turnId, scenarioId),
    },
    validateOnly,
    (name, work) => telemetry.span(name, work),
  );
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
