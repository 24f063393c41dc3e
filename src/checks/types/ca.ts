/** `ca`: further authorities that a check trusts. */
import { readFileSync } from "node:fs";
import { HttpFault } from "../../builtins/http/errors";
import { checkCertificates } from "../../builtins/http/tls";
import { osError } from "../../host/os-error";
import type { Check } from "../config";
import { checkFile } from "../paths";

/** The text of the check's `ca` file; throws an `HttpFault`. */
export function readCa(check: Check): string | undefined {
  const { ca } = check.options;
  if (typeof ca !== "string") return undefined;
  const path = checkFile(ca, check.directory);
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (e) {
    throw new HttpFault(`reading ca file ${JSON.stringify(ca)}: ${osError(e)}`, "request");
  }
  try {
    checkCertificates(text);
  } catch (e) {
    throw new HttpFault(`ca file ${JSON.stringify(ca)}: ${(e as Error).message}`, "request");
  }
  return text;
}
