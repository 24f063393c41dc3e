/** Lists and objects of operators' modules: one request each, the same rules for all. */
import { describe, expect, test } from "vitest";
import type { Api, Wanted } from "./server";

export interface Operator {
  name: string;
  /** Arguments of the client behind the URL. */
  args?: string;
  /** Requests that come before the first one of a client. */
  before?: () => void;
  /** Calls of list functions, and their paths. */
  lists: [call: string, path: string][];
  /** The items themselves are returned, not the list. */
  bare?: boolean;
  /** The word in the error of lists. */
  listVerb: "LIST" | "GET";
  list404: "empty" | "error";
  objects: [call: string, path: string][];
  object404: "nil" | "error";
}

export function testOperator(api: Api, o: Operator): void {
  const client = `local c = require("assay.${o.name}").client(URL .. "///", ${o.args ?? '"t0k"'})\n`;
  const prepare = o.before ?? (() => undefined);
  const AUTH = { headers: { authorization: "Bearer t0k", "content-type": null } };

  describe("lists", () => {
    test.each(o.lists)("%s", async (call, path) => {
      prepare();
      api.expect(
        `GET ${path}?limit=500`,
        {
          json: { kind: "XList", items: [{ n: 1 }], metadata: { continue: "a b" } },
        },
        AUTH,
      );
      api.expect(`GET ${path}?limit=500&continue=a%20b`, { json: { items: [{ n: 2 }] } });
      const items = o.bare ? "l" : "l.items";
      expect(
        await api.run(`${client} local l = c:${call} return #${items}, ${items}[2].n`),
      ).toEqual([2, 2]);
      prepare();
      api.expect(`GET ${path}?limit=500`, { status: 500, text: "boom" });
      expect(await api.failure(`${client} c:${call}`)).toContain(
        `${o.name}: ${o.listVerb} ${path} HTTP 500: boom`,
      );
    });
    test("pages that expire", async () => {
      const [call, path] = o.lists[0] as [string, string];
      prepare();
      const first = { items: [{ n: 1 }], metadata: { continue: "c" } };
      api.expect(`GET ${path}?limit=500`, { json: first });
      api.expect(`GET ${path}?limit=500&continue=c`, { status: 410, json: { kind: "Status" } });
      // all of it, in one piece
      api.expect(`GET ${path}`, { json: { items: [{ n: 1 }, { n: 3 }] } });
      const items = o.bare ? "l" : "l.items";
      expect(
        await api.run(`${client} local l = c:${call} return #${items}, ${items}[2].n`),
      ).toEqual([2, 3]);
    });
    test("a 404", async () => {
      const [call, path] = o.lists[0] as [string, string];
      prepare();
      api.expect(`GET ${path}?limit=500`, { status: 404, text: "no" });
      if (o.list404 === "empty") {
        expect(await api.run(`${client} return #c:${call}${o.bare ? "" : ".items"}`)).toEqual([0]);
      } else {
        expect(await api.failure(`${client} c:${call}`)).toContain(
          `${o.name}: ${o.listVerb} ${path} HTTP 404: no`,
        );
      }
    });
  });

  describe("objects", () => {
    test.each(o.objects)("%s", async (call, path) => {
      prepare();
      api.expect(`GET ${path}`, { json: { metadata: { name: "x" } } }, AUTH);
      expect(await api.run(`${client} return c:${call}.metadata.name`)).toEqual(["x"]);
      prepare();
      api.expect(`GET ${path}`, { status: 403, text: "boom" });
      expect(await api.failure(`${client} c:${call}`)).toContain(
        `${o.name}: GET ${path} HTTP 403: boom`,
      );
      prepare();
      api.expect(`GET ${path}`, { status: 404, text: "no" });
      if (o.object404 === "nil")
        expect(await api.run(`${client} return c:${call}`)).toEqual([undefined]);
      else expect(await api.failure(`${client} c:${call}`)).toContain(`GET ${path} HTTP 404: no`);
    });
  });
}

/** An object with one condition. */
export function withCondition(type: string, status: string, more: object = {}): object {
  return {
    metadata: { name: `${type}-${status}` },
    ...more,
    status: { conditions: [{ type, status, reason: "R", message: "M" }] },
  };
}

/** What a server-side apply of an object with nothing but its name must send. */
export function applied(apiVersion: string, kind: string, namespace?: string): Wanted {
  return {
    headers: { "content-type": "application/apply-patch+yaml" },
    check: ({ body }) =>
      expect(JSON.parse(`${body}`)).toEqual({
        apiVersion,
        kind,
        metadata: { name: "x", namespace },
      }),
  };
}
