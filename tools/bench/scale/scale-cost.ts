import { Closers } from '../closers';
import { Load } from '../load/load';
import { measuredRound, type Round } from '../load/measured-round';
import { progress } from '../progress';
import { turnMethod } from '../servers/service';
import { medianOf } from '../statistics';
import { usualShape } from '../workload/session-turns';
import type { Experiment, Variant } from './experiment';
import type { ScaleArguments } from './scale-arguments';

/** What one size came to; medians of the rounds. */
export interface SizeCost {
  readonly name: string;
  /** CPU of the servers' processes a turn, microseconds. */
  readonly cpuPerTurn: number;
  /** The same over that of the smallest size in the same round. */
  readonly ratio: number;
  readonly throughput: number;
  readonly p99: number;
  readonly found: Variant['found'];
}

const inFlight = 16;

/** Measures every size of an experiment, one after the other in each round. */
export function scaleCost(experiment: Experiment, args: ScaleArguments): Promise<readonly SizeCost[]> {
  const closers = new Closers();
  return closers.during(async () => {
    progress(`${experiment.name}: preparing`);
    const load = closers.add(new Load(), (started) => started.stop());
    const variants = await experiment.start(args, closers);
    const rounds: (readonly Round[])[] = [];
    // The first one warms up.
    for (let number = 0; number <= args.rounds; number += 1) {
      progress(`${experiment.name}: ${number === 0 ? 'warming up' : `round ${number} of ${args.rounds}`}`);
      const round = await oneRound(load, variants, args.sessions);
      if (number > 0) rounds.push(round);
    }
    progress('');
    return variants.map(({ name, found }, index) => {
      const median = (figure: (round: Round, smallest: Round) => number): number =>
        medianOf(
          rounds.map((round) => {
            const [smallest, own] = [round[0], round[index]];
            return smallest && own ? figure(own, smallest) : Number.NaN;
          }),
        );
      return {
        name,
        cpuPerTurn: median((own) => own.cpuPerCall),
        ratio: median((own, smallest) => own.cpuPerCall / smallest.cpuPerCall),
        throughput: median((own) => own.throughput),
        p99: median((own) => own.p99),
        found,
      };
    });
  });
}

async function oneRound(load: Load, variants: readonly Variant[], sessions: number): Promise<readonly Round[]> {
  const round: Round[] = [];
  for (const { servers, connections } of variants) {
    round.push(
      await measuredRound(load, servers, { connections, inFlight, method: turnMethod, shape: usualShape, sessions }),
    );
  }
  return round;
}
