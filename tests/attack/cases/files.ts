/** Files outside of the folders that are allowed. */
import type { Attack } from "../attack";

const REFUSED = /^failed: .* is not allowed$/;
const GONE = /^failed: .*not allowed|^gave: nil, .*not allowed/;

export const FILES: readonly Attack[] = [
  { name: "an absolute path", lua: `return fs.read("/etc/passwd")`, held: REFUSED },
  { name: "..", lua: `return fs.read(root .. "/../outside/secret.txt")`, held: REFUSED },
  {
    name: "many ..",
    lua: `return fs.read(root .. "/w/../../" .. ("../"):rep(60) .. "etc/passwd")`,
    held: REFUSED,
  },
  {
    name: ".. behind a folder that does not exist",
    lua: `return fs.read(root .. "/nothing/../../outside/secret.txt")`,
    held: REFUSED,
  },
  {
    name: "a prefix of the folder's name",
    lua: `return fs.read(root .. "-x/../outside/secret.txt")`,
    held: REFUSED,
  },
  { name: "a link to a file", lua: `return fs.read(root .. "/secret-link")`, held: REFUSED },
  { name: "a link to a folder", lua: `return fs.read(root .. "/link/secret.txt")`, held: REFUSED },
  {
    name: "a link behind ..",
    lua: `return fs.read(root .. "/w/../link/../outside/secret.txt")`,
    held: REFUSED,
  },
  { name: "/proc/self/environ", lua: `return fs.read("/proc/self/environ")`, held: REFUSED },
  {
    name: "a link to /proc/self/environ",
    lua: `return fs.read(root .. "/environ")`,
    held: REFUSED,
  },
  {
    name: "/proc/self/root",
    lua: `return fs.read("/proc/self/root" .. outside .. "/secret.txt")`,
    held: REFUSED,
  },
  { name: "/proc/self/cwd", lua: `return fs.list("/proc/self/cwd")`, held: REFUSED },
  { name: "/proc/self/fd/0", lua: `return fs.read("/proc/self/fd/0")`, held: REFUSED },
  { name: "/dev/stdin", lua: `return fs.read("/dev/stdin")`, held: REFUSED },
  { name: "/dev/fd/0", lua: `return fs.read("/dev/fd/0")`, held: REFUSED },
  { name: "/dev/zero", lua: `return #fs.read("/dev/zero")`, held: REFUSED },
  { name: "/dev/stderr and /dev/full", lua: `fs.write("/dev/full", "x")`, held: REFUSED },
  { name: "/dev/tcp", lua: `fs.write("/dev/tcp/127.0.0.1/" .. bad, "x")`, held: REFUSED },
  {
    name: "a NUL byte that ends the path early",
    lua: `return fs.read(outside .. "/secret.txt\\0" .. root)`,
    held: /^failed: /,
  },
  {
    name: "a NUL byte behind an allowed path",
    lua: `return fs.read(root .. "/\\0/../../outside/secret.txt")`,
    held: /^failed: /,
  },
  {
    name: "a file URL",
    lua: `return fs.read("file://" .. outside .. "/secret.txt")`,
    held: REFUSED,
  },
  {
    name: "a path that a shell would expand",
    lua: `return pcall(fs.read, "~/.ssh/id_rsa"), pcall(fs.read, "$HOME/.profile"), fs.read("/etc/passw?")`,
    held: REFUSED,
  },
  {
    name: "lines of a file",
    lua: `for l in fs.lines(outside .. "/secret.txt") do return l end`,
    held: REFUSED,
  },
  {
    name: "whether a file exists",
    lua: `return fs.exists(outside .. "/secret.txt")`,
    held: REFUSED,
  },
  { name: "a file's size", lua: `return fs.stat(outside .. "/secret.txt").size`, held: REFUSED },
  { name: "a folder's files", lua: `return #fs.list(outside)`, held: REFUSED },
  { name: "glob outside", lua: `return #fs.glob(outside .. "/*")`, held: /^failed: .*not allowed/ },
  {
    name: "glob through links and ..",
    lua: `local n = #fs.glob(root .. "/**/secret.txt") + #fs.glob(root .. "/*/secret*")
      return n, pcall(fs.glob, root .. "/../outside/*")`,
    held: /^gave: 0, false, .*not allowed$/,
  },
  {
    name: "glob braces and classes",
    lua: `return pcall(fs.glob, root .. "/{.,..}/outside/*"), #fs.glob(root .. "/[l]ink/*")`,
    held: /^gave: (false|true).*0$/,
  },
  {
    name: "a file read as a module of crypto",
    lua: `return crypto.hash_file(root .. "/secret-link")`,
    held: REFUSED,
  },
  { name: "the size of a folder", lua: `return disk.dir_size(outside)`, held: REFUSED },
  { name: "removing old files", lua: `return disk.sweep(outside, 0)`, held: REFUSED },
  {
    name: "writing in a folder that may be read only",
    lua: `fs.write(root .. "/new.txt", "x")`,
    held: REFUSED,
  },
  {
    name: "writing through a link",
    lua: `fs.write(writable .. "/link/new.txt", "x")`,
    held: REFUSED,
  },
  {
    name: "writing to where a dangling link leads",
    lua: `fs.write(writable .. "/dangling", "x")`,
    held: REFUSED,
  },
  {
    name: "writing atomically beside a link's target",
    lua: `fs.write(writable .. "/dangling", "x", { atomic = true })`,
    held: REFUSED,
  },
  { name: "appending", lua: `fs.append(writable .. "/link/secret.txt", "x")`, held: REFUSED },
  {
    name: "changing text",
    lua: `fs.sub_in_file(writable .. "/link/secret.txt", "C", "x")`,
    held: REFUSED,
  },
  { name: "making folders", lua: `fs.mkdir(writable .. "/link/new")`, held: REFUSED },
  { name: "changing permissions", lua: `fs.chmod(outside .. "/secret.txt", 0)`, held: REFUSED },
  { name: "copying in", lua: `fs.copy(outside .. "/secret.txt", writable .. "/x")`, held: REFUSED },
  {
    name: "copying a link in",
    lua: `fs.copy(root .. "/secret-link", writable .. "/x")`,
    held: REFUSED,
  },
  {
    name: "copying out",
    lua: `fs.copy(root .. "/mine.txt", outside .. "/new.txt")`,
    held: REFUSED,
  },
  {
    name: "moving in",
    lua: `fs.rename(outside .. "/secret.txt", writable .. "/x")`,
    held: REFUSED,
  },
  {
    name: "moving out",
    lua: `fs.write(writable .. "/m", "x") fs.rename(writable .. "/m", outside .. "/new.txt")`,
    held: REFUSED,
  },
  { name: "removing outside", lua: `fs.remove(writable .. "/link/secret.txt")`, held: REFUSED },
  {
    name: "removing the allowed folder itself",
    lua: `return pcall(fs.remove, root), fs.exists(root .. "/mine.txt")`,
    held: /^gave: false.*true$/,
  },
  {
    name: "moving a link",
    lua: `fs.rename(writable .. "/link", writable .. "/other")`,
    held: /^failed: .*moving symbolic links is not allowed$/,
  },
  {
    name: "moving a folder with a link in it",
    lua: `fs.rename(writable .. "/deep", writable .. "/other")`,
    held: /^failed: .*moving symbolic links is not allowed$/,
  },
  {
    name: "making a link by copying one",
    lua: `fs.copy(writable .. "/deep", writable .. "/copy")`,
    held: /^failed: .*copying the symbolic link .* is not allowed$/,
  },
  {
    name: "a folder swapped for a link while it is read",
    // paths are checked when the calls are made, and opened later, in threads
    lua: `fs.mkdir(writable .. "/dir") fs.write(writable .. "/dir/secret.txt", "own")
      local stolen = 0
      local function read()
        local ok, text = pcall(fs.read, writable .. "/dir/secret.txt")
        if ok and text ~= "own" then stolen = stolen + 1 end
      end
      for _ = 1, 200 do
        local tasks = {}
        local function also(f, ...) tasks[#tasks + 1] = async.spawn(pcall, f, ...) end
        also(fs.rename, writable .. "/dir", writable .. "/kept")
        for _ = 1, 3 do also(read) end
        also(fs.rename, writable .. "/link", writable .. "/dir")
        for _ = 1, 4 do also(read) end
        for _, t in ipairs(tasks) do t:await() end
        pcall(fs.rename, writable .. "/dir", writable .. "/link")
        pcall(fs.rename, writable .. "/kept", writable .. "/dir")
      end
      return stolen`,
    held: /^gave: 0$/,
  },
  { name: "a temporary folder", lua: `return fs.tempdir()`, held: REFUSED },
  {
    name: "a template file",
    lua: `return template.render(outside .. "/secret.txt")`,
    held: REFUSED,
  },
  {
    name: "a template that includes",
    lua: `return template.render_string("{% include '../outside/secret.txt' %}", {}, { dir = root })`,
    held: /^failed: template\.render_string: /,
  },
  {
    name: "a template that includes through a link",
    lua: `return template.render_string("{% include 'secret-link' %}", {}, { dir = root })`,
    held: /^failed: template\.render_string: /,
  },
  {
    name: "a template loader",
    lua: `return template.render_with_loader(root, "../outside/secret.txt", {})`,
    held: /^failed: /,
  },
  {
    name: "an Eta template that includes",
    lua: `return template.eta("<%~ include('../outside/secret.txt') %>", {}, { dir = root })`,
    held: /^failed: /,
  },
  {
    name: "a certificate file of http.client",
    lua: `return http.client{ ca_cert_file = outside .. "/secret.txt" }`,
    held: REFUSED,
  },
  {
    name: "a key file of http.client",
    lua: `return http.client{ client_cert_file = outside .. "/secret.txt", client_key_file = outside .. "/secret.txt" }`,
    held: REFUSED,
  },
  {
    name: "a certificate file of ws.connect",
    lua: `return ws.connect("wss://127.0.0.1:" .. good, { ca_cert_file = outside .. "/secret.txt" })`,
    held: REFUSED,
  },
  {
    name: "a certificate file of db.connect",
    lua: `return db.connect("postgres://127.0.0.1:" .. good .. "/x?sslrootcert=" .. outside .. "/secret.txt")`,
    held: REFUSED,
  },
  {
    name: "key files of http.serve",
    lua: `return http.server({ host = "127.0.0.1", tls = { cert_file = outside .. "/secret.txt", key_file = outside .. "/secret.txt" } }, {})`,
    held: GONE,
  },
  {
    name: "a static folder outside",
    lua: `return http.static(outside)`,
    held: REFUSED,
  },
  {
    name: "a static folder left by the request's path",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 }, { ["/f/*"] = http.static(root) })
      local out = {}
      for _, p in ipairs{ "../outside/secret.txt", "%2e%2e/outside/secret.txt", "..%2foutside%2fsecret.txt",
        "link/secret.txt", "secret-link", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..\\\\outside\\\\secret.txt",
        "/etc/passwd", "%00/../secret-link", ".%00./outside/secret.txt" } do
        out[#out + 1] = http.get(s.url .. "/f/" .. p).status
      end
      local fine = http.get(s.url .. "/f/page.html").body
      s:close(0)
      return fine, table.concat(out, " ")`,
    held: /^gave: page, 40[04]( 40[04]){9}$/,
  },
  {
    name: "a response that is a file outside",
    lua: `local s = http.server({ host = "127.0.0.1", port = 0 },
        { ["/"] = function() return { file = outside .. "/secret.txt" } end })
      local r = http.get(s.url .. "/")
      s:close(0)
      return r.status`,
    held: /^gave: 404$/,
  },
  {
    name: "a download to a file outside",
    lua: `return http.download("http://127.0.0.1:" .. good .. "/", outside .. "/new.txt")`,
    held: REFUSED,
  },
  {
    name: "a download through a link",
    lua: `return http.download("http://127.0.0.1:" .. good .. "/", writable .. "/link/new.txt")`,
    held: REFUSED,
  },
  {
    name: "recorded exchanges outside",
    lua: `return http.stub{ file = outside .. "/secret.txt", mode = "replay" }`,
    held: /^failed: .*not allowed/,
  },
];
