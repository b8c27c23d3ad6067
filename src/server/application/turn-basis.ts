import { fingerprint } from '../../core/model/fingerprint';
import { release } from '../../core/model/release';
import type { Session } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import type { TurnBasis } from '../ports/turn-codec';
import type { OpenedCatalogue, VersionKey } from './catalogue-snapshot';
import { addScenariosInUse } from './scenarios-in-use';

// A turn is decided again with the scenario versions of its decision (explain-turn.ts). Instances name theirs in the session, starts in the
// response. The basis has the others: of rejected candidates, for example. Of everything else that decided, it has a fingerprint.

/** A catalogue that notes which scenarios a turn reads in their latest version. */
export class ReadCatalogue implements Catalogue {
  readonly readIds = new Set<string>();

  constructor(readonly opened: OpenedCatalogue) {}

  get revision(): number {
    return this.opened.revision;
  }

  get relationships(): Catalogue['relationships'] {
    return this.opened.relationships;
  }

  get fields(): Catalogue['fields'] {
    return this.opened.fields;
  }

  getScenario(scenarioId: string): CompiledScenario | undefined {
    this.readIds.add(scenarioId);
    return this.opened.getScenario(scenarioId);
  }

  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined {
    return this.opened.getScenarioVersion(scenarioId, version);
  }
}

interface BasisInput {
  readonly turn: Turn;
  /** The session that the turn was decided on. */
  readonly session: Session;
  readonly catalogue: ReadCatalogue;
  readonly settings: OrchestrationSettings;
  readonly result: TurnResult;
}

/**
 * Maximum number of versions of a basis. A turn that uses more, with the signals of a request of the maximum size, is decided again with
 * the current versions of the others, and compared.
 */
const maxVersions = 1_000;

export function createTurnBasis({ turn, session, catalogue, settings, result }: BasisInput): TurnBasis {
  // The catalogue belongs to this turn, so its list of ids can grow.
  const { opened, readIds: ids } = catalogue;
  addScenariosInUse(ids, session, turn);
  // A sentence names them, even if the decision has not read them.
  for (const { blockingScenarioIds } of result.rejectedCandidates) for (const id of blockingScenarioIds) ids.add(id);
  let versions: Map<string, number> | undefined;
  for (const id of ids) {
    const version = opened.getLatestVersion(id) ?? 0;
    if (version === deriveVersion(id, session, result)) continue;
    versions ??= new Map();
    versions.set(id, version);
    if (versions.size === maxVersions) break;
  }
  return { fingerprint: getFingerprint(opened, settings), versions: versions ?? noVersions };
}

const noVersions: TurnBasis['versions'] = new Map();

/** Returns the versions that were the latest ones when a turn was decided, as far as the turn used them; 0 for a missing scenario. */
export function restoreVersions(session: Session, result: TurnResult, basis: TurnBasis): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const { scenarioId } of [...session.instances, ...result.lifecycleDecisions]) {
    const version = deriveVersion(scenarioId, session, result);
    if (version !== undefined) versions.set(scenarioId, version);
  }
  for (const [scenarioId, version] of basis.versions) versions.set(scenarioId, version);
  return versions;
}

/** The version of a scenario that session and response name: that of its start, which is the latest one, or of its first instance. */
function deriveVersion(
  scenarioId: string,
  { instances }: Session,
  { lifecycleDecisions }: Pick<TurnResult, 'lifecycleDecisions'>,
): number | undefined {
  for (const decision of lifecycleDecisions) {
    if (decision.action === 'START' && decision.scenarioId === scenarioId) return decision.scenarioVersion;
  }
  for (const instance of instances) if (instance.scenarioId === scenarioId) return instance.scenarioVersion;
  return undefined;
}

/** Returns the fingerprint of everything but scenarios that decides turns: relationships, field definitions, settings and release. */
export function getFingerprint(catalogue: OpenedCatalogue, settings: OrchestrationSettings): number {
  let settingsFingerprint = settingsFingerprints.get(settings);
  if (settingsFingerprint === undefined) {
    settingsFingerprint = fingerprint(`${release} ${JSON.stringify(settings)}`);
    settingsFingerprints.set(settings, settingsFingerprint);
  }
  return (catalogue.definitionsFingerprint ^ settingsFingerprint) >>> 0;
}

const settingsFingerprints = new WeakMap<OrchestrationSettings, number>();

/**
 * Returns the catalogue to decide a recorded turn on again. Its latest versions are the given ones. Of other scenarios, it has the latest
 * versions. Which fields only tools may fill depends on all scenarios; what matters of it is in the response, because a turn reads it only to
 * reject values of the customer.
 */
export function restoreCatalogue(
  catalogue: OpenedCatalogue,
  versions: ReadonlyMap<string, number>,
  { plan }: Pick<TurnResult, 'plan'>,
): Catalogue {
  const { revision, relationships } = catalogue;
  const rejected = plan.rejectedValues.filter(({ reason, source }) => reason === 'SOURCE' && source === 'CUSTOMER');
  return {
    revision,
    relationships,
    fields: { ...catalogue.fields, toolFields: new Set(rejected.map(({ fieldName }) => fieldName)) },
    getScenario(scenarioId) {
      const version = versions.get(scenarioId);
      return version === undefined
        ? catalogue.getScenario(scenarioId)
        : catalogue.getScenarioVersion(scenarioId, version);
    },
    getScenarioVersion: (scenarioId, version) => catalogue.getScenarioVersion(scenarioId, version),
  };
}

/** Lists the stored versions among those of `restoreVersions`. */
export function toVersionKeys(versions: ReadonlyMap<string, number>): readonly VersionKey[] {
  return [...versions].flatMap(([scenarioId, version]) => (version === 0 ? [] : [{ scenarioId, version }]));
}
