/** Pieces of JUnit XML, as checks and `assay test` write it. */

/** A duration as JUnit has it. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** One case; `content` are the lines of XML inside. */
export function testcaseXml(name: string, classname: string, ms: number, content: string): string {
  const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(classname)}" time="${seconds(ms)}"`;
  return content === "" ? `${head}/>\n` : `${head}>\n${content}    </testcase>\n`;
}

/** Why a case failed: the first line of `message`, and all there is to say. */
export function failureXml(message: string, details: string): string {
  const first = message.split("\n")[0] as string;
  return `      <failure message="${escapeXml(first)}">${escapeXml(details)}</failure>\n`;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** Text for an XML document. XML 1.0 §2.2 has no place for control characters, not even escaped. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"\n]/g, (c) => ENTITIES[c] as string);
}
