/** Where a replay tells how far it is. */
export interface ReplayProgress {
  /** A file begins. */
  file(name: string): FileProgress;
}

/** How far one file is. */
export interface FileProgress {
  /** So many dialogues are to come. */
  expect(dialogues: number): void;
  /** A dialogue was played. */
  played(turns: number): void;
  /** The file is done. */
  end(): void;
}

/** Tells nobody. */
export const NO_PROGRESS: ReplayProgress = {
  file: () => ({ expect: () => undefined, played: () => undefined, end: () => undefined }),
};

const BAR_WIDTH = 24;

/** The part of a stream that progress is written to; standard error is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Draws a bar for each file: redrawn in place on a terminal, one line at the end elsewhere. */
export function drawnProgress(output: ProgressOutput): ReplayProgress {
  return { file: (name) => new FileBar(name, output) };
}

class FileBar implements FileProgress {
  private expected = 0;
  private dialogues = 0;
  private turns = 0;

  constructor(
    private readonly name: string,
    private readonly output: ProgressOutput,
  ) {}

  expect(dialogues: number): void {
    this.expected = dialogues;
    this.redraw();
  }

  played(turns: number): void {
    this.dialogues += 1;
    this.turns += turns;
    this.redraw();
  }

  end(): void {
    this.output.write(this.output.isTTY ? `\r${this.line()}\n` : `${this.line()}\n`);
  }

  private redraw(): void {
    if (this.output.isTTY) this.output.write(`\r${this.line()}`);
  }

  private line(): string {
    const of = Math.max(this.expected, this.dialogues, 1);
    const filled = Math.round((this.dialogues / of) * BAR_WIDTH);
    const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
    return `${this.name.padEnd(16)} [${bar}] ${this.dialogues}/${of} dialogues, ${this.turns} turns`;
  }
}
