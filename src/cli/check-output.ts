/** Where results go: standard output, files, the termination log. */
import { existsSync, lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { compatible, EXIT } from "../checks/exit-code";
import { format } from "../checks/output";
import { summaryLine } from "../checks/output/text";
import type { RunResult } from "../checks/result";
import { osError, osErrorCode } from "../host/os-error";
import { toBytes } from "../lualib/bytes";
import { isTerminal, writeStdout } from "../lualib/io-output";
import { type CheckOptions, targetsOf } from "./check-options";
import { end, tell } from "./exit";
import { unwritable } from "./writable";

const TERMINATION_LOG = "/dev/termination-log";
/** What the kubelet keeps of it. */
const TERMINATION_BYTES = 4096;

/** A text and where it goes; standard output without a file. */
export interface Piece {
  readonly file: string | undefined;
  readonly text: string;
}

/** All that is to be written of a result but the termination log; `name` is the check file's. */
export function piecesOf(result: RunResult, options: CheckOptions, name: string): Piece[] {
  const pieces: Piece[] = targetsOf(options).map((t) => {
    const color = t.format === "pretty" && t.file === undefined && isTerminal(1);
    return { file: t.file, text: format(result, t.format, color && !process.env.NO_COLOR) };
  });
  if (options.report !== undefined) {
    const { reportPage } =
      require("../checks/output/report") as typeof import("../checks/output/report");
    pieces.push({ file: options.report, text: reportPage(result, name) });
  }
  return pieces;
}

/** Writes them; false when that fails. */
export function writePieces(pieces: readonly Piece[]): boolean {
  let done = true;
  for (const { file, text } of pieces) {
    if (file === undefined) {
      // that it can't be written is told in the end, when the other pieces are
      writeStdout(toBytes(text));
      continue;
    }
    try {
      writeWhole(file, text);
    } catch (e) {
      tell(toBytes(`error: writing ${file}: ${osError(e)}\n`));
      done = false;
    }
  }
  return done;
}

/** A file that is mounted by itself can't be replaced, and its folder may be read-only. */
const UNREPLACEABLE = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

/** In one step: whoever reads the file, such as the node exporter, never sees half of it. */
function writeWhole(file: string, text: string): void {
  if (!isReplaceable(file)) {
    writeFileSync(file, text);
    return;
  }
  // the node exporter reads *.prom only
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (e) {
    rmSync(temporary, { force: true });
    // on a full disk the old file is worth more than half of the new one
    if (!UNREPLACEABLE.has(osErrorCode(e) ?? "")) throw e;
    writeFileSync(file, text);
  }
}

/** Devices and pipes must stay what they are, and so must links. */
function isReplaceable(file: string): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat === undefined || stat.isFile();
}

/** The file that can't be written, with the reason: better known before the checks run. */
export function outputProblem(options: CheckOptions): string | undefined {
  const files = [...targetsOf(options).map((t) => t.file), options.report];
  for (const file of files) {
    const problem = file === undefined ? undefined : unwritable(file);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Where the summary goes: what is asked for, and in a pod what `kubectl describe` shows. */
export function terminationPiece(
  what: RunResult | string,
  options: CheckOptions,
): Piece | undefined {
  // the kubelet makes its file
  const isPod = process.env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(TERMINATION_LOG);
  const file = options.terminationLog ?? (isPod ? TERMINATION_LOG : undefined);
  if (file === undefined) return undefined;
  const line = typeof what === "string" ? what.replace(/\s+/g, " ") : summaryLine(what);
  return { file, text: cutBytes(line, TERMINATION_BYTES) };
}

/** Writes the summary of a result, or another line. */
export function writeTerminationLog(what: RunResult | string, options: CheckOptions): void {
  const piece = terminationPiece(what, options);
  if (piece?.file === undefined) return;
  try {
    writeFileSync(piece.file, piece.text);
  } catch (e) {
    // not everywhere is there one; but whoever names one counts on it
    if (options.terminationLog !== undefined)
      tell(toBytes(`warning: --termination-log: writing ${piece.file}: ${osError(e)}\n`));
  }
}

function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  // a character that is cut in two goes
  return `${bytes
    .subarray(0, most - 3)
    .toString("utf8")
    .replace(/\ufffd+$/, "")}…`;
}

/** Ends the process with the exit code of a run, or of one whose result could not be written. */
export function endRun(code: number, { exitCompat = false }: CheckOptions): Promise<never> {
  const shown = (c: number) => (exitCompat ? compatible(c) : c);
  return end(shown(code), shown(EXIT.internal));
}
