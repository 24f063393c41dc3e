/** The page of `--report`, as a browser shows it on a phone and on a desk, in light and dark. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "../../src/checks/output/report";
import type { CheckResult, RunResult } from "../../src/checks/result";
import { directory, removeDirectory } from "./helpers";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = BROWSERS.find((path) => existsSync(path));
if (executablePath === undefined)
  console.warn("no Chromium here (Debian's package chromium): the report is not looked at");

const attempt = (started_ms: number, duration_ms: number, message: string | null) => ({
  passed: message === null,
  duration_ms,
  message,
  started_ms,
});
const HOSTILE = `<img src=x onerror="document.title='owned'"> & "q" \x1b[31m`;

function result(): RunResult {
  const checks: CheckResult[] = [
    {
      name: "api",
      passed: true,
      duration_ms: 1000,
      message: null,
      type: "http",
      attempts: [attempt(0, 500, "expected 2xx, got 503"), attempt(1000, 1000, null)],
      seen: { status: 200, body: "{}", latency_ms: 990 },
    },
    {
      name: HOSTILE,
      passed: false,
      duration_ms: 1000,
      message: `one line\n${"long".repeat(200)}`,
      type: "script",
      attempts: [attempt(3000, 1000, HOSTILE)],
      seen: { value: HOSTILE },
    },
    {
      name: "later",
      passed: false,
      duration_ms: 0,
      message: 'skipped: it needs "x", which did not pass',
      type: "dns",
      attempts: [],
      skipped: true,
    },
  ];
  return { passed: false, checks, duration_ms: 4000, started_at: "2026-01-02T03:04:05.678Z" };
}

describe.skipIf(executablePath === undefined)("in Chromium", () => {
  const file = join(directory, "report.html");
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, reportPage(result(), "checks.yaml"));
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ["--no-sandbox"],
    });
  });
  afterAll(async () => {
    await browser.close();
    removeDirectory();
  });

  async function open(width: number, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const requests: string[] = [];
    page.on("request", (r) => requests.push(r.url()));
    await page.goto(`file://${file}`);
    // it needs nothing but itself
    expect(requests).toEqual([`file://${file}`]);
    return page;
  }

  test.each([320, 390, 768, 1280])("nothing is cut off or overlaps at %i px", async (width) => {
    const page = await open(width);
    const layout = await page.evaluate<{ rows: boolean[]; wide: number; font: number }>(`(() => {
      const rows = [...document.querySelectorAll(".row")].map((row) => {
        const box = (s) => (row.querySelector(s)).getBoundingClientRect();
        const [name, track, time] = [box(".name"), box(".track"), box(".time")];
        const beside = name.right <= track.left && track.right <= time.left;
        const above = name.bottom <= track.top && name.right <= time.left;
        return beside || above;
      });
      const wide = document.documentElement.scrollWidth;
      const font = parseFloat(getComputedStyle(document.body).fontSize);
      return { rows, wide, font };
    })()`);
    expect(layout).toEqual({ rows: [true, true, true], wide: width, font: 16 });
    await page.close();
  });

  test("bars stand where their attempts were", async () => {
    const page = await open(1280);
    const bars = await page.evaluate<[string, number, number][][]>(`(() =>
      [...document.querySelectorAll(".row .track")].map((track) => {
        const { left, width } = track.getBoundingClientRect();
        return [...track.querySelectorAll("i")].map((bar) => {
          const b = bar.getBoundingClientRect();
          const part = (x) => Math.round((100 * x) / width);
          return [bar.className, part(b.left - left), part(b.width)];
        });
      }))()`);
    expect(bars).toEqual([
      [
        ["bad", 0, 13],
        ["good", 25, 25],
      ],
      [["bad", 75, 25]],
      [],
    ]);
    await page.close();
  });

  test("what failed is open, with its reason; names are text, not markup", async () => {
    const page = await open(390);
    expect(await page.title()).toBe("failed: checks.yaml");
    expect(await page.textContent("h1")).toBe("2 of 3 checks failed");
    expect(
      await page.evaluate<number>(`(() => document.querySelectorAll("img, script").length)()`),
    ).toBe(0);
    const open_ = await page.$$eval("details[open] strong", (all) => all.map((e) => e.textContent));
    expect(open_).toEqual([HOSTILE.replace("\x1b", "\ufffd"), "later"]);
    expect(await page.isVisible("text=one line")).toBe(true);
    expect(await page.isVisible("text=expected 2xx, got 503")).toBe(false);
    await page.click("summary:has-text('api')");
    expect(await page.isVisible("text=expected 2xx, got 503")).toBe(true);
    await page.close();
  });

  test.each(["light", "dark"] as const)("text is easy to read in %s (WCAG 2, 4.5:1)", async (s) => {
    const page = await open(390, s);
    const colors = await page.evaluate<{ back: string; all: string[] }>(`(() => {
      const back = getComputedStyle(document.body).backgroundColor;
      const all = ["body", ".dim", ".good", ".bad", ".skip", ".time"].map(
        (q) => getComputedStyle(document.querySelector(q)).color,
      );
      return { back, all };
    })()`);
    const luminance = (color: string) => {
      const parts = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((n) => Number(n) / 255);
      const [r = 0, g = 0, b = 0] = parts.map((c) =>
        c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const back = luminance(colors.back);
    expect(back < 0.5).toBe(s === "dark");
    for (const color of colors.all) {
      const [a, b] = [luminance(color), back].sort((x, y) => y - x) as [number, number];
      expect((a + 0.05) / (b + 0.05)).toBeGreaterThan(4.5);
    }
    await page.close();
  });
});

test("a run of nothing, and one of many attempts", () => {
  expect(reportPage({ passed: true, checks: [], duration_ms: 0 }, "x")).toContain("no checks");
  const attempts = Array.from({ length: 10_000 }, (_, i) => attempt(i * 10, 1, "no"));
  const [check] = result().checks as [CheckResult];
  const page = reportPage({ passed: false, checks: [{ ...check, attempts }], duration_ms: 1 }, "x");
  expect(page.match(/<i /g)?.length).toBe(500);
});
