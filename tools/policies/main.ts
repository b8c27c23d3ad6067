import { runProgram } from '../../src/cli/command';
import { createPoliciesCommand } from './policies-command';

void runProgram(createPoliciesCommand());
