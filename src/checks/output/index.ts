/** The forms in which results are written. */
import type { RunResult } from "../result";
import { jsonOutput } from "./json";
import { junitOutput } from "./junit";
import { prettyOutput } from "./pretty";
import { prometheusOutput } from "./prometheus";
import { tapOutput } from "./tap";

export const OUTPUTS = ["json", "junit", "tap", "pretty", "prometheus"] as const;
export type Output = (typeof OUTPUTS)[number];

export function format(result: RunResult, output: Output, color = false): string {
  switch (output) {
    case "json":
      return jsonOutput(result);
    case "junit":
      return junitOutput(result);
    case "tap":
      return tapOutput(result);
    case "pretty":
      return prettyOutput(result, color);
    case "prometheus":
      return prometheusOutput(result);
  }
}
