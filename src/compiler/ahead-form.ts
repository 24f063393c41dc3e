/**
 * How resumable forms are kept in chunks compiled ahead. They would be half of what is embedded;
 * what follows from the rest of a form is left out, and made again when the function is first
 * suspended:
 *
 * - what a point of suspension saves is what the same point restores: `{fr.k=5;s[4]=r0;…;return
 *   V(fr)}` becomes `{5V}`, and `{V}` at the point that the form has come to;
 * - what is restored are mostly registers in their order: `case 5:r0=s[4];r1=s[5];r2=s[6];` becomes
 *   `case 5:r0~2=s[4];`;
 * - the points are passed in their order: `k=5;` behind `k=4;` becomes `k+;`, and `case 5:pc=0;`
 *   at that point `case:`.
 */

const SUSPENSION = /\{fr\.k=(\d+);(?:s\[\d+\]=\w+;)*return V\(fr\)\}/g;
const RESTORED = /case (\d+):((?:\w+=s\[\d+\];)*)/g;
const RUN = /([rt])(\d+)=s\[(\d+)\];(?:\1\d+=s\[\d+\];)+/g;
const PACKED_RUN = /([rt])(\d+)~(\d+)=s\[(\d+)\];/g;
const POINT = /(?<![\w.])k=(\d+);|\{(\d+)V\}|case (\d+):pc=0;/g;
const PACKED_POINT = /(?<![\w.])k(?:=(\d+)|(\+));|\{(\d*)V\}|case(?: (\d+):pc=0;|:)/g;

/** In front of a form that stays as it is. */
const UNCHANGED = "/**/";

/** A form as it is kept. */
export function packForm(form: string): string {
  const short = packPoints(packRuns(form.replace(SUSPENSION, "{$1V}")));
  // a string of the script might look like one of the marks
  return unpackForm(short) === form ? short : UNCHANGED + form;
}

/** Undoes `packForm`. */
export function unpackForm(form: string): string {
  if (form.startsWith(UNCHANGED)) return form.slice(UNCHANGED.length);
  return unpackSaves(unpackRuns(unpackPoints(form)));
}

function packRuns(form: string): string {
  return form.replace(RUN, (all, kind: string, from: string, slot: string) => {
    const count = all.split(";").length - 1;
    const packed = `${kind}${from}~${Number(from) + count - 1}=s[${slot}];`;
    return unpackRuns(packed) === all ? packed : all;
  });
}

function unpackRuns(form: string): string {
  return form.replace(PACKED_RUN, (_, kind: string, from: string, to: string, slot: string) => {
    let all = "";
    for (let n = Number(from); n <= Number(to); n++)
      all += `${kind}${n}=s[${Number(slot) + n - Number(from)}];`;
    return all;
  });
}

function packPoints(form: string): string {
  let point = 0;
  return form.replace(POINT, (all, passed?: string, saved?: string, resumed?: string) => {
    if (saved !== undefined) return Number(saved) === point ? "{V}" : all;
    if (resumed !== undefined) return Number(resumed) === point ? "case:" : all;
    const isNext = Number(passed) === point + 1;
    point = Number(passed);
    return isNext ? "k+;" : all;
  });
}

function unpackPoints(form: string): string {
  let point = 0;
  return form.replace(
    PACKED_POINT,
    (all, passed?: string, next?: string, saved?: string, resumed?: string) => {
      if (saved !== undefined) return saved === "" ? `{${point}V}` : all;
      if (next !== undefined) return `k=${++point};`;
      if (passed === undefined) return resumed === undefined ? `case ${point}:pc=0;` : all;
      point = Number(passed);
      return all;
    },
  );
}

function unpackSaves(form: string): string {
  const saves = new Map<string, string>();
  for (const [, k, restored] of form.matchAll(RESTORED) as Iterable<[string, string, string]>)
    if (!saves.has(k)) saves.set(k, restored.replace(/(\w+)=(s\[\d+\]);/g, "$2=$1;"));
  return form.replace(/\{(\d+)V\}/g, (_, k: string) => `{fr.k=${k};${saves.get(k)}return V(fr)}`);
}
