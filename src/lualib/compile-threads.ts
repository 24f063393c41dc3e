/**
 * The engine's compiler threads: while one compiles a loop, and until the result has been taken over,
 * it holds on to the values that the loop's variables had.
 */
const TASKS = "/proc/self/task";
/** Their name, as Linux knows it. */
const COMPILER = "(JITWorker) R";
/** How often to look again, and for how long at most, in milliseconds. */
const PAUSE_MS = 1;
const LIMIT_MS = 300;

/** Calls `then` between turns, when no function is being compiled. */
export function whenCompiled(then: () => void): void {
  const end = performance.now() + LIMIT_MS;
  const look = () => {
    if (isCompiling() && performance.now() < end) setTimeout(look, PAUSE_MS);
    else {
      takeOver();
      then();
    }
  };
  setTimeout(look, 0);
}

/** Asks the system; where it does not know, the answer is no. */
function isCompiling(): boolean {
  const { readdirSync, readFileSync } = require("node:fs") as typeof import("node:fs");
  try {
    return readdirSync(TASKS).some((id) =>
      readFileSync(`${TASKS}/${id}/stat`, "latin1").includes(COMPILER),
    );
  } catch {
    return false;
  }
}

const jsc = () => require("bun:jsc") as { optimizeNextInvocation(f: (n: number) => number): void };

/** Results are taken over when a function asks to be compiled: this one does. */
function takeOver(): void {
  const sum = new Function("n", "let x = 0; for (let i = 0; i < n; i++) x += i; return x") as (
    n: number,
  ) => number;
  for (let i = 0; i < 3; i++) sum(200);
  jsc().optimizeNextInvocation(sum);
  sum(200);
}
