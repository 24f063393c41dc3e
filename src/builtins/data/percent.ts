/** Percent-encoding of byte strings (RFC 3986 §2.1), and what forms make of it. */

const UNRESERVED = /[^A-Za-z0-9\-._~]/g;

/** Every byte that is not unreserved, as its escape. */
export function percentEncode(bytes: string): string {
  return bytes.replace(UNRESERVED, percentEscape);
}

/** `%` and two digits for one byte. */
export function percentEscape(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Undoes percent-encoding; bytes that are no escapes stay, and `+` does. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** As HTML forms are sent: a blank is `+`. */
export function formEncode(bytes: string): string {
  return percentEncode(bytes).replaceAll("%20", "+");
}

/** Undoes `formEncode`; bytes that are no escapes stay. */
export function formDecode(text: string): string {
  return percentDecode(text.replaceAll("+", " "));
}
