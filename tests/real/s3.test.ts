/**
 * assay.s3 against moto's S3, with AWS's own signer in front (moto checks no signatures of keys that
 * must be escaped).
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../servers/server";
import { missingPackage, type RealServer, runner, startProgram, startScript } from "./real";

const KEYS = [
  { access_key: "AKIAUSER", secret_key: "se/cr+et" },
  { access_key: "ASIASESSION", secret_key: "other", session_token: "to/ken+with==" },
];

const python = findProgram("python3");

function missingMoto(): string | undefined {
  if (python === undefined) return "python3 not installed";
  process.env["PYTHONPATH"] = join(import.meta.dirname, ".python");
  const found = spawnSync(python, ["-c", "import moto.server, flask, flask_cors"]).status === 0;
  return found ? undefined : "moto[server] not installed";
}

const why = missingMoto() ?? missingPackage("@smithy/signature-v4");

describe.skipIf(why)(`moto${why ? ` (left out: ${why})` : ""}`, () => {
  let moto: RealServer;
  let server: RealServer;
  const lua = runner(
    () => `local s3 = require("assay.s3")
      local function connect(more)
        local o = { endpoint = URL, region = "eu-central-2" }
        for k, v in pairs(KEYS[1]) do o[k] = v end
        for k, v in pairs(more or {}) do o[k] = v end
        return s3.client(o)
      end
      local c = connect()`,
    () => ({ URL: server.url, PORT: server.port, KEYS, DIR: server.dir, MOTO: moto.url }),
  );
  beforeAll(async () => {
    moto = await startProgram({
      file: python as string,
      args: (_, port) => ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    });
    server = await startScript("signed", [moto.url, JSON.stringify(KEYS)]);
  });
  afterAll(async () => {
    await server?.stop();
    await moto?.stop();
  });

  test("buckets", async () => {
    expect(
      await lua.run(`
        local before = c:bucket_exists("assay-a")
        local made = c:create_bucket("assay-a")
        local again = c:ensure_bucket("assay-a")
        local new = c:ensure_bucket("assay-b")
        local names = {}
        for _, b in ipairs(c:list_buckets()) do names[#names + 1] = b.name end
        return before, made, again, new, table.concat(names, " "), c:list_buckets()[1].creation_date:sub(1, 2),
          (c:bucket_exists("assay-b")), c:delete_bucket("assay-b"), (c:bucket_exists("assay-b"))`),
    ).toEqual([false, true, false, true, "assay-a assay-b", "20", true, true, false]);
    expect(await lua.failure(`c:create_bucket("assay-a")`)).toMatch(
      /s3: PUT \/assay-a HTTP 409: .*BucketAlreadyOwnedByYou/s,
    );
    expect(await lua.failure(`c:delete_bucket("none-such")`)).toMatch(
      /s3: DELETE \/none-such HTTP 404: .*NoSuchBucket/s,
    );
    expect(
      await lua.run(`local ok, res = pcall(c.delete_bucket, c, "none-such")
        return s3.error_code(res)`),
    ).toEqual(["NoSuchBucket", "The specified bucket does not exist"]);
  });
  test("objects: bytes, types, metadata, ranges, absence", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-a")
        local bytes = {}
        for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
        local all = table.concat(bytes)
        c:put_object("assay-a", "dir/b.bin", all, { content_type = "text/x; charset=utf-8",
          metadata = { Colour = "blue  green" } })
        c:put_object("assay-a", "empty", "")
        local head = c:head_object("assay-a", "dir/b.bin").headers
        return c:get_object("assay-a", "dir/b.bin") == all, c:get_object("assay-a", "empty"),
          head["content-type"], head["content-length"], head["x-amz-meta-colour"],
          c:get_object("assay-a", "dir/b.bin", { range = "bytes=65-67" }),
          c:get_object("assay-a", "none"), c:head_object("assay-a", "none")`),
    ).toEqual([
      true,
      "",
      "text/x; charset=utf-8",
      "256",
      expect.stringMatching(/^blue +green$/),
      "ABC",
      undefined,
      undefined,
    ]);
    expect(
      await lua.run(`
        local etag = c:head_object("assay-a", "empty").headers.etag
        return c:get_object("assay-a", "empty", { if_none_match = etag }) == nil,
          c:delete_object("assay-a", "empty"), c:get_object("assay-a", "empty")`),
    ).toEqual([true, true, undefined]);
    expect(await lua.failure(`c:put_object("no-bucket-here", "k", "")`)).toMatch(
      /s3: PUT \/no-bucket-here\/k HTTP 404: .*NoSuchBucket/s,
    );
  });
  test.each([
    "a b+c",
    "ü/💥 #?&=%25",
    "(x)!*'~",
    "a=b;c,d@e:f",
    "Case/case",
    "percent%2Fkept",
    "a//b/",
    'quote"<&>',
  ])("the key %s", async (key) => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-keys")
        local key = ${JSON.stringify(key)}
        c:put_object("assay-keys", key, "value of " .. key)
        c:copy_object("assay-keys", key, "assay-keys", key .. " copy")
        local listed, encoded
        for _, o in ipairs(c:list_objects("assay-keys", { prefix = key }).objects) do
          if o.key == key then listed = o.size end
        end
        for _, o in ipairs(c:list_objects("assay-keys", { prefix = key, encoding_type = "url" }).objects) do
          if o.key == key then encoded = o.size end
        end
        local got = c:get_object("assay-keys", key .. " copy")
        local gone = c:delete_objects("assay-keys", { key, key .. " copy" })
        return got, listed, encoded, #gone, c:get_object("assay-keys", key)`),
    ).toEqual([
      `value of ${key}`,
      Buffer.byteLength(`value of ${key}`),
      Buffer.byteLength(`value of ${key}`),
      0,
      undefined,
    ]);
  });
  test("lists: pages, prefixes, delimiters", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-list")
        for i = 1, 25 do c:put_object("assay-list", ("p/%02d"):format(i), "x") end
        c:put_object("assay-list", "q/a & b", "xy")
        local one = c:list_objects("assay-list", { max_keys = 10 })
        local two = c:list_objects("assay-list", { max_keys = 10, continuation_token = one.next_continuation_token })
        local all = c:list_objects("assay-list", { max_keys = 10, all = true })
        local dirs = c:list_objects("assay-list", { delimiter = "/" })
        local q = c:list_objects("assay-list", { prefix = "q/" }).objects[1]
        local after = c:list_objects("assay-list", { start_after = "p/20", prefix = "p/" })
        local count = 0
        for o in c:objects("assay-list", { max_keys = 7 }) do count = count + 1 end
        return #one.objects, one.is_truncated, two.objects[1].key, #all.objects, all.is_truncated,
          table.concat(dirs.common_prefixes, " "), q.key, q.size, q.last_modified:sub(1, 2), #after.objects, count`),
    ).toEqual([10, true, "p/11", 26, false, "p/ q/", "q/a & b", 2, "20", 5, 26]);
  });
  test("multipart uploads", async () => {
    const file = join(server.dir, "upload");
    writeFileSync(file, Buffer.alloc(6 << 20, "f"));
    expect(
      await lua.run(`
        c:ensure_bucket("assay-parts")
        local part = ("0123456789abcdef"):rep(65536 * 5 + 1)
        c:upload("assay-parts", "text", part .. "end", { part_size = 5 * 1024 * 1024, content_type = "text/plain" })
        local got = c:get_object("assay-parts", "text")
        c:upload("assay-parts", "file", { file = ${JSON.stringify(file)} }, { part_size = 5 * 1024 * 1024 })
        local n = 0
        c:upload("assay-parts", "pieces", function()
          n = n + 1
          if n <= 7 then return ("p"):rep(1024 * 1024) end
        end, { part_size = 5 * 1024 * 1024 })
        c:upload("assay-parts", "small", "tiny")
        return got == part .. "end", c:head_object("assay-parts", "text").headers["content-type"],
          c:head_object("assay-parts", "file").headers["content-length"],
          #c:get_object("assay-parts", "pieces"), c:get_object("assay-parts", "small")`),
    ).toEqual([true, "text/plain", String(6 << 20), 7 << 20, "tiny"]);
  });
  test("uploads that are begun, listed and given up", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-open")
        local id = c:create_multipart_upload("assay-open", "k & l")
        local etag = c:upload_part("assay-open", "k & l", id, 1, "x")
        local open = c:list_multipart_uploads("assay-open")
        local same = open[1].upload_id == id
        c:abort_multipart_upload("assay-open", "k & l", id)
        return #open, open[1].key, same, etag ~= nil, #c:list_multipart_uploads("assay-open")`),
    ).toEqual([1, "k & l", true, true, 0]);
  });
  test("keys that are wrong or unknown", async () => {
    const refused = (more: string) =>
      lua.failure(`connect(${more}):put_object("assay-a", "k", "v")`);
    expect(await refused(`{ secret_key = "wrong" }`)).toMatch(
      /s3: PUT \/assay-a\/k HTTP 403: .*SignatureDoesNotMatch/s,
    );
    expect(await refused(`{ access_key = "none" }`)).toContain("InvalidAccessKeyId");
    expect(await refused(`{ session_token = "none" }`)).toContain("InvalidToken");
  });
  test("session tokens", async () => {
    expect(
      await lua.run(`
        local s = connect(KEYS[2])
        s:ensure_bucket("assay-sts")
        s:put_object("assay-sts", "a b", "with a session")
        return s:get_object("assay-sts", "a b"), http.get(s:presign("assay-sts", "a b")).body`),
    ).toEqual(["with a session", "with a session"]);
  });
  test("presigned URLs", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-signed")
        local put = c:presign("assay-signed", "a b+ü", { method = "PUT", expires = 60 })
        local stored = http.put(put, "by anyone").status
        local get = c:presign("assay-signed", "a b+ü", { query = { { "response-content-type", "text/x-y" } } })
        local res = http.get(get)
        local typed = c:presign("assay-signed", "t", { method = "PUT", headers = { ["Content-Type"] = "text/a" } })
        local other = http.put(typed, "x", { headers = { ["Content-Type"] = "text/b" } }).status
        local same = http.put(typed, "x", { headers = { ["Content-Type"] = "text/a" } }).status
        return stored, res.status, res.body, http.get(get .. "0").status, other, same`),
    ).toEqual([200, 200, "by anyone", 403, 403, 200]);
  });
  test("bucket configuration, versions and location", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-conf")
        local ns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
        local none = c:bucket_config("assay-conf", "cors")
        c:put_bucket_config("assay-conf", "cors", "<CORSConfiguration " .. ns ..
          "><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>")
        local cors = c:bucket_config("assay-conf", "cors")
        c:delete_bucket_config("assay-conf", "cors")
        c:put_bucket_config("assay-conf", "versioning", "<VersioningConfiguration " .. ns ..
          "><Status>Enabled</Status></VersioningConfiguration>")
        c:put_object("assay-conf", "k", "one")
        local first = c:head_object("assay-conf", "k").headers["x-amz-version-id"]
        c:put_object("assay-conf", "k", "two")
        c:delete_object("assay-conf", "k")
        local versions = c:object_versions("assay-conf", { max_keys = 2 })
        assert.eq(#versions, 3)
        for _, v in ipairs(versions) do
          assert.eq(v.is_latest, v.is_deleted)
          if v.is_deleted then c:delete_object("assay-conf", "k", { version_id = v.version_id }) end
        end
        return none, cors:find("AllowedOrigin") ~= nil, c:bucket_config("assay-conf", "cors"),
          c:bucket_location("assay-conf"), c:get_object("assay-conf", "k"),
          c:get_object("assay-conf", "k", { version_id = first })`),
    ).toEqual([undefined, true, undefined, "eu-central-2", "two", "one"]);
  });
  test("virtual-host style", async () => {
    expect(
      await lua.run(`
        local v = connect({ endpoint = "http://s3.amazonaws.com", path_style = false, proxy = URL })
        c:ensure_bucket("assay-virtual")
        v:put_object("assay-virtual", "a b", "host")
        return c:get_object("assay-virtual", "a b"), v:get_object("assay-virtual", "a b"),
          #v:list_objects("assay-virtual").objects, (v:bucket_exists("assay-virtual"))`),
    ).toEqual(["host", "host", 1, true]);
  });
  test("tags", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-tags")
        c:put_object("assay-tags", "k &", "x", { tags = { team = "a b", env = "q+1" } })
        local first = c:get_object_tags("assay-tags", "k &")
        c:put_object_tags("assay-tags", "k &", { n = 2 })
        local second = c:get_object_tags("assay-tags", "k &")
        c:delete_object_tags("assay-tags", "k &")
        return first, second, next(c:get_object_tags("assay-tags", "k &")) == nil,
          c:get_object_tags("assay-tags", "none")`),
    ).toEqual([{ team: "a b", env: "q+1" }, { n: "2" }, true, undefined]);
  });
  test("downloads into files", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-files")
        c:put_object("assay-files", "a b/ü", ("bytes\\0"):rep(100000))
        local path = DIR .. "/down/loaded"
        local size = c:download("assay-files", "a b/ü", path)
        return size, fs.read(path) == c:get_object("assay-files", "a b/ü"),
          c:download("assay-files", "none", DIR .. "/none"), fs.exists(DIR .. "/none")`),
    ).toEqual([600_000, true, undefined, false]);
    expect(
      await lua.failure(`connect { secret_key = "x" }:download("assay-files", "k", DIR .. "/k")`),
    ).toMatch(/s3: GET \/assay-files\/k HTTP 403: .*SignatureDoesNotMatch/);
  });
  test("parts that are copied and listed", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-copy")
        c:put_object("assay-copy", "from me", ("0123456789"):rep(600000))
        local id = c:create_multipart_upload("assay-copy", "to")
        local one = c:upload_part_copy("assay-copy", "to", id, 1, "assay-copy", "from me",
          { range = "bytes=0-5242879" })
        local two = c:upload_part("assay-copy", "to", id, 2, "end")
        local parts = c:list_parts("assay-copy", "to", id)
        c:complete_multipart_upload("assay-copy", "to", id, { one, two })
        return parts[1].size, parts[2].size, parts[2].etag == two, #parts,
          c:get_object("assay-copy", "to"):sub(-6)`),
    ).toEqual([5_242_880, 3, true, 2, "789end"]);
  });
  test("a prefix is deleted, also with all versions", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-gone")
        for i = 1, 12 do c:put_object("assay-gone", "p/" .. i, "x") end
        c:put_object("assay-gone", "q", "x")
        local count, failed = c:delete_prefix("assay-gone", "p/")
        local left = #c:list_objects("assay-gone").objects
        c:put_bucket_config("assay-gone", "versioning",
          '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>')
        c:put_object("assay-gone", "q", "y")
        c:delete_object("assay-gone", "q")
        local versions = c:delete_prefix("assay-gone", "", { versions = true })
        return count, #failed, left, versions, #c:object_versions("assay-gone"), c:delete_bucket("assay-gone")`),
    ).toEqual([12, 0, 1, 3, 0, true]);
  });
  test("temporary keys of roles", async () => {
    expect(
      await lua.run(`
        c:ensure_bucket("assay-role")
        local role = c:assume_role("arn:aws:iam::123456789012:role/job", { session_name = "s", duration = 900 })
        local web = s3.client { endpoint = MOTO, region = "eu-central-2", web_identity_token = "jwt",
          role_arn = "arn:aws:iam::123456789012:role/pod" }
        web:put_object("assay-role", "k", "by a role")
        local url = web:presign("assay-role", "k")
        return role.access_key:sub(1, 4), role.session_token ~= nil, role.expires - time() > 600,
          c:get_object("assay-role", "k"), url:find("X-Amz-Security-Token", 1, true) ~= nil`),
    ).toEqual(["ASIA", true, true, "by a role", true]);
  });
});
