import { NetRules } from "../host/net-rules";

/** A rule of `allow_net`, or what is wrong with it. */
export function parseNetRule(text: string): string | { readonly problem: string } {
  try {
    new NetRules([text]);
    return text;
  } catch (e) {
    return { problem: (e as Error).message };
  }
}
