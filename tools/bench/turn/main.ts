import { mkdirSync } from 'node:fs';
import { describeMachine } from '../machine';
import { runBenchCommand } from '../run-command';
import { parseTurnArguments, usage } from './turn-arguments';
import { measureTurnCost } from './turn-cost';
import { formatTurnReport, getMedians } from './turn-report';

runBenchCommand({
  parse: parseTurnArguments,
  usage,
  async run(args) {
    if (args.profile !== undefined) mkdirSync(args.profile, { recursive: true });
    const cost = await measureTurnCost(args);
    console.log(
      args.json
        ? JSON.stringify({ machine: describeMachine(), ...cost, medians: getMedians(cost) })
        : formatTurnReport(cost),
    );
  },
});
