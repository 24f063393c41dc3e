/**
 * SIGTERM and SIGINT. As long as nothing has to be drained, their default action is the best: it
 * ends the process at once, whatever the script is doing. A server needs to finish its requests,
 * and the first process of a container gets no default action.
 */
import { runShutdown, watchShutdown } from "../host/shutdown";
import { retainHost } from "../runtime/scheduler";
import { endWith } from "./exit";

/** What the program ends with: 128 and the number of the signal. */
export const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

let installed = false;
const ending = new Set<keyof typeof EXIT_CODES>(["SIGTERM", "SIGINT"]);
let stopping = false;
/** Ends the program in its own way. */
let leave: (code: number) => Promise<void> | void = (code) => process.exit(code);

/** True for the first process of a container. */
export function isInit(): boolean {
  return process.pid === 1;
}

/** Says how the program ends once everything is drained. */
export function onSignal(how: (code: number) => Promise<void> | void): void {
  leave = how;
}

/** SIGINT is the prompt's: it interrupts a line and ends nothing. */
export function leaveInterrupt(): void {
  ending.delete("SIGINT");
}

/** Installs the handlers, when they aren't yet. */
export function handleSignals(): void {
  if (installed) return;
  installed = true;
  // handlers run between turns of the event loop, so a busy script has to give way
  retainHost();
  for (const signal of ending) process.on(signal, () => void shutDown(EXIT_CODES[signal]));
}

async function shutDown(code: number): Promise<void> {
  // who asks twice does not want to wait
  if (stopping) process.exit(code);
  stopping = true;
  endWith(code);
  await runShutdown();
  await leave(code);
}

watchShutdown(handleSignals);
