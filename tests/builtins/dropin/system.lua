local raises = require("raises").raises
local dir = arg[1]

-- fs
raises(fs.read, "/nope/x", 'fs.read: failed to read "/nope/x": No such file or directory (os error 2)')
raises(fs.read, '/nope/"q"\n', 'fs.read: failed to read "/nope/\\"q\\"\\n": ')
fs.write(dir .. "/a/b/c.txt", "hi")
assert.eq(fs.read(dir .. "/a/b/c.txt"), "hi")
fs.write(dir .. "/number", 42)
assert.eq(fs.read(dir .. "/number"), "42")
raises(fs.write, "/proc/x/y", "z", 'fs.write: failed to create directories for "/proc/x/y": ')
raises(fs.write, dir, "z", 'fs.write: failed to write "' .. dir .. '": Is a directory (os error 21)')

-- crypto
assert.eq(
  crypto.hash("a"),
  "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
)
assert.eq(crypto.hash("a", "SHA3-256"):sub(1, 8), "80084bf2")
raises(crypto.hash, "a", "md5", "crypto.hash: unsupported algorithm: md5 (supported: sha224, ")
raises(crypto.hash, 5, "crypto.hash: first argument must be ")
raises(crypto.hmac, "k", "d", "md5", "crypto.hmac: unsupported algorithm: ")
raises(crypto.hmac, nil, "d", "crypto.hmac: first argument must be ")
assert.eq(#crypto.hmac("k", "d", "sha256", true), 32)
raises(crypto.random, 0, "crypto.random: length must be positive, got 0")
raises(crypto.random, "x", "crypto.random: first argument must be a positive integer or nil")
raises(crypto.random, 1.5, "crypto.random: first argument must be a positive integer or nil")
assert.eq(#crypto.random(), 32)
assert.eq(crypto.random(8):find("^%w+$"), 1)
raises(crypto.jwt_sign, 5, "k", "crypto.jwt_sign: first argument must be a claims table")
raises(crypto.jwt_sign, {}, 5, "second argument must be a PEM key string")
raises(crypto.jwt_sign, {}, "nokey", "crypto.jwt_sign: invalid PEM key: ")
raises(crypto.jwt_sign, {}, "nokey", "XX256", "unsupported algorithm: XX256")

-- db
local conn = db.connect("sqlite::memory:")
db.execute(conn, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, ok BOOLEAN, x REAL)")
local done = db.execute(conn, "INSERT INTO t (name, ok, x) VALUES (?, ?, ?)", { "a", true, 1.5 })
assert.eq(done.rows_affected, 1)
db.execute(conn, "INSERT INTO t (name) VALUES ($1)", { "b" })
local rows = db.query(conn, "SELECT * FROM t ORDER BY id")
assert.eq(#rows, 2)
assert.eq(rows[1].name, "a")
assert.eq(rows[2].x, nil)
assert.eq(db.query(conn, "SELECT COUNT(*) AS n FROM t")[1].n, 2)
raises(db.query, conn, "SELEC", "db.query: ")
raises(db.execute, conn, "SELEC", "db.execute: ")
raises(db.query, {}, "x", "db.query: first argument must be a db connection")
raises(db.query, conn, 5, "db.query: second argument must be a SQL string")
raises(db.execute, conn, nil, "db.execute: second argument must be a SQL string")
raises(db.query, conn, "SELECT 1", "x", "db: params must be a table (array) or nil")
raises(db.query, conn, "SELECT ?", { print }, "db: unsupported parameter type: function")
raises(db.close, 5, "db.close: first argument must be a db connection")
db.close(conn)
raises(db.query, conn, "SELECT 1", "attempted to acquire a connection on a closed pool")
raises(db.connect, "oracle://x", 'no driver found for URL scheme "oracle"')
raises(db.connect, "sqlite:/nope/x.db", "db.connect: ")
local _, refused = pcall(db.connect, "postgres://u:s3cret@127.0.0.1:1/x")
assert.contains(tostring(refused), "db.connect: ")
assert.eq(tostring(refused):find("s3cret"), nil)

-- ws
raises(ws.connect, "ws://127.0.0.1:1/", "ws.connect: ")
raises(ws.send, {}, "x", "ws.send: first argument must be a ws connection")
raises(ws.recv, nil, "ws.recv: first argument must be a ws connection")
raises(ws.close, "x", "ws.close: first argument must be a ws connection")

-- env, log
assert.not_nil(env.get("PATH"))
assert.eq(env.get("NO_SUCH_VARIABLE"), nil)
assert.eq(type(env._check_env), "table")
assert.eq(env._process_get("PATH"), env.get("PATH"))
log.info("text")
log.warn(42)
log.error(1.5)
