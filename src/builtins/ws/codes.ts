/** Close codes of WebSocket connections (RFC 6455 §7.4). */

/** Whether a code may be sent; the others stand for what was never sent, or have no meaning yet. */
export function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999)
  );
}
