import { CleanupStack } from '../closers';
import { LoadGenerators } from '../load/load';
import { measureRound, type Round } from '../load/measured-round';
import { showProgress } from '../progress';
import { turnMethod } from '../servers/service';
import { getMedian } from '../statistics';
import { defaultShape } from '../workload/session-turns';
import type { ScaleExperiment, ScaleVariant } from './experiment';
import type { ScaleArguments } from './scale-arguments';

/** What one size came to; medians of the rounds. */
export interface SizeCost {
  readonly name: string;
  /** CPU of the servers' processes a turn, microseconds. */
  readonly cpuUsPerTurn: number;
  /** The same over that of the smallest size in the same round. */
  readonly ratio: number;
  readonly turnsPerSecond: number;
  readonly p99Ms: number;
  readonly extraFigures: ScaleVariant['extraFigures'];
}

const inFlight = 16;

/** Measures every size of an experiment, one after the other in each round. */
export function measureScaleCost(experiment: ScaleExperiment, args: ScaleArguments): Promise<readonly SizeCost[]> {
  const closers = new CleanupStack();
  return closers.run(async () => {
    showProgress(`${experiment.name}: preparing`);
    const load = closers.add(new LoadGenerators(), (started) => started.stop());
    const variants = await experiment.start(args, closers);
    const rounds: (readonly Round[])[] = [];
    // The first one warms up.
    for (let number = 0; number <= args.rounds; number += 1) {
      showProgress(`${experiment.name}: ${number === 0 ? 'warming up' : `round ${number} of ${args.rounds}`}`);
      const round = await oneRound(load, variants, args.sessions);
      if (number > 0) rounds.push(round);
    }
    showProgress('');
    return variants.map(({ name, extraFigures: found }, index) => {
      const median = (figure: (round: Round, smallest: Round) => number): number =>
        getMedian(
          rounds.map((round) => {
            const [smallest, own] = [round[0], round[index]];
            return smallest && own ? figure(own, smallest) : Number.NaN;
          }),
        );
      return {
        name,
        cpuUsPerTurn: median((own) => own.cpuUsPerCall),
        ratio: median((own, smallest) => own.cpuUsPerCall / smallest.cpuUsPerCall),
        throughput: median((own) => own.callsPerSecond),
        p99: median((own) => own.p99Ms),
        extraFigures,
      };
    });
  });
}

async function oneRound(
  load: LoadGenerators,
  variants: readonly ScaleVariant[],
  sessions: number,
): Promise<readonly Round[]> {
  const round: Round[] = [];
  for (const { servers, connections } of variants) {
    round.push(
      await measureRound(load, servers, { connections, inFlight, method: turnMethod, shape: defaultShape, sessions }),
    );
  }
  return round;
}
