import { createCipheriv, createHash, createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "./folder";
import { harness } from "./harness";

const dir = testFolder();
const { run, failure } = harness({ globals: { dir } });

/** FIPS 180-4 and FIPS 202 examples: the digests of "abc". */
const ABC: Record<string, string> = {
  sha224: "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  sha384:
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
  sha512:
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  "sha3-224": "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
  "sha3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
  "sha3-384":
    "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
  "sha3-512":
    "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
};

test.each(Object.entries(ABC))("%s", async (name, digest) => {
  expect(
    await run("local a = ... return crypto.hash('abc', a), crypto.hash('abc', a:upper())", [name]),
  ).toEqual([digest, digest]);
  const [raw] = await run("return #crypto.hash('abc', ..., true) * 2", [name]);
  expect(raw).toBe(digest.length);
  const key = Buffer.from([0, 255, 1]);
  expect(await run(`return crypto.hmac("\\0\\xff\\1", "d\\xff", ...)`, [name])).toEqual([
    createHmac(name, key)
      .update(Buffer.from([100, 255]))
      .digest("hex"),
  ]);
});

test("sha256 is the default; RFC 4231 case 2; raw output is binary", async () => {
  expect(
    await run(`return crypto.hash("abc"), crypto.hmac("Jefe", "what do ya want for nothing?")`),
  ).toEqual([ABC.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"]);
  const [same] = await run(`
    local raw = crypto.hmac("k", "d", "sha256", true)
    local hex = raw:gsub(".", function(c) return ("%02x"):format(c:byte()) end)
    return #raw == 32 and hex == crypto.hmac("k", "d", "sha256", false)`);
  expect(same).toBe(true);
});

test("arguments are checked with the original's messages, and keys are not shown", async () => {
  const supported =
    "(supported: sha224, sha256, sha384, sha512, sha3-224, sha3-256, sha3-384, sha3-512)";
  expect(await failure(`crypto.hash("x", "md5")`)).toBe(
    `crypto.hash: unsupported algorithm: md5 ${supported}`,
  );
  expect(await failure(`crypto.hmac("topsecret", "x", "sha1")`)).toBe(
    `crypto.hmac: unsupported algorithm: sha1 ${supported}`,
  );
  expect(await failure("crypto.hash(1)")).toBe("crypto.hash: first argument must be a string");
  expect(await failure("crypto.hash()")).toBe("crypto.hash: first argument must be a string");
  expect(await failure(`crypto.hmac("k", 5)`)).toBe(
    "crypto.hmac: second argument must be a string",
  );
  expect(await failure(`crypto.hmac({}, "")`)).toBe("crypto.hmac: first argument must be a string");
});

test("hash_file gives the digest of files of any size", async () => {
  const big = Buffer.alloc(3_000_001, "abc");
  writeFileSync(join(dir, "big"), big);
  writeFileSync(join(dir, "empty"), "");
  expect(
    await run(`return crypto.hash_file(dir .. "/big"), crypto.hash_file(dir .. "/big", "SHA3-512"),
      crypto.hash_file(dir .. "/empty") == crypto.hash("")`),
  ).toEqual([
    createHash("sha256").update(big).digest("hex"),
    createHash("sha3-512").update(big).digest("hex"),
    true,
  ]);
  expect(await failure(`crypto.hash_file(dir .. "/none")`)).toBe(
    `crypto.hash_file: failed to read "${dir}/none": No such file or directory (os error 2)`,
  );
  expect(await failure("crypto.hash_file(dir)")).toContain("Is a directory");
});

test("random text has letters and digits only, all of them equally often", async () => {
  const [text] = (await run("return crypto.random(620000)")) as [string];
  expect(text).toMatch(/^[A-Za-z0-9]{620000}$/);
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // 10,000 expected, standard deviation 100: seven of them do not happen
  for (const n of counts.values()) expect(Math.abs(n - 10_000)).toBeLessThan(700);
  const [a, b, n] = await run("return crypto.random(), crypto.random(), #crypto.random(7)");
  expect(String(a)).toHaveLength(32);
  expect(a).not.toBe(b);
  expect(n).toBe(7);
});

test("random refuses other lengths", async () => {
  expect(await failure("crypto.random(0)")).toBe("crypto.random: length must be positive, got 0");
  expect(await failure("crypto.random(-5)")).toBe("crypto.random: length must be positive, got -5");
  const type = "crypto.random: first argument must be a positive integer or nil";
  for (const v of ["1.5", "32.0", '"8"', "{}", "true"])
    expect(await failure(`crypto.random(${v})`)).toBe(type);
  expect(await failure("crypto.random(2^40 // 1 | 0)")).toContain("at most 1048576");
  expect(await failure("crypto.random_bytes()")).toContain("must be a positive integer");
  const [size, same] = await run(
    "return #crypto.random_bytes(1000), crypto.random_bytes(16) == crypto.random_bytes(16)",
  );
  expect([size, same]).toEqual([1000, false]);
});

test("uuid", async () => {
  const [v4, v7, later] = (await run("return crypto.uuid(), crypto.uuid(7), crypto.uuid(7)")) as [
    string,
    string,
    string,
  ];
  expect(v4).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(v7).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(v7 < later).toBe(true);
  expect(Math.abs(Number.parseInt(v7.replace("-", "").slice(0, 12), 16) - Date.now())).toBeLessThan(
    5000,
  );
  expect(await failure("crypto.uuid(5)")).toBe("crypto.uuid: version must be 4 or 7, got 5");
});

test("compare", async () => {
  expect(
    await run(`return crypto.compare("abc", "abc"), crypto.compare("abc", "abd"),
      crypto.compare("abc", "abcd"), crypto.compare("", ""), crypto.compare("\\0", "")`),
  ).toEqual([true, false, false, true, false]);
});

test("keys of passwords", async () => {
  const hex = (expression: string) =>
    run(`return (${expression}:gsub(".", function(c) return ("%02x"):format(c:byte()) end))`);
  expect(await hex(`crypto.scrypt("pleaseletmein", "SodiumChloride", { length = 64 })`)).toEqual([
    // RFC 7914 §12
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  ]);
  expect(await hex(`crypto.scrypt("p", "s", { n = 16, r = 2, p = 3, length = 10 })`)).toEqual([
    scryptSync("p", "s", 10, { N: 16, r: 2, p: 3 }).toString("hex"),
  ]);
  expect(
    await hex(`crypto.pbkdf2("p", "s", { iterations = 3, length = 20, algorithm = "sha512" })`),
  ).toEqual([pbkdf2Sync("p", "s", 3, 20, "sha512").toString("hex")]);
  expect(await failure(`crypto.scrypt("p", "s", { n = 1000 })`)).toContain("power of two");
  expect(await failure(`crypto.scrypt("p", "s", { n = 2^24, r = 8 })`)).toContain("512 MiB");
});

test("AES-GCM round trip, and the layout others can read", async () => {
  const [ok] = await run(`
    for _, size in ipairs{16, 24, 32} do
      local key = crypto.random_bytes(size)
      for _, text in ipairs{"", "x", ("\\0\\xff"):rep(5000)} do
        local c = crypto.encrypt(key, text, { aad = "id" })
        if crypto.decrypt(key, c, { aad = "id" }) ~= text or #c ~= #text + 28 then return false end
        if c == crypto.encrypt(key, text, { aad = "id" }) then return false end
      end
    end
    return true`);
  expect(ok).toBe(true);
  const key = Buffer.alloc(32, 7);
  const nonce = Buffer.alloc(12, 9);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const whole = Buffer.concat([nonce, cipher.update("text"), cipher.final(), cipher.getAuthTag()]);
  expect(
    await run(`
      local c = crypto.encrypt(("\\7"):rep(32), "text", { nonce = ("\\9"):rep(12) })
      return (c:gsub(".", function(c) return ("%02x"):format(c:byte()) end))`),
  ).toEqual([whole.toString("hex")]);
});

test("AES-GCM refuses every change", async () => {
  const [accepted] = await run(`
    local key = crypto.random_bytes(32)
    local c = crypto.encrypt(key, "some text", { aad = "a" })
    local accepted = 0
    local function try(k, s, o) if pcall(crypto.decrypt, k, s, o) then accepted = accepted + 1 end end
    for i = 1, #c do
      try(key, c:sub(1, i - 1) .. string.char(c:byte(i) ~ 1) .. c:sub(i + 1), { aad = "a" })
    end
    try(key, c) try(key, c, { aad = "b" }) try(crypto.random_bytes(32), c, { aad = "a" })
    try(key, c:sub(1, -2), { aad = "a" }) try(key, c .. "x", { aad = "a" })
    return accepted`);
  expect(accepted).toBe(0);
  expect(await failure(`crypto.decrypt(("k"):rep(32), "short")`)).toContain("too short");
  expect(await failure(`crypto.encrypt("a secret key", "x")`)).toBe(
    "crypto.encrypt: key must have 16, 24 or 32 bytes, got 12",
  );
  expect(await failure(`crypto.encrypt(("k"):rep(32), "x", { nonce = "1" })`)).toContain(
    "nonce must",
  );
});

const certificates = join(import.meta.dirname, "certificates");
const leaf = readFileSync(join(certificates, "leaf.pem"), "utf8");
const authority = readFileSync(join(certificates, "root.pem"), "utf8");

test("what a certificate says", async () => {
  const [c] = (await run("return crypto.x509(...)", [leaf])) as [Record<string, unknown>];
  expect(c).toMatchObject({
    subject: "C=DE, OU=one, OU=two, CN=www.example.com",
    subject_fields: { C: "DE", OU: ["one", "two"], CN: "www.example.com" },
    common_name: "www.example.com",
    issuer: "O=Example\\, Inc., CN=Example Root",
    issuer_fields: { O: "Example, Inc.", CN: "Example Root" },
    sans: [
      "www.example.com",
      "*.example.org",
      "192.0.2.7",
      "2001:db8::1",
      "spiffe://example/x",
      "a@example.com",
    ],
    san_types: ["dns", "dns", "ip", "ip", "uri", "email"],
    not_before: 1795453624,
    not_after: 1798045624,
    not_before_iso: "2026-11-23T17:07:04Z",
    not_after_iso: "2026-12-23T17:07:04Z",
    serial: "1234abcd",
    fingerprint: "5a8e67d9d4a2898e3593b73ce9edc6e93b106737810e8abc4783f9caa4c29a6b",
    is_ca: false,
    is_self_signed: false,
    key: { type: "ec", curve: "prime256v1" },
    pem: leaf,
    days_left: Math.floor((1798045624_000 - Date.now()) / 86_400_000),
  });
});

test("a chain, text around it, and DER", async () => {
  const chain = `subject=x\n${leaf}\nissuer=y\n${authority}trailing`;
  expect(
    await run(
      `local list = crypto.x509_chain(...)
       return #list, list[1].common_name, list[2].common_name, list[2].is_ca, list[2].is_self_signed,
         list[2].is_valid_now, list[2].days_left > 30000, #list[2].sans, crypto.x509(...).serial`,
      [chain],
    ),
  ).toEqual([2, "www.example.com", "Example Root", true, true, true, true, 0, "1234abcd"]);
  const der = Buffer.from(leaf.replace(/-----[^-]+-----|\s/g, ""), "base64");
  writeFileSync(join(dir, "der"), der);
  expect(await run(`return crypto.x509(fs.read(dir .. "/der")).pem`)).toEqual([leaf]);
});

test("what is no certificate", async () => {
  expect(await failure(`crypto.x509("hello")`)).toBe("crypto.x509: no certificate found");
  expect(
    await failure(`crypto.x509("-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----")`),
  ).toBe("crypto.x509: the certificate can't be read");
  const broken = `${authority}${leaf.replace("MIIC", "MIIE")}`;
  writeFileSync(join(dir, "broken"), broken);
  expect(await failure(`crypto.x509_chain(fs.read(dir .. "/broken"))`)).toBe(
    "crypto.x509_chain: certificate 2 can't be read",
  );
});
