/**
 * Finds the Lua code between `<%` and `%>`. Eta reads templates with JavaScript in them, whose
 * strings and comments look different, so it gets numbers in place of the code.
 *
 * All of it works on byte strings.
 */

export interface Code {
  readonly source: string;
  /** The line that it begins on. */
  readonly line: number;
}

export interface Tags {
  /** The template with the number of its code in each tag. */
  readonly skeleton: string;
  readonly codes: Code[];
}

/** A tag has no end: on this line. */
export class UnclosedTag {
  constructor(readonly line: number) {}
}

const OPEN = /<%[-_]?\s*[=~]?/g;
/** What may hide the end of a tag, and that end. */
const NEXT = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|(?:--)?\[(=*)\[|--|[-_]?%>/g;

export function extractCode(template: string): Tags {
  const codes: Code[] = [];
  const parts: string[] = [];
  let line = 1;
  let counted = 0;
  const lineAt = (at: number) => {
    for (let i = template.indexOf("\n", counted); i >= 0 && i < at; ) {
      line++;
      counted = i + 1;
      i = template.indexOf("\n", counted);
    }
    return line;
  };
  let from = 0;
  OPEN.lastIndex = 0;
  for (let open = OPEN.exec(template); open !== null; open = OPEN.exec(template)) {
    const start = OPEN.lastIndex;
    const begins = lineAt(start);
    const { comment, end, next } = findEnd(template, start);
    if (end < 0) throw new UnclosedTag(begins);
    parts.push(template.slice(from, start), ` ${codes.length} `, template.slice(end, next));
    // a comment at the end would swallow what is put behind it
    codes.push({ source: template.slice(start, comment < 0 ? end : comment), line: begins });
    from = next;
    OPEN.lastIndex = next;
  }
  parts.push(template.slice(from));
  return { skeleton: parts.join(""), codes };
}

/** Where the tag's end begins (-1 when there is none) and ends, and a comment right before it. */
function findEnd(template: string, start: number): { comment: number; end: number; next: number } {
  let comment = -1;
  NEXT.lastIndex = start;
  for (let m = NEXT.exec(template); m !== null; m = NEXT.exec(template)) {
    const token = m[0];
    if (token.endsWith("%>")) return { comment, end: m.index, next: NEXT.lastIndex };
    if (m[1] !== undefined) {
      const close = template.indexOf(`]${m[1]}]`, NEXT.lastIndex);
      if (close < 0) break;
      NEXT.lastIndex = close + m[1].length + 2;
    } else if (token === "--") {
      const tagEnd = template.indexOf("%>", NEXT.lastIndex);
      const lineEnd = template.indexOf("\n", NEXT.lastIndex);
      if (tagEnd < 0) break;
      if (lineEnd >= 0 && lineEnd < tagEnd) NEXT.lastIndex = lineEnd;
      else {
        comment = m.index;
        NEXT.lastIndex =
          /[-_]/.test(template.charAt(tagEnd - 1)) && tagEnd - 1 >= m.index + 2
            ? tagEnd - 1
            : tagEnd;
      }
    }
  }
  return { comment, end: -1, next: -1 };
}
