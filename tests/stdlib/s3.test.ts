import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Answer, useApi, type Wanted } from "./server";

const api = useApi();
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const client = `local s3 = require("assay.s3")
  local c = s3.client { endpoint = URL .. "/", region = "eu-central-2",
    access_key = "AKIAIOSFODNN7EXAMPLE", secret_key = "${secret}" }`;
const call = (code: string) => api.run(`${client} return c:${code}`);
const fail = (code: string) => api.failure(`${client} c:${code}`);
const hex = (s: string | Buffer) => createHash("sha256").update(s).digest("hex");

/** Computes the signature of a request as it arrived. */
const signed: Wanted["check"] = ({ headers, body, url }) => {
  const m =
    /^AWS4-HMAC-SHA256 Credential=(\S+?)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=(\S+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    );
  if (m === null) throw new Error(`Authorization: ${headers.authorization}`);
  const [, key, date, region, names, signature] = m as unknown as string[];
  expect([key, region]).toEqual(["AKIAIOSFODNN7EXAMPLE", "eu-central-2"]);
  expect(headers["x-amz-content-sha256"]).toBe(hex(body));
  const [path, query = ""] = url.replace(/^http:\/\/[^/]+/, "").split("?");
  const lines = names!.split(";").map((n) => `${n}:${headers[n]}\n`);
  const method = (headers[":method"] as string) ?? "";
  const candidates = ["GET", "PUT", "POST", "DELETE", "HEAD"].map((verb) => {
    const canonical = [verb, path, query, lines.join(""), names, hex(body)].join("\n");
    const text = [
      "AWS4-HMAC-SHA256",
      headers["x-amz-date"],
      `${date}/${region}/s3/aws4_request`,
      hex(canonical),
    ].join("\n");
    let k: Buffer | string = `AWS4${secret}`;
    for (const part of [date!, region!, "s3", "aws4_request"])
      k = createHmac("sha256", k).update(part).digest();
    return createHmac("sha256", k).update(text).digest("hex");
  });
  if (!candidates.includes(signature!)) throw new Error(`signature does not fit ${method} ${url}`);
};

describe("published signature vectors", () => {
  const sign = async (request: string) =>
    (
      await api.run(`local s = require("assay.s3")._sign(${request})
      return s.signature, crypto.hash(s.canonical_request)`)
    ).map(String);
  const host = "s3.example.com:9000";
  const empty = hex("");
  const base = (path: string, more = "", headers = "", payload = empty, method = "GET") => `{
    method = "${method}", path = "${path}", payload_hash = "${payload}", time = 1768471872,
    region = "eu-central-2", access_key = "AKIAIOSFODNN7EXAMPLE", secret_key = "${secret}",
    headers = { Host = "${host}", ["x-amz-date"] = "20260115T101112Z", ["x-amz-content-sha256"] = " ${payload} "${headers} }${more} }`;
  test("list", async () => {
    const query = `, query = { { "list-type", 2 }, { "prefix", "a/b c" }, { "max-keys", 10 }, { "continuation-token", "t==" } }`;
    expect(await sign(base("/bkt", query))).toEqual([
      "f98c9ca2b5688eb40407482dcd78a830967cff08195ad10af486d56fb0801780",
      "a67cf1367030830b4643efeca00b628818cb3be6d897b851c1d582e9cd1e23e9",
    ]);
  });
  test("root, object, body", async () => {
    expect((await sign(base("/")))[0]).toBe(
      "fbc6d8543032484b751166db0e2644a4c95b1be207146e53bab4eb970c97375b",
    );
    expect((await sign(base("/bkt/k")))[0]).toBe(
      "93062b297bc4ea50cab889ed9254705a194ff7adbb8b7ef1fb0d595e50ece6c1",
    );
    const put = base(
      "/bkt/dir/my%20file%2B1.txt",
      "",
      ', ["Content-Type"] = "text/plain"',
      hex("Hello"),
      "PUT",
    );
    expect((await sign(put))[0]).toBe(
      "af044f86141a00ddb2379c8dfe0e10c06e01f2961d0e55627b0ea5b37f2c398c",
    );
  });
  const aws = (rest: string) => `{
    region = "us-east-1", access_key = "AKIAIOSFODNN7EXAMPLE", secret_key = "${secret}", time = 1369353600, ${rest} }`;
  const awsHeaders = (more: string, payload = empty) =>
    `headers = { host = "examplebucket.s3.amazonaws.com", ["x-amz-date"] = "20130524T000000Z", ["x-amz-content-sha256"] = "${payload}"${more} }, payload_hash = "${payload}"`;
  test("the examples of the S3 documentation", async () => {
    expect(
      (
        await sign(
          aws(
            `method = "GET", path = "/", query = { { "max-keys", 2 }, { "prefix", "J" } }, ${awsHeaders("")}`,
          ),
        )
      )[0],
    ).toBe("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    expect(
      (
        await sign(
          aws(`method = "GET", path = "/test.txt", ${awsHeaders(', range = "bytes=0-9"')}`),
        )
      )[0],
    ).toBe("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    expect(
      (
        await sign(
          aws(`method = "GET", path = "/", query = { { "lifecycle", "" } }, ${awsHeaders("")}`),
        )
      )[0],
    ).toBe("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    const body = "Welcome to Amazon S3.";
    const put = `method = "PUT", path = "/test%24file.text", ${awsHeaders(', date = "Fri, 24 May 2013 00:00:00 GMT", ["x-amz-storage-class"] = "REDUCED_REDUNDANCY"', hex(body))}`;
    expect((await sign(aws(put)))[0]).toBe(
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });
  test("the presigned URL of the S3 documentation", async () => {
    expect(
      await api.run(`local c = require("assay.s3").client { endpoint = "https://s3.amazonaws.com:443", region = "us-east-1",
          access_key = "AKIAIOSFODNN7EXAMPLE", secret_key = "${secret}", path_style = false }
        return c:presign("examplebucket", "test.txt", { expires = 86400, time = 1369353600 })`),
    ).toEqual([
      "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    ]);
  });
});

test("presigned URLs carry session tokens, queries and other methods", async () => {
  const [url] =
    await api.run(`local c = require("assay.s3").client { endpoint = "http://h:80/base", region = "r",
      access_key = "a", secret_key = "s", session_token = "t+" }
    return c:presign("b", "x y", { method = "PUT", query = { { "versionId", "1" } }, time = 0 })`);
  expect(url).toMatch(
    /^http:\/\/h\/base\/b\/x%20y\?X-Amz-Algorithm=.*&X-Amz-Security-Token=t%2B&.*versionId=1&X-Amz-Signature=\w{64}$/,
  );
});

describe("addresses", () => {
  for (const key of ["a b+c", "a//b/", "/lead", "ü?#%&=", "a\tb", "(x)!*'"]) {
    test(JSON.stringify(key), async () => {
      const path = key
        .split("/")
        .map((s) =>
          encodeURIComponent(s).replace(
            /[!'()*]/g,
            (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
          ),
        )
        .join("/");
      api.expect(`GET /b/${path}`, { text: "x" }, { check: signed });
      expect(await call(`get_object("b", ${JSON.stringify(key)})`)).toEqual(["x"]);
    });
  }
  test("virtual-hosted style", async () => {
    api.expect(
      "GET http://b.s3.example/k",
      { text: "x" },
      { headers: { host: "b.s3.example" }, check: signed },
    );
    expect(
      await api.run(`return require("assay.s3").client { endpoint = "http://s3.example:80", region = "eu-central-2",
        access_key = "AKIAIOSFODNN7EXAMPLE", secret_key = "${secret}", path_style = false, proxy = URL }:get_object("b", "k")`),
    ).toEqual(["x"]);
  });
  test("session token", async () => {
    api.expect(
      "GET /",
      { text: "<ListAllMyBucketsResult/>" },
      {
        headers: { "x-amz-security-token": "tok", authorization: /x-amz-security-token/ },
        check: signed,
      },
    );
    await api.run(`${client} c.session_token = "tok" c:list_buckets()`);
  });
});

test("each header is signed once, those of the client, too; what is given as a header counts", async () => {
  const names = (list: string) => ({ authorization: new RegExp(`SignedHeaders=${list},`) });
  const amz = "x-amz-content-sha256;x-amz-date";
  api.expect(
    "GET /b/k",
    { text: "x" },
    {
      headers: {
        ...names(`host;${amz};x-amz-request-payer`),
        "x-amz-request-payer": "requester",
      },
      check: signed,
    },
  );
  api.expect(
    "PUT /b/k",
    {},
    {
      headers: {
        ...names(`content-type;host;x-amz-acl;${amz}`),
        "content-type": "b",
        "x-amz-acl": "private",
      },
      check: signed,
    },
  );
  await api.run(`${client}
    c:with { headers = { ["x-amz-request-payer"] = "requester", ["X-Other"] = "o" } }:get_object("b", "k")
    c:put_object("b", "k", "x", {
      content_type = "a", acl = "public-read", headers = { ["Content-Type"] = "b", ["X-Amz-Acl"] = "private" },
    })`);
});

test("a bucket or key that is no text", async () => {
  expect(await fail('get_object({}, "k")')).toContain(
    "s3: the name of the bucket must be a text, got a table",
  );
  expect(await fail('get_object("b", {})')).toContain(
    "s3: the key of the object must be a text, got a table",
  );
});

test("options are required, in order; the environment fills them", async () => {
  for (const [opts, what] of [
    ["", "endpoint"],
    ['{ endpoint = "http://x" }', "region"],
    ['{ endpoint = "http://x", region = "r" }', "access_key"],
    ['{ endpoint = "http://x", region = "r", access_key = "a" }', "secret_key"],
  ])
    expect(await api.failure(`require("assay.s3").client(${opts})`)).toContain(
      `s3.client: ${what} is required`,
    );
  expect(
    await api.run(`env.set("AWS_ENDPOINT_URL_S3", "") env.set("AWS_ENDPOINT_URL", "http://e/") env.set("AWS_REGION", "r")
      env.set("AWS_ACCESS_KEY_ID", "a") env.set("AWS_SECRET_ACCESS_KEY", "s")
      local c = require("assay.s3").client()
      return c.endpoint, c.region, c.access_key, c.secret_key, c.path_style`),
  ).toEqual(["http://e", "r", "a", "s", true]);
});

const createXml =
  '<?xml version="1.0" encoding="UTF-8"?><CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-central-2</LocationConstraint></CreateBucketConfiguration>';
type Row = [
  code: string,
  line: string,
  answer: Answer,
  wanted: Wanted,
  result: unknown[],
  error?: string,
];
const rows: Row[] = [
  [
    'create_bucket("b")',
    "PUT /b",
    {},
    { headers: { "content-type": "application/xml" }, body: createXml },
    [true],
    "PUT /b",
  ],
  ['delete_bucket("b")', "DELETE /b", { status: 204 }, {}, [true], "DELETE /b"],
  [
    "list_buckets()",
    "GET /",
    {
      text: "<X><Buckets><Bucket><Name>a&amp;b</Name> <CreationDate>d</CreationDate></Bucket></Buckets></X>",
    },
    {},
    [[{ name: "a&b", creation_date: "d" }]],
    "GET /",
  ],
  [
    'bucket_location("b")',
    "GET /b?location=",
    { text: '<LocationConstraint xmlns="x">r</LocationConstraint>' },
    {},
    ["r"],
    "GET /b?location",
  ],
  [
    'put_object("b", "k", "a\\0\\255", { content_type = "text/plain", metadata = { A = 1.0 } })',
    "PUT /b/k",
    {},
    {
      headers: {
        "content-type": "text/plain",
        "x-amz-meta-a": "1",
        authorization:
          /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a,/,
      },
    },
    [true],
    "PUT /b/k",
  ],
  [
    'put_object("b", "k")',
    "PUT /b/k",
    {},
    { headers: { "content-length": "0", "content-type": null } },
    [true],
    "PUT /b/k",
  ],
  [
    'get_object("b", "k", { range = "bytes=0-1", version_id = "v" })',
    "GET /b/k?versionId=v",
    { status: 206, text: "ab" },
    { headers: { range: "bytes=0-1" } },
    ["ab"],
    "GET /b/k",
  ],
  ['delete_object("b", "k")', "DELETE /b/k", { status: 204 }, {}, [true], "DELETE /b/k"],
  [
    'copy_object("s", "x y", "d", "z")',
    "PUT /d/z",
    { text: "<CopyObjectResult/>" },
    { headers: { "x-amz-copy-source": "/s/x%20y" } },
    [true],
    "COPY /s/x y -> /d/z",
  ],
  [
    'copy_object("s", "x y", "d", "z", { version_id = "v/1" })',
    "PUT /d/z",
    { text: "<CopyObjectResult/>" },
    { headers: { "x-amz-copy-source": "/s/x%20y?versionId=v%2F1" } },
    [true],
    "COPY /s/x y -> /d/z",
  ],
  [
    'put_bucket_config("b", "versioning", "<V/>")',
    "PUT /b?versioning=",
    {},
    { body: "<V/>" },
    [true],
    "PUT /b?versioning",
  ],
  ['bucket_config("b", "policy")', "GET /b?policy=", { text: "{}" }, {}, ["{}"]],
  [
    'delete_bucket_config("b", "policy")',
    "DELETE /b?policy=",
    { status: 204 },
    {},
    [true],
    "DELETE /b?policy",
  ],
  [
    'create_multipart_upload("b", "k", { content_type = "a/b" })',
    "POST /b/k?uploads=",
    { text: "<UploadId>u</UploadId>" },
    { headers: { "content-type": "a/b" } },
    ["u"],
    "POST /b/k?uploads",
  ],
  [
    'upload_part("b", "k", "u/", 2, "xyz")',
    "PUT /b/k?partNumber=2&uploadId=u%2F",
    { headers: { ETag: '"e"' } },
    { body: "xyz" },
    ['"e"'],
    "PUT /b/k?partNumber=2",
  ],
  [
    'complete_multipart_upload("b", "k", "u", { \'"e"\' })',
    "POST /b/k?uploadId=u",
    { text: "<ETag>&quot;z&quot;</ETag>" },
    {
      body: '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag></Part></CompleteMultipartUpload>',
    },
    ['"z"'],
    "POST /b/k?uploadId",
  ],
  [
    'upload_part_copy("b", "k", "u", 3, "s", "x y", { range = "bytes=0-9", version_id = "v/" })',
    "PUT /b/k?partNumber=3&uploadId=u",
    { text: "<CopyPartResult><ETag>&quot;e&quot;</ETag></CopyPartResult>" },
    {
      headers: {
        "x-amz-copy-source": "/s/x%20y?versionId=v%2F",
        "x-amz-copy-source-range": "bytes=0-9",
      },
    },
    ['"e"'],
    "PUT /b/k?partNumber=3",
  ],
  [
    'list_parts("b", "k", "u")',
    "GET /b/k?uploadId=u",
    {
      text: "<R><IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><LastModified>t</LastModified><ETag>e</ETag><Size>5</Size></Part></R>",
    },
    {},
    [[{ number: 1, size: 5, etag: "e", last_modified: "t" }]],
    "GET /b/k?uploadId",
  ],
  [
    'put_object_tags("b", "k", { b = 2, a = "x&y" }, { version_id = "v" })',
    "PUT /b/k?tagging=&versionId=v",
    {},
    {
      headers: { "x-amz-checksum-sha256": /=$/, "content-type": "application/xml" },
      body: '<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a</Key><Value>x&amp;y</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>',
    },
    [true],
    "PUT /b/k?tagging",
  ],
  [
    'get_object_tags("b", "k")',
    "GET /b/k?tagging=",
    {
      text: "<Tagging><TagSet><Tag><Key>a</Key><Value>x&amp;y</Value></Tag><Tag><Key>b</Key><Value></Value></Tag></TagSet></Tagging>",
    },
    {},
    [{ a: "x&y", b: "" }],
    "GET /b/k?tagging",
  ],
  [
    'delete_object_tags("b", "k")',
    "DELETE /b/k?tagging=",
    { status: 204 },
    {},
    [true],
    "DELETE /b/k?tagging",
  ],
  [
    'put_object("b", "k", "x", { tags = { env = "a b", team = "q&a" } })',
    "PUT /b/k",
    {},
    { headers: { "x-amz-tagging": "env=a%20b&team=q%26a" }, body: "x" },
    [true],
    "PUT /b/k",
  ],
  [
    'delete_objects("b", { { key = "a", version_id = "1&" }, "c" })',
    "POST /b?delete=",
    { text: "<DeleteResult/>" },
    {
      body: '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet><Object><Key>a</Key><VersionId>1&amp;</VersionId></Object><Object><Key>c</Key></Object></Delete>',
    },
    [[]],
    "POST /b?delete",
  ],
  [
    'abort_multipart_upload("b", "k", "u")',
    "DELETE /b/k?uploadId=u",
    { status: 204 },
    {},
    [true],
    "DELETE /b/k?uploadId",
  ],
  [
    'list_multipart_uploads("b")',
    "GET /b?uploads=",
    { text: "<Upload><Key>k</Key><UploadId>u</UploadId><Initiated>t</Initiated></Upload>" },
    {},
    [[{ key: "k", upload_id: "u", initiated: "t" }]],
    "GET /b?uploads",
  ],
  [
    'delete_objects("b", { "a&b" })',
    "POST /b?delete=",
    { text: "<Error><Key>a&amp;b</Key><Code>AccessDenied</Code><Message>m</Message></Error>" },
    {
      body: '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>',
      headers: { "x-amz-checksum-sha256": /=$/ },
    },
    [[{ key: "a&b", code: "AccessDenied", message: "m" }]],
    "POST /b?delete",
  ],
];

describe("operations", () => {
  for (const [code, line, answer, wanted, result, error] of rows) {
    test(code, async () => {
      api.expect(line, answer, { ...wanted, check: signed });
      expect(await call(code)).toEqual(result);
      if (error === undefined) return;
      api.expect(line, { status: 403, text: "<Code>AccessDenied</Code>" }, { check: signed });
      expect(await fail(code)).toContain(`s3: ${error} HTTP 403: <Code>AccessDenied</Code>`);
    });
  }
  test("head_object", async () => {
    api.expect("HEAD /b/k", { headers: { ETag: '"e"' } }, { check: signed });
    expect(
      await api.run(`${client} local h = c:head_object("b", "k") return h.status, h.headers.etag`),
    ).toEqual([200, '"e"']);
    api.expect("HEAD /b/k", { status: 404 });
    expect(await call('head_object("b", "k") == nil')).toEqual([true]);
    api.expect("HEAD /b/k", { status: 403 });
    expect(await fail('head_object("b", "k")')).toContain("s3: HEAD /b/k HTTP 403: ");
  });
  test("absent objects and buckets", async () => {
    api.expect("GET /b/k", { status: 404, text: "<Code>NoSuchKey</Code>" });
    expect(await call('get_object("b", "k") == nil')).toEqual([true]);
    for (const status of [200, 403, 404]) {
      api.expect("GET /b?list-type=2&max-keys=1", { status }, { check: signed });
      expect(await call('bucket_exists("b")')).toEqual([status === 200, status]);
    }
    api.expect("DELETE /b/k", { status: 404, text: "x" });
    expect(await fail('delete_object("b", "k")')).toContain("s3: DELETE /b/k HTTP 404: x");
    api.expect("GET /b?policy=", { status: 404 });
    expect(await call('bucket_config("b", "policy") == nil')).toEqual([true]);
  });
  test("create_bucket in us-east-1, ensure_bucket", async () => {
    api.expect(
      "PUT /b",
      {},
      { headers: { "content-length": "0", "content-type": "application/xml" } },
    );
    await api.run(`${client} c.region = "us-east-1" c:create_bucket("b")`);
    api.expect("PUT /b", { status: 409, text: "x" }, { check: signed });
    api.expect("GET /b?list-type=2&max-keys=1", {});
    expect(await call('ensure_bucket("b")')).toEqual([false]);
    api.expect("PUT /b", { status: 409, text: "x" }, { check: signed });
    expect(await fail('create_bucket("b")')).toContain("s3: PUT /b HTTP 409: x");
  });
  test("a copy that fails half way", async () => {
    api.expect("PUT /d/k", { text: "<Error><Code>InternalError</Code></Error>" });
    expect(await fail('copy_object("s", "k", "d", "k")')).toContain(
      "s3: COPY /s/k -> /d/k HTTP 200: <Error>",
    );
  });
  test("SlowDown is repeated", async () => {
    api.expect("GET /b/k", { status: 503, text: "<Code>SlowDown</Code>" }, { check: signed });
    api.expect("GET /b/k", { text: "x" }, { check: signed });
    expect(await call('get_object("b", "k")')).toEqual(["x"]);
  });
});

describe("listing", () => {
  const page = (keys: string[], next?: string) => ({
    text: `<ListBucketResult xmlns="x"><IsTruncated>${next !== undefined}</IsTruncated><KeyCount>${keys.length}</KeyCount>
      ${next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`}
      ${keys.map((k) => `<Contents><Key>${k}</Key>\n<LastModified>t</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>`).join("\n")}
      </ListBucketResult>`,
  });
  const object = (key: string) => ({ key, size: 7, last_modified: "t", etag: '"e"' });
  test("follows pages to the end", async () => {
    api.expect("GET /b?list-type=2&prefix=a%2F%20b", page(["a&amp;b", "b"], "t=="), {
      check: signed,
    });
    api.expect("GET /b?continuation-token=t%3D%3D&list-type=2&prefix=a%2F%20b", page(["c"]), {
      check: signed,
    });
    expect(await call('list_objects("b", { prefix = "a/ b" })')).toEqual([
      {
        objects: [object("a&b"), object("b"), object("c")],
        common_prefixes: [],
        is_truncated: false,
        key_count: 3,
      },
    ]);
  });
  test("one page", async () => {
    api.expect("GET /b?continuation-token=x&list-type=2&max-keys=1", page(["a"], "t"), {
      check: signed,
    });
    expect(await call('list_objects("b", { max_keys = 1, continuation_token = "x" })')).toEqual([
      {
        objects: [object("a")],
        common_prefixes: [],
        is_truncated: true,
        next_continuation_token: "t",
        key_count: 1,
      },
    ]);
    api.expect("GET /b?list-type=2", { status: 404, text: "NoSuchBucket" });
    expect(await fail('list_objects("b")')).toContain(
      "s3: GET /b?list-type=2 HTTP 404: NoSuchBucket",
    );
  });
  test("delimiter and encoded keys", async () => {
    api.expect("GET /b?delimiter=%2F&encoding-type=url&list-type=2", {
      text: "<R><EncodingType>url</EncodingType><Contents><Key>a%20b</Key></Contents><CommonPrefixes><Prefix>d%2B/</Prefix></CommonPrefixes></R>",
    });
    expect(
      await call('list_objects("b", { delimiter = "/", encoding_type = "url" })'),
    ).toMatchObject([{ objects: [{ key: "a b", size: 0 }], common_prefixes: ["d+/"] }]);
  });
  test("encoded keys of AWS and MinIO: a blank is a +", async () => {
    api.expect("GET /b?encoding-type=url&list-type=2", {
      text: "<R><EncodingType>url</EncodingType><Contents><Key>a+b%2Bc</Key></Contents></R>",
    });
    expect(await call('list_objects("b", { encoding_type = "url" })')).toMatchObject([
      { objects: [{ key: "a b+c" }] },
    ]);
  });
  test("the iterator reads pages when they are needed", async () => {
    api.expect("GET /b?list-type=2", page(["a"], "t"));
    api.expect("GET /b?continuation-token=t&list-type=2", page(["b"]));
    expect(
      await api.run(
        `${client} local keys = {} for o in c:objects("b") do keys[#keys + 1] = o.key end return keys`,
      ),
    ).toEqual([["a", "b"]]);
  });
});

describe("upload", () => {
  const M = 1024 * 1024;
  const size =
    (n: number): Wanted["check"] =>
    (r) => {
      expect(r.body.length).toBe(n);
      signed?.(r);
    };
  test("small ones go in one piece", async () => {
    api.expect("PUT /b/k", {}, { body: "abc", check: signed });
    expect(await call('upload("b", "k", "abc")')).toEqual([true]);
    api.expect("PUT /b/k", {}, {});
    await call('upload("b", "k", "")');
  });
  for (const [name, source] of [
    ["a string", '("x"):rep(11 * 1024 * 1024)'],
    [
      "a function",
      "(function() local n = 0 return function() n = n + 1 return n <= 11 and ('x'):rep(1024 * 1024) or nil end end)()",
    ],
    [
      "a file",
      '(function() local f = os.tmpname() fs.write(f, ("x"):rep(11 * 1024 * 1024)) return { file = f } end)()',
    ],
  ] as const)
    test(`parts of ${name}`, async () => {
      api.expect("POST /b/k?uploads=", { text: "<UploadId>u</UploadId>" }, { check: signed });
      for (const [i, n] of [5 * M, 5 * M, M].entries())
        api.expect(
          `PUT /b/k?partNumber=${i + 1}&uploadId=u`,
          { headers: { ETag: `e${i}` } },
          { check: size(n) },
        );
      api.expect(
        "POST /b/k?uploadId=u",
        { text: "<ETag>z</ETag>" },
        {
          check: ({ body }) =>
            expect(body.toString()).toContain("<PartNumber>3</PartNumber><ETag>e2</ETag>"),
        },
      );
      expect(await call(`upload("b", "k", ${source}, { part_size = ${5 * M} })`)).toEqual([true]);
    });
  test("a failed one is aborted", async () => {
    api.expect("POST /b/k?uploads=", { text: "<UploadId>u</UploadId>" });
    api.expect(
      "PUT /b/k?partNumber=1&uploadId=u",
      { status: 500, text: "broken" },
      { check: signed },
    );
    api.expect("DELETE /b/k?uploadId=u", { status: 204 });
    expect(
      await fail(`upload("b", "k", ("x"):rep(6 * 1024 * 1024), { part_size = ${5 * M} })`),
    ).toContain("s3: PUT /b/k?partNumber=1 HTTP 500: broken");
  });
  test("that of a task that is cancelled, too", async () => {
    api.expect("POST /b/k?uploads=", { text: "<UploadId>u</UploadId>" });
    for (const i of [1, 2])
      api.expect(
        `PUT /b/k?partNumber=${i}&uploadId=u`,
        { headers: { ETag: "e" } },
        { check: size(5 * M) },
      );
    api.expect("DELETE /b/k?uploadId=u", { status: 204 });
    await api.run(`${client}
      local waits = async.channel(1)
      local task = async.spawn(function()
        local n = 0
        c:upload("b", "k", function()
          n = n + 1
          if n == 3 then waits:send(true) sleep(30) end
          return ("x"):rep(${5 * M})
        end, { part_size = ${5 * M} })
      end)
      waits:recv()
      task:cancel()
      sleep(0.3)`);
  });
});

test("error_code", async () => {
  expect(
    await api.run(
      'return require("assay.s3").error_code("<Error><Code>A</Code><Message>b &lt;</Message></Error>")',
    ),
  ).toEqual(["A", "b <"]);
});

test("object_versions: versions and delete markers, over pages", async () => {
  const entry = (kind: string, key: string, id: string, latest: boolean, more = "") =>
    `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest>${more}<Owner><ID>o</ID></Owner></${kind}>`;
  const page = (truncated: boolean, body: string) =>
    `<?xml version="1.0"?><ListVersionsResult xmlns="x"><Name>b</Name><IsTruncated>${truncated}</IsTruncated>${body}</ListVersionsResult>`;
  api.expect(
    "GET /b?prefix=a%20&versions=",
    {
      text: page(
        true,
        `<NextKeyMarker>a &amp;</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker>${entry("DeleteMarker", "a &amp;", "3", true)}${entry("Version", "a &amp;", "2", false, "<Size>7</Size><ETag>e</ETag>")}`,
      ),
    },
    { check: signed },
  );
  api.expect(
    "GET /b?key-marker=a%20%26&prefix=a%20&version-id-marker=2&versions=",
    { text: page(false, entry("Version", "a b", "1", true, "<Size>0</Size>")) },
    { check: signed },
  );
  expect(await call(`object_versions("b", { prefix = "a " })`)).toEqual([
    [
      { key: "a &", version_id: "3", is_latest: true, is_deleted: true },
      { key: "a &", version_id: "2", is_latest: false, is_deleted: false, size: 7, etag: "e" },
      { key: "a b", version_id: "1", is_latest: true, is_deleted: false, size: 0 },
    ],
  ]);
  api.expect("GET /b?max-keys=1&versions=", {
    text: page(true, `<NextKeyMarker>a</NextKeyMarker>${entry("Version", "a", "2", true)}`),
  });
  const [first] = await call(`object_versions("b", { max_keys = 1, all = false })`);
  expect(first).toHaveLength(1);
  api.expect("GET /b?versions=", { status: 403, text: "<Code>AccessDenied</Code>" });
  expect(await fail(`object_versions("b")`)).toContain("s3: GET /b?versions HTTP 403: ");
});

test("delete_objects: keys that XML can't hold go one by one", async () => {
  api.expect(
    "POST /b?delete=",
    { text: "<DeleteResult/>" },
    { check: ({ body }) => expect(body.toString()).toMatch(/<Key>a<\/Key>.*<Key>c&#13;<\/Key>/) },
  );
  api.expect("DELETE /b/%01", { status: 204 }, { check: signed });
  api.expect("DELETE /b/%EF%BF%BF", { status: 403, text: "<Code>AccessDenied</Code>" });
  expect(await call(`delete_objects("b", { "a", "\\1", "\\u{FFFF}", "c\\r" })`)).toEqual([
    [{ key: "\uFFFF", code: "AccessDenied" }],
  ]);
});

test("keys that a URL can't carry are refused before anything is sent", async () => {
  for (const key of ["..", "../x", "a/./b", "a/.."])
    expect(await fail(`delete_object("b", "${key}")`)).toContain(
      `s3: /b/${key}: a part \`.\` or \`..\` can't be sent in a URL`,
    );
  api.expect("GET /b/..a/b../.c", { text: "x" }, { check: signed });
  expect(await call('get_object("b", "..a/b../.c")')).toEqual(["x"]);
});

test("delete_objects one by one where there are no batches", async () => {
  const any = { check: () => undefined };
  api.expect("POST /b?delete=", { status: 400, text: "<Code>MissingContentMD5</Code>" }, any);
  api.expect("DELETE /b/a%20b", { status: 204 });
  api.expect("DELETE /b/c", { status: 404 });
  api.expect("DELETE /b/d", {
    status: 403,
    text: "<Error><Code>AccessDenied</Code><Message>no</Message></Error>",
  });
  expect(await call(`delete_objects("b", { "a b", "c", "d" })`)).toEqual([
    [{ key: "d", code: "AccessDenied", message: "no" }],
  ]);
});

test("list_multipart_uploads over pages", async () => {
  const upload = (key: string) =>
    `<Upload><Key>${key}</Key><UploadId>u-${key}</UploadId><Initiated>t</Initiated></Upload>`;
  api.expect("GET /b?uploads=", {
    text: `<R><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>u-a</NextUploadIdMarker>${upload("a")}</R>`,
  });
  api.expect("GET /b?key-marker=a&upload-id-marker=u-a&uploads=", {
    text: `<R><IsTruncated>false</IsTruncated>${upload("b")}</R>`,
  });
  expect(await call(`list_multipart_uploads("b")`)).toEqual([
    [
      { key: "a", upload_id: "u-a", initiated: "t" },
      { key: "b", upload_id: "u-b", initiated: "t" },
    ],
  ]);
});

test("versions in an answer without namespace", async () => {
  api.expect("GET /b?versions=", {
    text: `<ListVersionsResult><Name>b</Name><Version><Key>a</Key><VersionId>1</VersionId></Version>
      <DeleteMarker><Key>a</Key><VersionId>2</VersionId></DeleteMarker></ListVersionsResult>`,
  });
  expect(await call(`object_versions("b")`)).toMatchObject([
    [
      { key: "a", version_id: "1", is_deleted: false },
      { key: "a", version_id: "2", is_deleted: true },
    ],
  ]);
});

test("list_parts over pages", async () => {
  const part = (n: number) => `<Part><PartNumber>${n}</PartNumber><ETag>e</ETag></Part>`;
  api.expect("GET /b/k?uploadId=u", {
    text: `<R><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>${part(1)}</R>`,
  });
  api.expect("GET /b/k?part-number-marker=1&uploadId=u", {
    text: `<R><IsTruncated>false</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>${part(2)}</R>`,
  });
  expect(await call(`list_parts("b", "k", "u")`)).toMatchObject([[{ number: 1 }, { number: 2 }]]);
});

test("download: bytes, absence, errors, a server that is busy", async () => {
  const code = (key: string) => `${client}
    local path = os.tmpname()
    return c:download("b", "${key}", path), fs.read(path)`;
  api.expect("GET /b/k%20l", { text: Buffer.from([0, 255, 1]) }, { check: signed });
  expect(
    await api.run(`${client}
    local path = os.tmpname()
    local size = c:download("b", "k l", path)
    return size, fs.read(path) == string.char(0, 255, 1)`),
  ).toEqual([3, true]);
  api.expect("GET /b/none", { status: 404 }, { check: signed });
  api.expect("GET /b/none", { status: 404 }, { headers: { range: "bytes=0-0" }, check: signed });
  expect(await api.run(code("none"))).toEqual([undefined, ""]);
  api.expect("GET /b/k", { status: 403 }, { check: signed });
  api.expect("GET /b/k", { status: 403, text: "<Code>AccessDenied</Code>" }, { check: signed });
  expect(await api.failure(code("k"))).toContain(
    "s3: GET /b/k HTTP 403: <Code>AccessDenied</Code>",
  );
  api.expect("GET /b/k", { status: 503, text: "<Code>SlowDown</Code>" }, { check: signed });
  api.expect("GET /b/k", { status: 206, text: "x" }, { check: signed });
  api.expect("GET /b/k", { text: "xyz" }, { check: signed });
  expect(await api.run(code("k"))).toEqual([3, "xyz"]);
});

test("delete_prefix: objects by pages, or all versions", async () => {
  const any = { check: () => undefined };
  const keys = (n: number) =>
    Array.from({ length: n }, (_, i) => `<Contents><Key>p/${i}</Key></Contents>`).join("");
  const count = (n: number): Wanted => ({
    check: ({ body }) => expect(body.toString().match(/<Object>/g)?.length).toBe(n),
  });
  api.expect("GET /b?list-type=2&prefix=p%2F", {
    text: `<R><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>${keys(1000)}</R>`,
  });
  api.expect("POST /b?delete=", { text: "<R/>" }, count(1000));
  api.expect("GET /b?continuation-token=t&list-type=2&prefix=p%2F", { text: `<R>${keys(2)}</R>` });
  api.expect(
    "POST /b?delete=",
    { text: "<R><Error><Key>p/0</Key><Code>AccessDenied</Code></Error></R>" },
    count(2),
  );
  expect(await call(`delete_prefix("b", "p/")`)).toEqual([
    1001,
    [{ key: "p/0", code: "AccessDenied" }],
  ]);
  api.expect("GET /b?prefix=&versions=", {
    text: "<R><Version><Key>a</Key><VersionId>1</VersionId></Version></R>",
  });
  api.expect("POST /b?delete=", { text: "<R/>" }, any);
  expect(await call(`delete_prefix("b", "", { versions = true })`)).toEqual([1, []]);
});

describe("temporary keys", () => {
  const sts = (action: string, expires: string) =>
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>
      <AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey>
      <SessionToken>tok/</SessionToken><Expiration>${expires}</Expiration></Credentials></${action}Result></${action}Response>`;
  const web = (body: string): Wanted => ({
    headers: { "content-type": /^application\/x-www-form-urlencoded/, authorization: null },
    check: (r) => {
      const fields = Object.fromEntries(new URLSearchParams(r.body.toString()));
      expect(fields).toEqual({
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: "arn:aws:iam::1:role/r",
        RoleSessionName: "assay",
        WebIdentityToken: body,
      });
    },
  });
  const withToken: Wanted = { headers: { "x-amz-security-token": "tok/" }, check: signed };
  test("of a pod's role: fetched at the first request, again before they end", async () => {
    api.expect(
      "POST /",
      { text: sts("AssumeRoleWithWebIdentity", "2020-01-01T00:00:00Z") },
      web("t1"),
    );
    api.expect("GET /b/k", { text: "x" }, withToken);
    api.expect(
      "POST /",
      { text: sts("AssumeRoleWithWebIdentity", "2120-01-01T00:00:00Z") },
      web("t2"),
    );
    api.expect("GET /b/k", { text: "y" }, withToken);
    api.expect("GET /b/k", { text: "z" }, withToken);
    expect(
      await api.run(`
        local file = os.tmpname()
        fs.write(file, "t1 ")
        env.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
        env.set("AWS_WEB_IDENTITY_TOKEN_FILE", file)
        local c = require("assay.s3").client { endpoint = URL, region = "eu-central-2" }
        local first = c:get_object("b", "k")
        fs.write(file, "t2 ")
        local second = c:get_object("b", "k")
        local url = c:presign("b", "k")
        return first, second, c:get_object("b", "k"), url:find("X-Amz-Security-Token=tok%2F", 1, true) ~= nil`),
    ).toEqual(["x", "y", "z", true]);
  });
  test("that are refused", async () => {
    api.expect("POST /", { status: 400, text: "<Code>InvalidIdentityToken</Code>" }, web("t"));
    expect(
      await api.failure(`require("assay.s3").client { endpoint = URL, region = "r",
        role_arn = "arn:aws:iam::1:role/r", web_identity_token = "t" }:get_object("b", "k")`),
    ).toContain("s3: AssumeRoleWithWebIdentity HTTP 400: <Code>InvalidIdentityToken</Code>");
  });
  test("of the agent on the node", async () => {
    api.expect(
      "GET /v1/credentials",
      {
        json: {
          AccessKeyId: "AKIAIOSFODNN7EXAMPLE",
          SecretAccessKey: secret,
          Token: "tok/",
          Expiration: "2120-01-01T00:00:00Z",
        },
      },
      { headers: { authorization: "pod-token" } },
    );
    api.expect("GET /b/k", { text: "x" }, withToken);
    expect(
      await api.run(`
        local file = os.tmpname()
        fs.write(file, "pod-token")
        env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", URL .. "/v1/credentials")
        env.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)
        return require("assay.s3").client { endpoint = URL, region = "eu-central-2" }:get_object("b", "k")`),
    ).toEqual(["x"]);
  });
  test("assume_role signs for STS and gives a client", async () => {
    const fields = {
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:x",
      RoleSessionName: "job",
      DurationSeconds: "900",
      Policy: '{"Version":"2012-10-17"}',
    };
    api.expect(
      "POST /",
      { text: sts("AssumeRole", "2120-01-01T00:00:00Z") },
      {
        headers: {
          authorization:
            /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-2\/sts\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, /,
        },
        check: (r) =>
          expect(Object.fromEntries(new URLSearchParams(r.body.toString()))).toEqual(fields),
      },
    );
    api.expect("GET /b/k", { text: "x" }, withToken);
    expect(
      await api.run(`${client}
        local role = c:assume_role("arn:x", { session_name = "job", duration = 900,
          policy = { Version = "2012-10-17" } })
        return role:get_object("b", "k"), role.expires, c.session_token == nil`),
    ).toEqual(["x", 4733510400, true]);
    api.expect("POST /", { text: "<x/>" }, { check: () => undefined });
    expect(await fail(`assume_role("arn:x")`)).toContain(
      "s3: AssumeRole: the answer holds no credentials",
    );
  });
});
