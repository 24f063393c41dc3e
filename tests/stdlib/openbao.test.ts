import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();

test("is the table of assay.vault, in either order", async () => {
  expect(
    await api.run(`local bao, vault = require("assay.openbao"), require("assay.vault")
      package.loaded["assay.openbao"], package.loaded["assay.vault"] = nil, nil
      local vault2, bao2 = require("assay.vault"), require("assay.openbao")
      return rawequal(bao, vault), rawequal(bao2, vault2), rawequal(bao, bao2)`),
  ).toEqual([true, true, false]);
});

test("its client reads secrets, and may carry its own name in errors", async () => {
  api.expect("GET /v1/secret/data/test", { json: { data: { data: { key: "value" } } } });
  api.expect("GET /v1/x", { status: 500, text: "e" });
  expect(
    await api.run(`local bao = require("assay.openbao")
      local value = bao.client(URL, "test-token"):kv_get("secret", "test").data.key
      local c = bao.client { url = URL, name = "openbao" }
      return value, (select(2, pcall(c.read, c, "x")))`),
  ).toEqual(["value", expect.stringContaining("openbao: GET /v1/x HTTP 500: e")]);
});
