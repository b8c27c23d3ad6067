import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An argument of a Redis command. */
export type CommandArgument = string | number | Buffer;

export interface ScriptSource {
  readonly source: string;
  /** SHA-1 of the source in lower-case hexadecimal, for EVALSHA. */
  readonly sha: string;
}

/**
 * A Lua script in the folder `scripts`. It starts with a `#!lua` line, which makes Redis 7 and later reject the whole script on
 * a read-only replica or when memory is full. Redis 6.2 does not support the line. On 6.2, the first write command of the
 * script fails instead.
 */
export class LuaScript {
  readonly withShebang: ScriptSource;
  readonly withoutShebang: ScriptSource;

  private constructor(source: string) {
    this.withShebang = toScriptSource(source);
    // The line becomes a comment, so that line numbers in errors stay the same.
    this.withoutShebang = toScriptSource(source.replace(/^#!/m, '-- #!'));
  }

  static fromSource(source: string): LuaScript {
    return new LuaScript(source);
  }

  /**
   * Reads `<name>.lua` next to the compiled code, with the files that it includes. Throws if a file is missing, so that an incomplete build
   * fails at startup.
   */
  static load(name: string): LuaScript {
    return new LuaScript(
      readSource(name).replace(/^-- include ([\w-]+)$/gm, (_, included: string) => readSource(included)),
    );
  }
}

function readSource(name: string): string {
  return readFileSync(join(__dirname, 'scripts', `${name}.lua`), 'utf8');
}

function toScriptSource(source: string): ScriptSource {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
