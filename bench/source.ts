/**
 * Realistic Lua text of any length, for the benchmarks of loading: modules with locals, methods,
 * tables of options, loops, string handling and error checks, all with different names.
 */

function unit(i: number): string[] {
  const name = `Service${i}`;
  return [
    `local ${name} = {}`,
    `${name}.__index = ${name}`,
    ``,
    `-- Creates a service; options: host, port, retries.`,
    `function ${name}.new(options)`,
    `  options = options or {}`,
    `  local self = setmetatable({`,
    `    host = options.host or "host-${i}.example",`,
    `    port = options.port or ${8000 + (i % 1000)},`,
    `    retries = options.retries or ${i % 7},`,
    `    headers = { ["Content-Type"] = "application/json", accept = "*/*" },`,
    `    cache = {},`,
    `  }, ${name})`,
    `  return self`,
    `end`,
    ``,
    `function ${name}:url(path, query)`,
    `  local parts = {}`,
    `  for key, value in pairs(query or {}) do`,
    `    parts[#parts + 1] = key .. "=" .. tostring(value):gsub("[^%w]", "_")`,
    `  end`,
    `  table.sort(parts)`,
    `  local suffix = #parts > 0 and "?" .. table.concat(parts, "&") or ""`,
    `  return string.format("http://%s:%d/%s%s", self.host, self.port, path, suffix)`,
    `end`,
    ``,
    `function ${name}:fetch(path, query)`,
    `  local url = self:url(path, query)`,
    `  if self.cache[url] ~= nil then return self.cache[url] end`,
    `  for attempt = 1, self.retries + 1 do`,
    `    local ok, response = pcall(${name}.request, self, url, attempt)`,
    `    if ok and response.status < 300 then`,
    `      self.cache[url] = response.body`,
    `      return response.body`,
    `    elseif attempt == self.retries + 1 then`,
    `      error("request " .. url .. " failed: " .. tostring(response), 2)`,
    `    end`,
    `  end`,
    `end`,
    ``,
    `function ${name}.request(self, url, attempt)`,
    `  if (attempt + ${i}) % 3 == 0 then return { status = 503 } end`,
    `  local size = (#url * 31 + attempt) & 0xff`,
    `  return { status = 200, body = ("x"):rep(size // 2 + 1), time = size * 0.5 }`,
    `end`,
    ``,
    `modules[${i}] = ${name}`,
  ];
}

/** A chunk of exactly `lines` lines. */
export function generateSource(lines: number): string {
  const out = ["local modules = {}"];
  for (let i = 1; ; i++) {
    // each unit in a block: a function holds at most 200 local variables
    const block = ["do", ...unit(i).map((line) => (line === "" ? "" : `  ${line}`)), "end"];
    if (out.length + block.length > lines - 1) break;
    out.push(...block);
  }
  while (out.length < lines - 1) out.push("-- filler");
  out.push("return #modules");
  return `${out.join("\n")}\n`;
}
