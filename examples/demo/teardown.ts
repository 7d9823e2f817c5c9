/** What has to be undone, in the reverse order; what is started while it is being undone is undone at once. */
export class Teardown {
  readonly #tasks: (() => unknown)[] = [];
  readonly #last: (() => void)[] = [];
  #done: Promise<void> | undefined;

  add(task: () => unknown): void {
    if (this.#done === undefined) this.#tasks.push(task);
    else void task();
  }

  /** Must not wait: for a process that ends in a way nobody foresaw. */
  addLast(task: () => void): void {
    this.#last.push(task);
  }

  run(): Promise<void> {
    this.#done ??= this.#undo();
    return this.#done;
  }

  get isRunning(): boolean {
    return this.#done !== undefined;
  }

  runNow(): void {
    for (const task of this.#last.splice(0).reverse()) task();
  }

  async #undo(): Promise<void> {
    for (const task of this.#tasks.splice(0).reverse()) {
      try {
        await task();
      } catch {
        // What cannot be undone must not keep the rest from being undone.
      }
    }
  }
}
