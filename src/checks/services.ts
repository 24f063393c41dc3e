/** What the checks of a run share. */
import type { Transport } from "../builtins/http/transport";
import type { Logger } from "../host/logger";
import type { Secrets } from "../host/secrets";
import type { StuckScripts } from "../host/stuck";
import type { EmbeddedSearcher } from "../lualib/package";
import type { LuaFunction } from "../runtime/value";
import type { SandboxFlags } from "./sandbox";

export interface Services {
  /**
   * When the run ends, by `performance.now()`: Lua that never gives way looks at it by itself, where
   * no signal reaches it.
   */
  readonly deadline?: number;
  /** Notices scripts that nothing can wake any more. */
  readonly stuck?: StuckScripts;
  readonly secrets: Secrets;
  /** What checks may touch. */
  readonly sandbox: SandboxFlags;
  readonly env: (name: string) => string | undefined;
  /** HTTP connections, by what they trust. */
  readonly transports: Map<string, Transport>;
  /** Where scripts log. */
  readonly logger: Logger;
  /** Takes what scripts print: standard output belongs to the result document. */
  readonly print: (bytes: Uint8Array) => void;
  /** Where scripts find modules, besides the standard places; `load` compiles them. */
  readonly searchers?: (
    load: (source: string, chunkName: string) => LuaFunction,
  ) => EmbeddedSearcher[];
}
