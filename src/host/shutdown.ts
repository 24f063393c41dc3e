/**
 * What has to happen before the process ends on a signal: servers stop accepting and let running
 * requests finish. The command line installs the signal handlers and calls `runShutdown`.
 */

type Hook = () => Promise<void> | void;

const hooks = new Set<Hook>();
let onNeeded = () => {};

/** Calls `f` whenever a hook is registered: from then on signals have to be handled. */
export function watchShutdown(f: () => void): void {
  onNeeded = f;
}

/** Calls `hook` at shutdown. Returns a function that takes it back. */
export function onShutdown(hook: Hook): () => void {
  hooks.add(hook);
  onNeeded();
  return () => hooks.delete(hook);
}

let running: Promise<void> | undefined;

/** Runs all hooks at once and waits for them. Their failures don't stop the others. */
export async function runShutdown(): Promise<void> {
  const pending = [...hooks];
  hooks.clear();
  const done = Promise.allSettled(pending.map(async (hook) => hook()));
  // one more turn, in which whoever asked for the shutdown can end the program its own way
  running = done.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
  await done;
}

/**
 * Waits while a shutdown is under way. A script that waits for its server runs on only afterwards:
 * its end must not end the process before other servers have drained.
 */
export async function shutdownDone(): Promise<void> {
  await running;
}
