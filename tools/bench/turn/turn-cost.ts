import { RedisProcess } from '../../chaos/redis-process';
import { Closers } from '../closers';
import { Load } from '../load/load';
import { measuredRound, type Round } from '../load/measured-round';
import { progress } from '../progress';
import { usualShape } from '../workload/session-turns';
import { type Contender, type Contenders, startContenders } from './contenders';
import { sessionCommands } from './session-commands';
import type { SessionSizes } from './session-sizes';
import type { TelemetryMode, TurnArguments } from './turn-arguments';

/** A round of each telemetry mode that takes part. */
export type RoundsByMode = Readonly<Partial<Record<TelemetryMode, Round>>>;

/** One round of all servers, one after the other. */
export interface TurnRound {
  readonly bare: Round;
  /** Of the server that only keeps the contract. */
  readonly stubs: RoundsByMode;
  readonly services: RoundsByMode;
}

/** What a turn costs. */
export interface TurnCost {
  readonly inFlight: number;
  readonly rounds: readonly TurnRound[];
  readonly sizes: SessionSizes;
  /** Of each turn of a session, the commands that Redis was sent. */
  readonly commands: readonly (readonly string[])[];
  /** Spans that the collectors were sent a turn, all rounds and warm-ups together. */
  readonly spansPerTurn: Readonly<Record<'stubs' | 'services', Readonly<Partial<Record<TelemetryMode, number>>>>>;
}

/** Rounds before those that count: the compilers of V8 are through after some 15,000 turns. */
const warmUps = 4;

/**
 * Measures a turn of the service and of the server that only keeps its contract, under each telemetry mode, and a call of the bare
 * server. They take turns in each round, in an order that moves on by one, so that whatever else the machine does meets all of them.
 */
export async function turnCost(args: TurnArguments): Promise<TurnCost> {
  const closers = new Closers();
  return closers.during(async () => {
    const redis = closers.add(await RedisProcess.start(), (started) => started.stop());
    const load = closers.add(new Load(), (started) => started.stop());
    const contenders = await startContenders(redis.port, args, closers);
    const [first] = contenders.services.values();
    const commands = first === undefined ? [] : await sessionCommands(first.server, redis.port);
    const rounds: TurnRound[] = [];
    let turns = 0;
    for (let number = 0; number < warmUps + args.rounds; number += 1) {
      progress(number < warmUps ? 'warming up' : `round ${number - warmUps + 1} of ${args.rounds}`);
      const round = await oneRound(load, contenders, number, args);
      turns += round.bare.calls;
      if (number >= warmUps) rounds.push(round);
      await redis.ask((client) => client.eval(forgetSessions, 0));
    }
    progress('');
    const spansOf = (servers: ReadonlyMap<TelemetryMode, Contender>) =>
      Object.fromEntries([...servers].flatMap(([mode, { sink }]) => (sink ? [[mode, sink.spans() / turns]] : [])));
    const spansPerTurn = { stubs: spansOf(contenders.stubs), services: spansOf(contenders.services) };
    return { inFlight: args.inFlight, rounds, sizes: contenders.sizes, commands, spansPerTurn };
  });
}

/** So that Redis does not grow, and its tables with it, from round to round. */
const forgetSessions = `
  for _, key in ipairs(redis.call('KEYS', '*:session')) do redis.call('UNLINK', key) end
  for _, key in ipairs(redis.call('KEYS', '*:turns')) do redis.call('UNLINK', key) end`;

async function oneRound(
  load: Load,
  { bare, stubs, services }: Contenders,
  number: number,
  { sessions, inFlight }: TurnArguments,
): Promise<TurnRound> {
  const all = [bare, ...stubs.values(), ...services.values()];
  const measured = new Map<Contender, Round>();
  for (let place = 0; place < all.length; place += 1) {
    const contender = all[(number + place) % all.length] ?? bare;
    const order = { connections: 2, inFlight, method: contender.method, shape: usualShape, sessions };
    measured.set(contender, await measuredRound(load, [contender.server], order));
  }
  const roundOf = (contender: Contender): Round => {
    const round = measured.get(contender);
    if (round === undefined) throw new Error('A server did not take part.');
    return round;
  };
  const byMode = (contenders: ReadonlyMap<TelemetryMode, Contender>): RoundsByMode =>
    Object.fromEntries([...contenders].map(([mode, contender]) => [mode, roundOf(contender)]));
  return { bare: roundOf(bare), stubs: byMode(stubs), services: byMode(services) };
}
