/** Collects what entities of one request ask in the same turn, so that the same question is one query. */

export class Batcher<Input, Value> {
  private readonly ask: (input: Input, codes: readonly string[]) => Promise<Map<string, Value>>;
  private open = new Map<string, Batch<Input, Value>>();

  constructor(ask: (input: Input, codes: readonly string[]) => Promise<Map<string, Value>>) {
    this.ask = ask;
  }

  /** The value of one code; asked together with every other code of the same input. */
  async load(input: Input, code: string): Promise<Value | undefined> {
    const key = JSON.stringify(input);
    let batch = this.open.get(key);
    if (!batch) {
      batch = { input, codes: new Set(), answers: undefined };
      this.open.set(key, batch);
      // After every resolver of this turn has said which code it wants.
      batch.answers = new Promise((resolve) => setImmediate(resolve)).then(() => this.close(key));
    }
    batch.codes.add(code);
    return (await batch.answers)?.get(code);
  }

  private async close(key: string): Promise<Map<string, Value>> {
    const batch = this.open.get(key);
    this.open.delete(key);
    return batch ? await this.ask(batch.input, [...batch.codes]) : new Map();
  }
}

interface Batch<Input, Value> {
  readonly input: Input;
  readonly codes: Set<string>;
  answers: Promise<Map<string, Value>> | undefined;
}
