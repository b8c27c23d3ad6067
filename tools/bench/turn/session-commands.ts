import { Redis } from 'ioredis';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { sessionTurns, usualShape } from '../workload/session-turns';

/** What the service sends to Redis for each turn of a session of the workload: the names of the commands, a script as one. */
export function sessionCommands(service: BenchServer, redisPort: number): Promise<readonly (readonly string[])[]> {
  const closers = new Closers();
  return closers.during(async () => {
    const redis = closers.add(new Redis(redisPort, '127.0.0.1'), (opened) => opened.disconnect());
    const client = closers.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const monitor = closers.add(await redis.monitor(), (opened) => opened.disconnect());
    const turns = sessionTurns(usualShape);
    const sessionId = turns[0]?.sessionId ?? '';
    const sent: string[][] = [];
    for (const turn of turns) {
      const commands: string[] = [];
      const hear = (_time: string, [name = '', ...args]: readonly string[], source: string): void => {
        // What scripts call is their own affair; probes of the store and looks at the catalogue belong to no turn.
        if (source !== 'lua' && args.some((arg) => arg.includes(sessionId))) commands.push(name.toLowerCase());
      };
      monitor.on('monitor', hear);
      await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
      await allTold(redis, monitor, turn.turnId);
      monitor.off('monitor', hear);
      sent.push(commands);
    }
    return sent;
  });
}

/** Resolves once the monitor has told of all that was sent before. */
async function allTold(redis: Redis, monitor: Redis, mark: string): Promise<void> {
  const told = new Promise<void>((resolve) => {
    const look = (_time: string, [name, text]: readonly string[]): void => {
      if (name?.toLowerCase() !== 'echo' || text !== mark) return;
      monitor.off('monitor', look);
      resolve();
    };
    monitor.on('monitor', look);
  });
  await redis.echo(mark);
  await told;
}
