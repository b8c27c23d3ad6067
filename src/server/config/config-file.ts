import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { types } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { type ConfigLayer, flatten } from './layer';
import type { ConfigProblem } from './problem';

/** The paths that the variable ORCHESTRATOR_CONFIG lists, in order, separated as those of PATH are. */
export function getConfigFiles(env: NodeJS.ProcessEnv): readonly string[] {
  return (env['ORCHESTRATOR_CONFIG'] ?? '').split(delimiter).filter((path) => path.trim() !== '');
}

/** What a TOML file gives; a file that cannot be read is a problem and gives nothing. */
export function readConfigFile(path: string, problems: ConfigProblem[]): ConfigLayer {
  try {
    return flatten(parse(readFileSync(path, 'utf8')), path);
  } catch (error) {
    problems.push({ key: '', origin: path, message: reason(error) });
    return new Map();
  }
}

function reason(error: unknown): string {
  if (error instanceof TomlError) {
    // The message goes on with an excerpt of the file, which may hold a secret.
    const [summary] = error.message.split('\n');
    return `is not TOML, line ${error.line}, column ${error.column}: ${summary}`;
  }
  return `cannot be read: ${types.isNativeError(error) ? error.message : String(error)}`;
}
