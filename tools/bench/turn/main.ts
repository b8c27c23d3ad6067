import { mkdirSync } from 'node:fs';
import { machineText } from '../machine';
import { runCommand } from '../run-command';
import { turnArguments, usage } from './turn-arguments';
import { turnCost } from './turn-cost';
import { turnMedians, turnReport } from './turn-report';

runCommand({
  read: turnArguments,
  usage,
  async run(args) {
    if (args.profile !== undefined) mkdirSync(args.profile, { recursive: true });
    const cost = await turnCost(args);
    console.log(
      args.json ? JSON.stringify({ machine: machineText(), ...cost, medians: turnMedians(cost) }) : turnReport(cost),
    );
  },
});
