/** What comes out of a run of tests. Texts are JS text. */

export interface TestResult {
  /** The file, as it was found. */
  readonly file: string;
  /** `test_login`; "" when the file itself failed. */
  readonly name: string;
  readonly passed: boolean;
  readonly ms: number;
  /** Why it failed, with the traceback. */
  readonly message?: string;
  readonly traceback?: string;
  /** What the test printed and logged. */
  readonly output: string;
}

/** What a worker is asked for. */
export interface FileJob {
  readonly file: string;
  /** Texts, one of which must be in `<file>: <test>`; all tests when empty. */
  readonly filters: readonly string[];
  /** Tests of the file that run at a time. */
  readonly parallel: number;
  /** Milliseconds that one test may take. */
  readonly timeout: number;
}

/** True when the filters let the test through. */
export function isChosen(file: string, name: string, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some((f) => `${file}: ${name}`.includes(f));
}
