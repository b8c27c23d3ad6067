import { runProgram } from '../../src/cli/command';
import { createReplayCommand } from './replay-command';

void runProgram(createReplayCommand());
