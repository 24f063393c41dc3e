/** What is wrong with a check file, and where. */

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly severity: "error" | "warning";
  /** `checks[2].expect.status`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `checks.yaml:12:5: checks[2].expect.status: …` */
export function problemText(p: Problem): string {
  const where = `${p.file}:${p.line}:${p.column}: `;
  return `${where}${p.severity === "warning" ? "warning: " : ""}${p.path === "" ? "" : `${p.path}: `}${p.message}`;
}

/** The file can't be used. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(problemText).join("\n"));
  }
}
