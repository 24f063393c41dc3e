/** The comparison as a table and as a chart. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import images from "./images.json";

export interface Figures {
  /** Lines of code; undefined for what has no script. */
  readonly lines: number | undefined;
  /** Median wall time. */
  readonly ms: number;
  /** Median of the time on processors, in milliseconds; GNU time counts in tens of them. */
  readonly cpu: number;
  /** Median of the peaks of memory. */
  readonly mb: number;
}

export interface Comparison {
  readonly title: string;
  readonly assay: Figures;
  readonly python: Figures;
}

const BEGIN = "<!-- sidecar: begin -->";
const END = "<!-- sidecar: end -->";

/** The table in Markdown. */
export function report(results: readonly Comparison[], database: string): string {
  const rows = results.map(({ title, assay, python }) => {
    const lines = assay.lines === undefined ? "" : `${assay.lines} / ${python.lines}`;
    const ratio = (assay.ms / python.ms).toFixed(2);
    return `| ${title} | ${lines} | ${assay.ms.toFixed(0)} / ${python.ms.toFixed(0)} | ${ratio} | ${assay.cpu.toFixed(0)} / ${python.cpu.toFixed(0)} | ${assay.mb.toFixed(0)} / ${python.mb.toFixed(0)} |`;
  });
  const size = (i: { zstd: number; unpacked: number }) => `${i.zstd} (${i.unpacked} unpacked)`;
  return `| assay / Python | lines of code | wall time, ms | ratio | CPU time, ms | peak memory, MB |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

Whole processes, medians, run in turn against the same local servers (${database}) on a machine
with two processors: the ratios count. ${verdict(results)} Image, zstd-19, MB: assay
${size(images.assay)}; Debian with Python and the packages these jobs need ${size(images.python)}.
`;
}

/** What the figures say, in a sentence or two. */
function verdict(results: readonly Comparison[]): string {
  const starts = results.filter((r) => r.assay.lines === undefined);
  const jobs = results.filter((r) => r.assay.lines !== undefined);
  const count = (of: (f: Figures) => number) =>
    `${jobs.filter((r) => of(r.assay) < of(r.python)).length} of ${jobs.length} jobs`;
  const compared = starts.map(({ title, assay, python }) => {
    const ratio = assay.ms / python.ms;
    const how =
      ratio > 1.05 ? "Python is sooner" : ratio < 0.95 ? "assay is sooner" : "both take as long";
    return `${how} (${title.replace(/^cold start: /, "")})`;
  });
  const cold = compared.length > 0 ? `At the start ${compared.join(", ")}. ` : "";
  return `${cold}assay takes less time for ${count((f) => f.ms)}, and less memory for ${count((f) => f.mb)}.`;
}

/** Puts the table into README.md and draws docs/sidecar.svg. */
export function write(root: string, results: readonly Comparison[], text: string): void {
  const readme = join(root, "README.md");
  const before = readFileSync(readme, "utf8");
  const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  const after = `${before.slice(0, begin + BEGIN.length)}\n${text}${before.slice(end)}`;
  writeFileSync(readme, after);
  writeFileSync(join(root, "docs", "sidecar.svg"), chart(results));
}

const ROW = 44;
const LABEL = 300;
const PANEL = 250;
const GAP = 70;
const TOP = 58;
const COLORS = { assay: "#2f6fde", python: "#c9a227" };

/** Two panels of bars: wall time and peak memory. */
function chart(results: readonly Comparison[]): string {
  const width = LABEL + 2 * PANEL + 2 * GAP;
  const height = TOP + results.length * ROW + 12;
  const panels = [
    { title: "wall time, ms", of: (f: Figures) => f.ms, x: LABEL },
    { title: "peak memory, MB", of: (f: Figures) => f.mb, x: LABEL + PANEL + GAP },
  ];
  const parts = panels.flatMap(({ title, of, x }) => {
    const most = Math.max(...results.flatMap((r) => [of(r.assay), of(r.python)]));
    const bars = results.flatMap((r, i) =>
      (["assay", "python"] as const).map((side, j) => {
        const y = TOP + i * ROW + 4 + j * 17;
        const length = Math.max(1, (of(r[side]) / most) * PANEL);
        return `<rect x="${x}" y="${y}" width="${length.toFixed(1)}" height="14" rx="2" fill="${COLORS[side]}"/><text x="${(x + length + 5).toFixed(1)}" y="${y + 11}" class="n">${of(r[side]).toFixed(0)}</text>`;
      }),
    );
    return [`<text x="${x}" y="${TOP - 12}" class="h">${title}</text>`, ...bars];
  });
  const labels = results.map(
    (r, i) => `<text x="${LABEL - 12}" y="${TOP + i * ROW + 25}" class="l">${r.title}</text>`,
  );
  const legend = (["assay", "python"] as const).map(
    (side, i) =>
      `<rect x="${16 + i * 90}" y="14" width="12" height="12" rx="2" fill="${COLORS[side]}"/><text x="${34 + i * 90}" y="25" class="k">${side === "assay" ? "assay" : "Python"}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="assay and Python: wall time and peak memory of the same jobs">
<style>text{font-family:system-ui,sans-serif;font-size:13px;fill:#24292f}.l{text-anchor:end}.n{font-size:11px}.h{font-weight:600}</style>
<rect width="100%" height="100%" rx="6" fill="#ffffff"/>
${[...legend, ...labels, ...parts].join("\n")}
</svg>
`;
}
