/** `process.on_signal`: a Lua function as the handler of a signal. */
import {
  type Context,
  defineHandle,
  errorText,
  type LuaFunction,
  method,
  onShutdown,
  retainHost,
} from "../../host";
import { turn } from "../data/slices";
import type { SignalName } from "./group";

/** These end the program, which waits for the handlers: they come before the end, not instead. */
const ENDING = new Set<SignalName>(["SIGTERM", "SIGINT"]);
/** Nobody can handle these, or they mean that the process is broken. */
const REFUSED = new Set<SignalName>([
  "SIGKILL",
  "SIGSTOP",
  "SIGSEGV",
  "SIGBUS",
  "SIGFPE",
  "SIGILL",
  "SIGABRT",
  "SIGTRAP",
]);
/** How long a handler may hold up the end. */
const MAX_ENDING_MS = 10_000;

/** A handler that is in place until it is closed. */
export class Watch {
  private readonly undo: (() => void)[] = [];

  constructor(
    private readonly ctx: Context,
    readonly signal: SignalName,
    private readonly f: LuaFunction,
  ) {
    const { host } = ctx;
    this.undo.push(host.onClose(() => this.cancel()));
    // signals are seen between turns of the event loop, so a busy script has to give way
    this.undo.push(retainHost());
    let running: Promise<void> | undefined;
    const start = () => {
      running = this.run();
    };
    process.on(signal, start);
    this.undo.push(() => process.off(signal, start));
    if (!ENDING.has(signal)) return;
    const waitForIt = async () => {
      // all listeners of the signal have their turn first
      await turn();
      await Promise.race([running, Bun.sleep(MAX_ENDING_MS)]);
    };
    this.undo.push(onShutdown(waitForIt));
  }

  private async run(): Promise<void> {
    try {
      await this.ctx.host.spawn(this.f, this.signal).promise;
    } catch (e) {
      this.ctx.host.logger.log("error", `${this.ctx.name}: handler failed: ${errorText(e)}`);
    }
  }

  cancel(): void {
    for (const action of this.undo.splice(0)) action();
  }
}

export const WatchHandle = defineHandle<Watch>({
  name: "process.watch",
  needs: [],
  doc: "A signal handler.",
  methods: {
    cancel: method<Watch>()({
      doc: "Takes the handler back.",
      params: [],
      dotted: true,
      run: (self) => self.cancel(),
    }),
  },
  close: (self) => self.cancel(),
});

/** Calls `f` whenever the process gets the signal. */
export function watch(ctx: Context, signal: SignalName | undefined, f: LuaFunction): Watch {
  if (signal === undefined) return ctx.fail("signal has no name");
  if (REFUSED.has(signal)) ctx.fail(`${signal} can't be handled`);
  return new Watch(ctx, signal, f);
}
