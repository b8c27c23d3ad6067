import { runProgram } from '../../src/cli/command';
import { createSimulationCommand } from './simulation-command';

void runProgram(createSimulationCommand());
