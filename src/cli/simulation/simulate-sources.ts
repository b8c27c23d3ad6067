import type { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { runWithoutPauses } from '../../core/model/findings';
import {
  DefinitionCompiler,
  type DefinitionSet,
  type DefinitionUpdate,
  updateDefinitions,
} from '../../core/simulation/definitions';
import { simulateSession } from '../../core/simulation/simulate-session';
import { Simulation } from '../../core/simulation/simulation';
import { SimulationReport } from '../../core/simulation/simulation-report';
import { simulationResultToProto } from '../../server/codec/wire/simulation-codec';
import { UuidV5InstanceIdGenerator } from '../../server/runtime/system';
import { CommandError, exitCodes } from '../exit-codes';
import type { RecordedSource, Source } from './recorded-sources';

const ids = new UuidV5InstanceIdGenerator();

/** Simulates sessions in this process, and adds them up in their order. */
export class SourceSimulator {
  readonly #report = new SimulationReport();
  readonly #compiler = new DefinitionCompiler();
  /** By the text of definitions and settings, so that sessions that share them share what is compiled. */
  readonly #simulations = new Map<string, Simulation>();

  constructor(private readonly update: DefinitionUpdate) {}

  /** Returns the number of turns that were decided with both definitions. */
  add(source: Source): number {
    if ('problem' in source) {
      this.#report.addIncomplete(source.sessionId, source.problem);
      return 0;
    }
    const simulation = this.#getSimulation(source);
    const catalogue = runWithoutPauses(simulation.compile());
    if (catalogue === undefined) {
      throw new CommandError(
        exitCodes.findings,
        `${source.session.sessionId}: the definitions cannot be used together.`,
      );
    }
    const simulated = runWithoutPauses(simulateSession(source.session, simulation, catalogue));
    this.#report.add(simulated);
    return simulated.turnCount;
  }

  getResponse(): SimulateTurnsResponse {
    return simulationResultToProto(this.#report.getResult());
  }

  #getSimulation({ definitions, settings }: RecordedSource): Simulation {
    const key = toKey(definitions) + JSON.stringify(settings);
    const known = this.#simulations.get(key);
    if (known !== undefined) return known;
    const getInstanceId = (sessionId: string, turnId: string, scenarioId: string): string =>
      ids.generateInstanceId(sessionId, turnId, scenarioId);
    const after = updateDefinitions(definitions, this.update);
    const simulation = new Simulation({ settings, getInstanceId }, this.#compiler, definitions, after);
    this.#simulations.set(key, simulation);
    return simulation;
  }
}

function toKey({ scenarios, relationships, fields }: DefinitionSet): string {
  return JSON.stringify([[...scenarios.values()], relationships, fields], (_name, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
}
