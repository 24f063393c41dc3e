/** What a stub has recorded, masked: an exchange once, and again only if a later one says more of it. */
import { type Exchange, storedText } from "./exchange";
import type { Masker } from "./mask";

interface Entry {
  readonly exchange: Exchange;
  /** What stands in the file of it. */
  stored: string;
}

export class Recording {
  private readonly entries: Entry[] = [];

  constructor(private readonly masker: Masker) {}

  get length(): number {
    return this.entries.length;
  }

  /** One that the masker has learnt from. */
  add(exchange: Exchange): void {
    this.renew();
    this.entries.push({ exchange, stored: this.masked(exchange) });
  }

  /** The exchanges as they are to stand in the file. */
  texts(): string[] {
    this.renew();
    return this.entries.map((e) => e.stored);
  }

  /** Masks again what holds a secret that was not known to be one. */
  private renew(): void {
    const news = this.masker.news();
    if (news?.length === 0) return;
    for (const entry of this.entries)
      if (news === undefined || holds(entry.exchange, news))
        entry.stored = this.masked(entry.exchange);
  }

  private masked(exchange: Exchange): string {
    return storedText(this.masker.mask(exchange));
  }
}

function holds({ request, response }: Exchange, secrets: readonly string[]): boolean {
  const texts = [request.path, request.query, request.body ?? "", response.body];
  for (const [, value] of [...request.headers, ...response.headers]) texts.push(value);
  return texts.some((text) => secrets.some((s) => text.includes(s)));
}
