/** What `assay --version` prints. */
import { version } from "../../package.json";

/** Set by the build. */
declare const ASSAY_COMMIT: string | undefined;

/** `assay 1.2.3 (Lua 5.5, Bun 1.4.5, commit abc1234)` */
export function versionText(): string {
  const parts = ["Lua 5.5", `Bun ${Bun.version}`];
  if (typeof ASSAY_COMMIT === "string" && ASSAY_COMMIT !== "") parts.push(`commit ${ASSAY_COMMIT}`);
  return `assay ${version} (${parts.join(", ")})`;
}
