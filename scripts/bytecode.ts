/**
 * Takes the bytecode of rarely used files out of a binary. It is three times as large as their
 * text, half of our part of the binary, and saves them a millisecond or two when they are first
 * used: what is worth that is the core and what checks and HTTP requests need.
 *
 * Bun knows bytecode for all files or none. So the table of files at the end of the binary is
 * changed: a file whose bytecode has the length 0 is compiled from its text. The bytes themselves
 * are overwritten with zeros and stay, so that no offset changes; compressed they are nothing.
 */

/** Comes behind the table's own description, at the end of what is added to the runtime. */
export const TRAILER = "\n---- Bun! ----\n";

/** One entry: pairs of offset and length (name, text, source map, bytecode, …), and flags. */
const ENTRY = 52;
const NAME = 0;
const TEXT = 8;
export const BYTECODE = 24;

const ROOT = "/$bunfs/root/";

/** Sources and packages that keep none, unless a file holds others, too. */
const RARE = new RegExp(
  [
    "/node_modules/(postgres|ws|minijinja-js)/",
    "/src/builtins/(db|crypto|ws|template|toml|compress|regex|shell|process|disk|url|fs/(folders|glob))\\b",
    "/src/builtins/http(-serve|-stub|/serve|/stub|/errors)",
    "/src/(repl|testing|reference|checks/manifest|checks/output)/",
    "/src/checks/(merge|file-problems|types/(prometheus|tcp|dns|tls|k8s|sql))\\b",
    "/src/cli/(build|check-watch|limits|list-modules|live|manifest|merge|report|repl|requires|test|validate)",
    "/src/lualib/(binary|compile-threads|debug|finalizers|gc|pack|utf8)",
    "/src/runtime/(heapgraph|hooks|weakmap)\\b",
    "/src/host/describe",
  ].join("|"),
);

/** Packages that are in the bundle as text (bundle.ts). */
const TEXT_INPUT = /^as-text:|\.txt$/;

/** Whether all inputs of a file of the bundle are rarely used. */
export function isRare(inputs: readonly string[]): boolean {
  const code = inputs.filter((path) => !TEXT_INPUT.test(path));
  return code.length > 0 && code.every((path) => RARE.test(`/${path}`));
}

/** Drops the bytecode of the named files (`chunk-….js`); `from` is where the runtime ends. */
export function dropBytecode(binary: Buffer, from: number, names: ReadonlySet<string>): void {
  const { base, table, length } = findTable(binary, from);
  let found = 0;
  for (let at = table; at < table + length; at += ENTRY) {
    if (!names.has(nameAt(binary, base, at).slice(ROOT.length))) continue;
    found++;
    const offset = base + binary.readUInt32LE(at + BYTECODE);
    binary.fill(0, offset, offset + binary.readUInt32LE(at + BYTECODE + 4));
    binary.writeBigUInt64LE(0n, at + BYTECODE);
  }
  if (found !== names.size) throw new Error("the table of files has another form than expected");
}

/** The files in the binary: name, text, and the length of the bytecode. */
export function* filesIn(binary: Buffer, from: number) {
  const { base, table, length } = findTable(binary, from);
  for (let at = table; at < table + length; at += ENTRY) {
    const start = base + binary.readUInt32LE(at + TEXT);
    const text = binary.subarray(start, start + binary.readUInt32LE(at + TEXT + 4));
    const name = nameAt(binary, base, at).slice(ROOT.length);
    yield { name, text, bytecode: binary.readUInt32LE(at + BYTECODE + 4) };
  }
}

function nameAt(binary: Buffer, base: number, at: number): string {
  const offset = base + binary.readUInt32LE(at + NAME);
  const length = binary.readUInt32LE(at + NAME + 4);
  return length > 4096 ? "" : binary.toString("latin1", offset, offset + length);
}

/**
 * The table's place. Its offset and length stand in front of the trailer, behind the count of all
 * bytes, from which follows what offsets count from; a count of words that differs between
 * releases stands behind them.
 */
export function findTable(binary: Buffer, from: number) {
  const end = binary.lastIndexOf(TRAILER);
  for (let at = end - 4; at > end - 64 && at > from; at -= 4) {
    const length = binary.readUInt32LE(at + 4);
    const total = binary.readUInt32LE(at - 8);
    const base = at - 8 - total;
    const table = base + binary.readUInt32LE(at);
    if (length === 0 || length % ENTRY !== 0 || base < from || table + length > end) continue;
    if (nameAt(binary, base, table).startsWith(ROOT)) return { base, table, length };
  }
  throw new Error("there is no table of files where it is expected");
}
