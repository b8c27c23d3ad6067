import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { getMedian } from '../figures';
import { LoadGenerators, measureRound, type Round } from '../load/load';
import { type BenchServer, turnMethod } from '../servers/servers';
import { defaultShape, type SessionShape } from '../workload/session-turns';

/** One size of an experiment, with its running servers. */
export interface ScaleVariant {
  readonly name: string;
  readonly servers: readonly BenchServer[];
  readonly connections: number;
  /** Default: `defaultShape`. */
  readonly shape?: SessionShape;
  /** Figures of the setup. The keys are headings that include the unit. */
  readonly extraFigures: Readonly<Record<string, number>>;
}

export interface ScaleRange {
  /** Whether to include the largest sizes, which need much time and memory. */
  readonly full: boolean;
  /** Whether to use sizes below ten, for the tests. */
  readonly short: boolean;
}

/** An experiment that varies one size of a deployment while the same turns are sent. */
export interface ScaleExperiment {
  readonly name: string;
  /** Starts the servers of all sizes. The first size is the smallest, and the baseline of the others. */
  readonly start: (range: ScaleRange, cleanup: CleanupStack) => Promise<readonly ScaleVariant[]>;
}

/** The figures of one size, medians of the rounds. */
export interface SizeCost {
  readonly name: string;
  /** CPU time of the server processes per turn, in microseconds. */
  readonly cpuUsPerTurn: number;
  /** Ratio of `cpuUsPerTurn` to that of the smallest size in the same round. */
  readonly ratio: number;
  readonly turnsPerSecond: number;
  readonly p99Ms: number;
  readonly extraFigures: ScaleVariant['extraFigures'];
}

export interface ScaleCostOptions extends ScaleRange {
  readonly rounds: number;
  /** New sessions per round. */
  readonly sessions: number;
}

const inFlight = 16;

/** Measures all sizes of an experiment, one after the other in each round. */
export function measureScaleCost(experiment: ScaleExperiment, options: ScaleCostOptions): Promise<readonly SizeCost[]> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    showProgress(`${experiment.name}: preparing`);
    const load = cleanup.add(new LoadGenerators(), (started) => started.stop());
    const variants = await experiment.start(options, cleanup);
    const rounds: (readonly Round[])[] = [];
    // The first round is the warm-up.
    for (let number = 0; number <= options.rounds; number += 1) {
      showProgress(`${experiment.name}: ${number === 0 ? 'warming up' : `round ${number} of ${options.rounds}`}`);
      const round = await measureVariants(load, variants, options.sessions);
      if (number > 0) rounds.push(round);
    }
    showProgress('');
    return variants.map(({ name, extraFigures }, index) => {
      const getRoundsMedian = (getFigure: (round: Round, smallest: Round) => number): number =>
        getMedian(
          rounds.map((round) => {
            const [smallest, own] = [round[0], round[index]];
            return smallest && own ? getFigure(own, smallest) : Number.NaN;
          }),
        );
      return {
        name,
        cpuUsPerTurn: getRoundsMedian((own) => own.cpuUsPerCall),
        ratio: getRoundsMedian((own, smallest) => own.cpuUsPerCall / smallest.cpuUsPerCall),
        turnsPerSecond: getRoundsMedian((own) => own.callsPerSecond),
        p99Ms: getRoundsMedian((own) => own.p99Ms),
        extraFigures,
      };
    });
  });
}

async function measureVariants(
  load: LoadGenerators,
  variants: readonly ScaleVariant[],
  sessions: number,
): Promise<readonly Round[]> {
  const round: Round[] = [];
  for (const { servers, connections, shape = defaultShape } of variants) {
    round.push(await measureRound(load, servers, { connections, inFlight, method: turnMethod, shape, sessions }));
  }
  return round;
}
