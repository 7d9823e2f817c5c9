/** Where a command prints. */
export interface Terminal {
  stdout(text: string): void;
  /** For what goes wrong, and for what is not part of the answer. */
  stderr(text: string): void;
  /** Whether standard output may be coloured: a terminal, and nobody asked for none. */
  readonly color: boolean;
  /** Whether standard output is a terminal: else lines are neither cut nor written over. */
  readonly interactive: boolean;
  /** Columns of the terminal; 120 where there is none. */
  readonly width: number;
  /** Its lines; 40 where there is none. */
  readonly height: number;
  /** Asks who sits there; what is between brackets is taken where nothing is typed. Absent: nobody does. */
  ask?(question: string, usual: string): Promise<string>;
  /** The time, in milliseconds. */
  now(): number;
}
