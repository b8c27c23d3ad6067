import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An argument of a command. */
export type CommandArgument = string | number | Buffer;

/** A script as it is sent, and the name that a server keeps it under. */
export interface ScriptSource {
  readonly source: string;
  /** SHA-1 of the source, lower-case hexadecimal. */
  readonly sha: string;
}

/**
 * A Lua script of this folder. With its `#!lua` line Redis 7 and later refuses it as a whole, before it ran, on a read-only
 * replica or without memory; 6.2 does not know the line, and there each first write refuses instead.
 */
export class LuaScript {
  readonly withShebang: ScriptSource;
  readonly withoutShebang: ScriptSource;

  private constructor(source: string) {
    this.withShebang = scriptText(source);
    // The line stays as a comment, so that an error names the same line of the file.
    this.withoutShebang = scriptText(source.replace(/^#!/m, '-- #!'));
  }

  static fromSource(source: string): LuaScript {
    return new LuaScript(source);
  }

  /** Reads `<name>.lua` beside the compiled code; throws where it is missing, so that a broken build fails at start. */
  static load(name: string): LuaScript {
    return new LuaScript(readFileSync(join(__dirname, 'scripts', `${name}.lua`), 'utf8'));
  }
}

function scriptText(source: string): ScriptSource {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
