import type { ServiceDefinition } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import type { Scope } from '../../ports/authenticator';

/** What a method asks of its caller. */
export interface MethodAccess<Request> {
  /** What the credential must be for. */
  readonly scope: Scope;
  /** The tenant that a request names; undefined where its message has none, as it reaches nobody's data. */
  readonly tenantOf: (request: Request) => string | undefined;
}

/** The requests of methods that are not told apart. */
type AnyRequest = Parameters<ServiceDefinition[string]['requestSerialize']>[0];

/** What the methods of a service ask, by the name of the method. */
export type AccessByName = Readonly<Record<string, MethodAccess<AnyRequest>>>;

/** The same for every method of a generated service: one that is new and has no row does not compile. */
export type ServiceAccess<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends { requestDeserialize(bytes: Buffer): infer Request }
    ? MethodAccess<Request>
    : never;
};

const ofRequest = ({ tenantId }: { readonly tenantId: string }): string => tenantId;
const ofTurn = ({ turn }: { readonly turn?: { readonly tenantId: string } | undefined }) => turn?.tenantId;
const ofInput = ({ input }: { readonly input?: Parameters<typeof ofTurn>[0] | undefined }) => input?.turn?.tenantId;

/** Who may call OrchestratorService. */
export const orchestratorAccess: ServiceAccess<typeof OrchestratorServiceService> = {
  processTurn: { scope: 'turns', tenantOf: ofTurn },
  streamTurn: { scope: 'turns', tenantOf: ofTurn },
  processTurns: { scope: 'turns', tenantOf: ofTurn },
  decideLifecycle: { scope: 'turns', tenantOf: ofInput },
  decideTransitions: { scope: 'turns', tenantOf: ofInput },
  planContributions: { scope: 'turns', tenantOf: ofInput },
};

/** Who may call SessionService. */
export const sessionAccess: ServiceAccess<typeof SessionServiceService> = {
  getSession: { scope: 'sessions', tenantOf: ofRequest },
  deleteSession: { scope: 'sessions', tenantOf: ofRequest },
  listTurns: { scope: 'sessions', tenantOf: ofRequest },
  watchSession: { scope: 'sessions', tenantOf: ofRequest },
  importSession: { scope: 'sessions', tenantOf: ofRequest },
};

/** Who may call ScenarioService. */
export const scenarioAccess: ServiceAccess<typeof ScenarioServiceService> = {
  putScenario: { scope: 'catalogue', tenantOf: ofRequest },
  validateScenario: { scope: 'catalogue', tenantOf: () => undefined },
  getScenario: { scope: 'catalogue', tenantOf: ofRequest },
  listScenarios: { scope: 'catalogue', tenantOf: ofRequest },
  deleteScenario: { scope: 'catalogue', tenantOf: ofRequest },
  putRelationship: { scope: 'catalogue', tenantOf: ofRequest },
  deleteRelationship: { scope: 'catalogue', tenantOf: ofRequest },
  listRelationships: { scope: 'catalogue', tenantOf: ofRequest },
  renderScenario: { scope: 'catalogue', tenantOf: ofRequest },
  planMigration: { scope: 'catalogue', tenantOf: ofRequest },
  applyMigration: { scope: 'catalogue', tenantOf: ofRequest },
  // Tells what was recorded of sessions.
  simulateTurns: { scope: 'sessions', tenantOf: ofRequest },
};

/** The scope that each method of the contract needs, by its path. */
export function scopesByPath(): ReadonlyMap<string, Scope> {
  return new Map([
    ...scopesOf(OrchestratorServiceService, orchestratorAccess),
    ...scopesOf(SessionServiceService, sessionAccess),
    ...scopesOf(ScenarioServiceService, scenarioAccess),
  ]);
}

/** What a method asks of its caller. Throws where it has no row, which a generated service cannot reach. */
export function accessTo(access: AccessByName, name: string): MethodAccess<AnyRequest> {
  const row = access[name];
  if (row === undefined) throw new Error(`Nobody has said who may call ${name}.`);
  return row;
}

function scopesOf(service: ServiceDefinition, access: AccessByName): readonly (readonly [string, Scope])[] {
  return Object.entries(service).map(([name, { path }]) => [path, accessTo(access, name).scope]);
}
