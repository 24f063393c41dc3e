/** The surroundings of the builtins in a script. */
import { Host } from "../host/context";
import { Environment } from "../host/environment";
import { LogFilter } from "../host/log-filter";
import { Logger } from "../host/logger";
import { Secrets } from "../host/secrets";
import { toBytes } from "../lualib/bytes";
import { isTerminal, stderr } from "../lualib/io-output";
import type { LuaState } from "../runtime/state";
import type { Confinement } from "./confine";
import type { LogFormat } from "./log-format";
import type { ScriptOptions } from "./script";

/** Log lines go to standard error; in colour on a terminal, unless NO_COLOR is set. */
export function createHost(
  state: LuaState,
  options: ScriptOptions,
  confinement?: Confinement,
): Host {
  const secrets = new Secrets();
  const logger = createLogger(secrets, options);
  const environment = confinement?.environment ?? new Environment({ shared: true });
  return new Host(state, {
    logger,
    secrets,
    environment,
    readonly: confinement?.readonly ?? false,
    ...(confinement && { policy: confinement.policy }),
  });
}

/**
 * The logger of the command line: `RUST_LOG` says what is shown, unless `verbose` or `quiet` is set, and
 * `ASSAY_LOG_FORMAT` how, unless `logFormat` does.
 */
export function createLogger(
  secrets: Secrets,
  {
    verbose = false,
    quiet = false,
    logFormat,
  }: { verbose?: boolean; quiet?: boolean; logFormat?: LogFormat },
  writeLine = write,
): Logger {
  const { RUST_LOG, NO_COLOR, ASSAY_LOG_FORMAT } = process.env;
  const format = logFormat ?? (ASSAY_LOG_FORMAT === "json" ? "json" : "text");
  const level = verbose ? "debug" : quiet ? "error" : undefined;
  const filter = level
    ? LogFilter.at(level)
    : ((RUST_LOG ? LogFilter.parse(RUST_LOG) : undefined) ?? LogFilter.at("info"));
  return new Logger({
    format,
    filter,
    secrets,
    color: !NO_COLOR && isTerminal(2),
    write: writeLine,
  });
}

function write(line: string): void {
  try {
    stderr.write(toBytes(line));
  } catch {
    // nobody reads it: no reason to fail
  }
}
