/** The forms in which results are written. Other than JSON, each is loaded when it is asked for. */
import type { RunResult } from "../result";
import { jsonOutput } from "./json";

export const OUTPUTS = ["json", "junit", "tap", "pretty", "prometheus"] as const;
export type Output = (typeof OUTPUTS)[number];

export function format(result: RunResult, output: Output, color = false): string {
  switch (output) {
    case "json":
      return jsonOutput(result);
    case "junit":
      return (require("./junit") as typeof import("./junit")).junitOutput(result);
    case "tap":
      return (require("./tap") as typeof import("./tap")).tapOutput(result);
    case "pretty":
      return (require("./pretty") as typeof import("./pretty")).prettyOutput(result, color);
    case "prometheus":
      return (require("./prometheus") as typeof import("./prometheus")).prometheusOutput(result);
  }
}
