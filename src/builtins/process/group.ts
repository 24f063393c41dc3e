/**
 * Child processes. Each leads a group (and session) of its own, so that it and all it starts can be
 * ended together, and signals from the terminal reach only this process, which then ends them.
 */
import { type Host, onShutdown } from "../../host";

export type SignalName = NodeJS.Signals;

/** Time between asking a group to end and ending it. */
const GRACE_MS = 1000;

/** The groups that must not outlive this process. */
const groups = new Set<Group>();
let isWatching = false;

/** Signals a process group; false when there is none any more. */
export function signalGroup(pid: number, signal: SignalName | number): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** A group that ends with this process and with the Lua state, until it is released. */
export class Group {
  private readonly ofState: Set<Group>;
  private readonly forget: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: Host,
    readonly pid: number,
  ) {
    watchExit();
    groups.add(this);
    this.ofState = host.store(groupsOfState);
    this.ofState.add(this);
    // nothing to do but to have SIGTERM and SIGINT handled: their default would leave the group
    this.forget = onShutdown(() => {});
  }

  /** It has ended by itself. */
  release(): void {
    clearTimeout(this.timer);
    groups.delete(this);
    this.ofState.delete(this);
    this.forget();
  }

  /** Asks the group to end, and after a while doesn't ask. */
  end(): void {
    if (this.timer !== undefined || !signalGroup(this.pid, "SIGTERM")) return;
    this.timer = setTimeout(() => this.kill(), GRACE_MS);
    this.timer.unref();
  }

  kill(): void {
    signalGroup(this.pid, "SIGKILL");
  }

  /** This process ends now. */
  leave(): void {
    if (this.timer === undefined) signalGroup(this.pid, "SIGTERM");
    else this.kill();
  }
}

function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  // all ways to end, also `os.exit`, come past here
  process.on("exit", () => {
    for (const group of groups) group.leave();
  });
}

function groupsOfState(host: Host): Set<Group> {
  const own = new Set<Group>();
  host.onClose(() => {
    for (const group of own) group.end();
  });
  return own;
}
