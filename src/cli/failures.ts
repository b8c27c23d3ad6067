import { CallError } from 'scenario-orchestrator-client';
import { CommandError, exitCodes } from './exit-code';
import { FileProblemsError } from './files';

/** What a person is told of an error, and how the command ends. A defect stays as it is: its stack is wanted. */
export function toCommandError(error: unknown): unknown {
  if (error instanceof FileProblemsError) return new CommandError(exitCodes.findings, error.message);
  if (error instanceof CallError) return new CommandError(exitCodes.service, callText(error));
  return error;
}

function callText(error: CallError): string {
  const advice = adviceOf(error);
  return advice === '' ? error.message : `${error.message}\n${advice}`;
}

function adviceOf({ status, reason }: CallError): string {
  switch (reason === '' ? status : reason) {
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return 'Does the service run there? Name another address with --server, give it longer with --timeout.';
    case 'UNAUTHENTICATED':
      return 'Give a credential with --token-file or in SCENARIO_ORCHESTRATOR_TOKEN.';
    case 'PERMISSION_DENIED':
      return 'The credential is for another tenant: look at --tenant.';
    case 'SESSION_NOT_FOUND':
      return 'Look at --tenant, and whether the session has had a turn.';
    case 'SCENARIO_NOT_FOUND':
      return 'The command `list` shows what the catalogue holds.';
    default:
      return '';
  }
}
