---@meta
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---Checks with readable failures; assert(v, message) works as in Lua
---@overload fun(v?: any, message?: any, ...: any): any
assert = {}

---The values are equal; tables are compared by content.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.eq(a, b, message) end

---The values are not equal.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.ne(a, b, message) end

---a > b, both numbers.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.gt(a, b, message) end

---a < b, both numbers.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.lt(a, b, message) end

---a >= b, both numbers.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.ge(a, b, message) end

---a <= b, both numbers.
---@param a? any
---@param b? any
---@param message? any added to the failure message
function assert.le(a, b, message) end

---The numbers differ by at most `tolerance` (1e-9 by default).
---@param a number
---@param b number
---@param tolerance? number
---@param message? any added to the failure message
function assert.near(a, b, tolerance, message) end

---The string contains the plain text `sub`, or the list a value equal to it.
---@param s? any
---@param sub? any
---@param message? any added to the failure message
function assert.contains(s, sub, message) end

---`string.find(s, pattern)` finds the Lua pattern.
---@param s string
---@param pattern string
---@param message? any added to the failure message
function assert.matches(s, pattern, message) end

---The value is not nil.
---@param v? any
---@param message? any added to the failure message
function assert.not_nil(v, message) end

---The value is nil.
---@param v? any
---@param message? any added to the failure message
function assert.is_nil(v, message) end

---The value is `true`.
---@param v? any
---@param message? any added to the failure message
function assert.is_true(v, message) end

---The value is `false`.
---@param v? any
---@param message? any added to the failure message
function assert.is_false(v, message) end

---The value is of the Lua type `name` (`"integer"` and `"float"` work, too).
---@param v? any
---@param name string
---@param message? any added to the failure message
function assert.type(v, name, message) end

---The function raises an error (containing the plain text `expected`); returns the error.
---@param f function
---@param expected? any
---@param message? any added to the failure message
---@return any
function assert.error(f, expected, message) end

---A queue between tasks
---@class async.channel
---@field closed boolean true after close
---@field size integer values in the buffer
---@overload fun(): any
local async_channel = {}

---Puts a value in; waits while the channel is full.
---@param value? any
function async_channel:send(value) end

---Takes the next value out; waits for one. nil once the channel is closed and empty.
---@return any
function async_channel:recv() end

---The next value, or nil when there is none right now.
---@return any
function async_channel:try_recv() end

---No more values; those in the buffer can still be received.
function async_channel:close() end

---A permit of a semaphore
---@class async.permit
local async_permit = {}

---Gives the permit back; the second time has no effect.
function async_permit:release() end

---Lets so many tasks in at a time
---@class async.semaphore
---@field free integer permits left
local async_semaphore = {}

---Waits for a permit: `local permit <close> = sem:acquire()`.
---@return async.permit
function async_semaphore:acquire() end

---Calls `f(…)` while holding a permit; gives its results.
---@param f function
---@param ... any
---@return any
function async_semaphore:with(f, ...) end

---A task that was started with async.spawn
---@class async.task
---@field done boolean true once the task has ended
local async_task = {}

---Waits for the task; gives a table of what the function returned, or raises its error.
---@return table
function async_task:await() end

---Ends the task at its next wait or loop step; variables are closed on the way.
function async_task:cancel() end

---A running async.spawn_interval
---@class async.interval
---@field done boolean true once no call will follow
local async_interval = {}

---Stops it before the next call; a call that is running goes on.
function async_interval:cancel() end

---Concurrent tasks, channels, semaphores
async = {}

---Starts `f(…)` as a task; it first runs when the caller waits.
---@param f function
---@param ... any
---@return async.task
function async.spawn(f, ...) end

---Calls `f` every so many seconds, first after one interval.
---@param seconds? any
---@param f? any
---@return async.interval
function async.spawn_interval(seconds, f) end

---Waits for all functions or tasks of a list; gives the list of their first results.
---@param list table
---@return table
function async.all(list) end

---The result of the first of a list to end, and its index; the others are cancelled.
---@param list table
---@return any
---@return integer
function async.race(list) end

---Calls `f(item, index)` for the items of a list, `opts.concurrency` (16) at a time.
---@param list table
---@param f function
---@param opts? { concurrency?: integer }
---@return table
function async.map(list, f, opts) end

---Calls `f(…)` and gives its results; cancels it and raises when it takes longer.
---@param seconds number
---@param f function
---@param ... any
---@return any
function async.timeout(seconds, f, ...) end

---A channel that holds so many values; with 0, each `send` waits for its receiver.
---@param capacity? integer
---@return async.channel
function async.channel(capacity) end

---A semaphore with so many permits.
---@param permits integer
---@return async.semaphore
function async.semaphore(permits) end

---Bytes as base64 text and back
base64 = {}

---Encodes any bytes, with padding unless `opts.padding` is false.
---@param s string any bytes
---@param opts? { url?: boolean, padding?: boolean }
---@return string
function base64.encode(s, opts) end

---Decodes strictly: no blanks; padding is required unless `opts` says otherwise.
---@param s string the base64 text
---@param opts? { url?: boolean, padding?: boolean }
---@return string
function base64.decode(s, opts) end

---Encodes with the URL-safe alphabet and without padding.
---@param s string any bytes
---@return string
function base64.encode_url(s) end

---Decodes the URL-safe alphabet, padded or not.
---@param s string the base64 text
---@return string
function base64.decode_url(s) end

---gzip, zstd and brotli
compress = {}

---The bytes in gzip format.
---@param data string any bytes
---@param opts? { level?: integer }
---@return string
function compress.gzip(data, opts) end

---The bytes that are in gzip format in `data`.
---@param data string
---@param opts? { max_size?: integer }
---@return string
function compress.gunzip(data, opts) end

---The bytes in zstd format.
---@param data string any bytes
---@param opts? { level?: integer }
---@return string
function compress.zstd(data, opts) end

---The bytes that are in zstd format in `data`.
---@param data string
---@param opts? { max_size?: integer }
---@return string
function compress.unzstd(data, opts) end

---The bytes in brotli format.
---@param data string any bytes
---@param opts? { level?: integer }
---@return string
function compress.brotli(data, opts) end

---The bytes that are in brotli format in `data`.
---@param data string
---@param opts? { max_size?: integer }
---@return string
function compress.unbrotli(data, opts) end

---Digests, random values, JWT, encryption, keys, certificates
crypto = {}

---The digest of a string in lower-case hex.
---@param s string
---@param alg? string sha224 … sha512, sha3-224 … sha3-512; sha256 by default
---@param raw? boolean bytes instead of hex
---@return string
function crypto.hash(s, alg, raw) end

---The digest of a file of any size.
---@param path string
---@param alg? string sha224 … sha512, sha3-224 … sha3-512; sha256 by default
---@param raw? boolean bytes instead of hex
---@return string
function crypto.hash_file(path, alg, raw) end

---The message authentication code of a string, in hex or raw.
---@param key string
---@param data string
---@param alg? string sha224 … sha512, sha3-224 … sha3-512; sha256 by default
---@param raw? boolean bytes instead of hex
---@return string
function crypto.hmac(key, data, alg, raw) end

---Whether two strings are equal, in a time that does not depend on where they differ.
---@param a string
---@param b string
---@return boolean
function crypto.compare(a, b) end

---Random letters and digits, 32 by default.
---@param n? any
---@return string
function crypto.random(n) end

---Random bytes.
---@param n? any
---@return string
function crypto.random_bytes(n) end

---A random UUID; version 7 begins with the time, so that later ones sort behind.
---@param version? integer 4 (default) or 7
---@return string
function crypto.uuid(version) end

---A key made of a password, expensive in memory.
---@param password string
---@param salt string
---@param opts? { length?: integer, n?: integer, r?: integer, p?: integer }
---@return string
function crypto.scrypt(password, salt, opts) end

---A key made of a password by many rounds of HMAC.
---@param password string
---@param salt string
---@param opts? { length?: integer, iterations?: integer, algorithm?: string }
---@return string
function crypto.pbkdf2(password, salt, opts) end

---AES-GCM; returns nonce, ciphertext and tag in one string.
---@param key string 16, 24 or 32 bytes
---@param data string
---@param opts? { aad?: string, nonce?: string }
---@return string
function crypto.encrypt(key, data, opts) end

---What `encrypt` was given; fails when the key or any byte is another.
---@param key string 16, 24 or 32 bytes
---@param data string
---@param opts? { aad?: string }
---@return string
function crypto.decrypt(key, data, opts) end

---A new key pair as PEM texts: `{private_key, public_key}`.
---@param type? "rsa"|"ec"|"ed25519"|"x25519"
---@param opts? { bits?: integer, curve?: "P-256"|"P-384"|"P-521" }
---@return table
function crypto.generate_keypair(type, opts) end

---A signed token of a table of claims.
---@param claims table
---@param key string
---@param alg? string RS, PS, ES, HS with 256, 384 or 512, or EdDSA; that of the key by default
---@param opts? { kid?: string, header?: table, passphrase?: string }
---@return string
function crypto.jwt_sign(claims, key, alg, opts) end

---Checks signature and claims of a token; returns `{header, claims}`.
---@param token string
---@param key string|table PEM (key or certificate), JWKS, or a secret
---@param opts? { algorithm?: string, algorithms?: table, audience?: string|table, issuer?: string|table, subject?: string, leeway?: number, validate_exp?: boolean, validate_nbf?: boolean, max_age?: number, required_claims?: table }
---@return table
function crypto.jwt_verify(token, key, opts) end

---The `{header, claims}` of a token, whose signature is NOT checked.
---@param token string
---@return table
function crypto.jwt_decode(token) end

---The JWK of a PEM key or certificate: the public one, or with `opts.private` all of it.
---@param pem string
---@param opts? { private?: boolean, kid?: string, alg?: string, use?: string, passphrase?: string }
---@return table
function crypto.jwk(pem, opts) end

---A JWK set of the public keys of PEM texts, to be published.
---@param pem string|table
---@return table
function crypto.jwks(pem) end

---The PEM text of a JWK (a table or JSON text).
---@param jwk table|string
---@return string
function crypto.jwk_to_pem(jwk) end

---What a certificate (PEM or DER) says: subject, sans, not_after, days_left, …
---@param pem string the first certificate in it counts
---@return table
function crypto.x509(pem) end

---The same of all certificates in a PEM text.
---@param pem string
---@return table
function crypto.x509_chain(pem) end

---Binary data as a parameter
---@class db.bytes
local db_bytes = {}

---The rows of a query, fetched as they are needed.
---@class db.rows
---@overload fun(): table?
local db_rows = {}

---Ends the query; done by itself behind the last row and when a `for` loop is left.
function db_rows:close() end

---A connection to a database, or a transaction on it.
---@class db.connection
---@field kind string postgres, mysql or sqlite
local db_connection = {}

---Runs a statement and returns its rows: tables by column name.
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return table
function db_connection:query(sql, params, opts) end

---Runs a statement and returns { rows_affected }.
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return table
function db_connection:execute(sql, params, opts) end

---`for row in db.rows(conn, sql, params) do`: rows that are fetched as the loop goes on.
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return db.rows
function db_connection:rows(sql, params, opts) end

---Calls `f(tx)` in a transaction: all it does is kept when it returns, nothing when it fails.
---@param f function
---@param opts? { isolation?: "read_uncommitted"|"read_committed"|"repeatable_read"|"serializable", read_only?: boolean }
---@return any
function db_connection:transaction(f, opts) end

---Closes the connection; statements that run are finished.
function db_connection:close() end

---PostgreSQL, MySQL/MariaDB and SQLite
db = {}

---NULL as a parameter (the same as json.null)
---@type userdata
db.null = nil

---Connects to postgres://…, mysql://…, mariadb://… or sqlite:….
---@param url string the database's address
---@param opts? table size, statement_timeout, connect_timeout, acquire_timeout, idle_timeout, max_lifetime, busy_timeout, sslmode, ca_cert[_file], client_cert[_file], client_key[_file], insecure, prepare, allow_public_key_retrieval
---@return db.connection
function db.connect(url, opts) end

---Runs a statement and returns its rows: tables by column name.
---@param conn db.connection from db.connect, or a transaction's
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return table
function db.query(conn, sql, params, opts) end

---Runs a statement and returns { rows_affected }.
---@param conn db.connection from db.connect, or a transaction's
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return table
function db.execute(conn, sql, params, opts) end

---`for row in db.rows(conn, sql, params) do`: rows that are fetched as the loop goes on.
---@param conn db.connection from db.connect, or a transaction's
---@param sql string one statement
---@param params? any list of parameters; `n` counts trailing nils
---@param opts? table timeout (seconds)
---@return db.rows
function db.rows(conn, sql, params, opts) end

---Calls `f(tx)` in a transaction: all it does is kept when it returns, nothing when it fails.
---@param conn db.connection from db.connect, or a transaction's
---@param f function
---@param opts? { isolation?: "read_uncommitted"|"read_committed"|"repeatable_read"|"serializable", read_only?: boolean }
---@return any
function db.transaction(conn, f, opts) end

---Closes the connection; statements that run are finished.
---@param conn db.connection from db.connect, or a transaction's
function db.close(conn) end

---Binary data as a parameter, for places whose type the database does not know.
---@param s string
---@return db.bytes
function db.bytes(s) end

---Disk space
disk = {}

---The file system of a path: `{total, free, available, used, percent}`, in bytes.
---@param path string
---@return table
function disk.usage(path) end

---The bytes of all files below a folder.
---@param path string
---@return integer
function disk.dir_size(path) end

---Removes the files of a folder that are older than `age` seconds; returns how many.
---@param dir string
---@param age number seconds since the last change
---@param opts? { recursive?: boolean }
---@return integer
function disk.sweep(dir, age, opts) end

---Environment variables
env = {}

---Variables that win over the environment, for scripts of the original.
---@type table
env._check_env = nil

---The value of a variable, or `default` (nil) when it is not set.
---@param name string
---@param default? string a text, not a number
---@return string?
function env.get(name, default) end

---Sets a variable, or removes it when `value` is nil.
---@param name string
---@param value? string
function env.set(name, value) end

---All variables as a list of `{key, value}`, sorted by key.
---@return table
function env.list() end

---As `get`, without the variables of `_check_env`.
---@param name string
---@return string?
function env._process_get(name) end

---Iterates over the lines of a file.
---@class fs.lines
---@overload fun(): string?
local fs_lines = {}

---Closes the file before its end.
function fs_lines:close() end

---Files and folders
fs = {}

---The content of a file, byte by byte.
---@param path string
---@return string
function fs.read(path) end

---The content of a file, byte by byte.
---@param path string
---@return string
function fs.read_bytes(path) end

---Replaces the content of a file; makes it and its folders when they are not there.
---@param path string
---@param content string
---@param opts? { atomic?: boolean, mode?: integer|string }
function fs.write(path, content, opts) end

---Replaces the content of a file; makes it and its folders when they are not there.
---@param path string
---@param content string
---@param opts? { atomic?: boolean, mode?: integer|string }
function fs.write_bytes(path, content, opts) end

---Adds to the end of a file; makes it and its folders when they are not there.
---@param path string
---@param content string
function fs.append(path, content) end

---Iterates over the lines of a file, without their ends: `for line in fs.lines(path) do`.
---@param path string
---@return fs.lines
function fs.lines(path) end

---`string.gsub` on the content of a file, which is replaced if anything matched.
---@param path string
---@param pattern string a Lua pattern
---@param repl string|table|function as for string.gsub
---@return integer
function fs.sub_in_file(path, pattern, repl) end

---Whether there is such a path.
---@param path string
---@return boolean
function fs.exists(path) end

---What is known about a path: size, type, is_file, is_dir, is_symlink, modified, created, mode.
---@param path string
---@return table
function fs.stat(path) end

---The entries of a folder as `{name, type}`, sorted by name.
---@param path string
---@return table
function fs.list(path) end

---All entries below a folder as `{name, path, type}`, down to `opts.depth` levels; `path` is seen from the folder.
---@param path string
---@param opts? { depth?: integer }
---@return table
function fs.readdir(path, opts) end

---The paths that match a pattern with `*`, `?`, `[…]`, `{a,b}` and `**`, sorted.
---@param pattern string
---@return table
function fs.glob(pattern) end

---Makes a folder and those above it; one that is there is fine.
---@param path string
function fs.mkdir(path) end

---Removes a file, or a folder with its content (unless `opts.recursive` is false).
---@param path string
---@param opts? { recursive?: boolean }
function fs.remove(path, opts) end

---Gives a file or folder another name or place on the same file system.
---@param from string
---@param to string
function fs.rename(from, to) end

---Copies a file, or a folder with its content; returns the bytes copied.
---@param from string
---@param to string
---@return integer
function fs.copy(from, to) end

---Sets the permissions: an integer or octal text such as `"755"`.
---@param path string
---@param mode? any
function fs.chmod(path, mode) end

---Makes a new folder for temporary files and returns its path.
---@param prefix? string
---@return string
function fs.tempdir(prefix) end

---Bytes as hexadecimal digits and back
hex = {}

---Two digits for each byte, in lower case unless `opts.upper`.
---@param s string any bytes
---@param opts? { upper?: boolean }
---@return string
function hex.encode(s, opts) end

---The bytes that the digits stand for; upper and lower case, nothing in between.
---@param s string the digits
---@return string
function hex.decode(s) end

---A client with connections, defaults and trust of its own.
---@class http.client
local http_client = {}

---Sends a GET request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:get(url, opts) end

---Sends a HEAD request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:head(url, opts) end

---Sends a DELETE request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:delete(url, opts) end

---Sends a POST request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:post(url, body, opts) end

---Sends a PUT request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:put(url, body, opts) end

---Sends a PATCH request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:patch(url, body, opts) end

---Sends a request with any method.
---@param method string any method name
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http_client:request(method, url, opts) end

---Saves a response body as a file that appears only when it is complete; returns its size.
---@param url string where from
---@param path string the file to write
---@param opts? table headers, query, timeout, max_size (bytes, 1 GiB by default, 0 = any)
---@return integer
function http_client:download(url, path, opts) end

---Ends the client's idle connections; it can't be used any more.
function http_client:close() end

---A folder of files to serve, for use as a route.
---@class http.static
local http_static = {}

---A WebSocket connection, accepted by a handler.
---@class http.websocket
---@field peer_addr string address:port of the peer
local http_websocket = {}

---Waits for the next message; returns it and whether it is binary, or nil, the close code and the reason.
---@return string?
---@return boolean|integer
---@return string?
function http_websocket:read() end

---Sends a message (text unless opts.binary); false when the connection is closed.
---@param data string
---@param opts? { binary?: boolean }
---@return boolean
function http_websocket:write(data, opts) end

---Closes the connection.
---@param code? integer 1000, or 3000 to 4999 for own meanings
---@param reason? string
function http_websocket:close(code, reason) end

---Whether the connection has ended.
---@return boolean
function http_websocket:is_closed() end

---A listening server.
---@class http.server
---@field port integer the port it listens on
---@field host string the address it listens on
---@field url string where it can be reached from this machine
local http_server = {}

---Stops accepting, lets running requests finish for up to `grace` seconds, and waits for that, unless one of their handlers calls it.
---@param grace? number drain_timeout by default
function http_server:close(grace) end

---Waits until the server is closed.
function http_server:wait() end

---A local server that records or replays.
---@class http.stub
---@field url string where it listens
---@field port integer the port it listens on
---@field mode string "record" or "replay"
local http_stub = {}

---What arrived, in order: a list of { method, path, query, headers, body }.
---@return table
function http_stub:requests() end

---The exchanges that were not replayed: a list of { method, path, query, headers, body }.
---@return table
function http_stub:unused() end

---Raises when a request had no exchange, or an exchange was not used.
function http_stub:verify() end

---Stops the server, and writes what was recorded.
function http_stub:close() end

---HTTP client and server
http = {}

---Sends a GET request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.get(url, opts) end

---Sends a HEAD request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.head(url, opts) end

---Sends a DELETE request and returns { status, body, headers }.
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.delete(url, opts) end

---Sends a POST request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.post(url, body, opts) end

---Sends a PUT request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.put(url, body, opts) end

---Sends a PATCH request with a body; a table becomes JSON.
---@param url string absolute, or relative to the client's base_url
---@param body? string|table sent as it is; a table is sent as JSON
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.patch(url, body, opts) end

---Sends a request with any method.
---@param method string any method name
---@param url string absolute, or relative to the client's base_url
---@param opts? table headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line
---@return table
function http.request(method, url, opts) end

---Saves a response body as a file that appears only when it is complete; returns its size.
---@param url string where from
---@param path string the file to write
---@param opts? table headers, query, timeout, max_size (bytes, 1 GiB by default, 0 = any)
---@return integer
function http.download(url, path, opts) end

---Makes a client with connections, defaults and trusted certificates of its own.
---@param opts? table base_url, headers, timeout, ca_cert, ca_cert_file, client_cert[_file], client_key[_file], insecure, tls_server_name, proxy, retries, follow_redirects, max_redirects, max_size, decompress
---@return http.client
function http.client(opts) end

---Serves HTTP; waits until the server is closed, unless options.background.
---@param port? any port, or a table: port, host, tls { cert, key, cert_file, key_file }, max_body, idle_timeout, drain_timeout, on_error, on_listen, background, routes
---@param routes? any routes[METHOD][path] or routes[path] = function(request)
---@return http.server?
function http.serve(port, routes) end

---As `http.serve`, but returns the server at once.
---@param port? any port, or a table: port, host, tls { cert, key, cert_file, key_file }, max_body, idle_timeout, drain_timeout, on_error, on_listen, background, routes
---@param routes? any
---@return http.server
function http.server(port, routes) end

---A route that serves the files of a folder; its path must end in `*`.
---@param dir string the folder
---@param opts? { index?: string, max_age?: number }
---@return http.static
function http.static(dir, opts) end

---Starts a local server that records exchanges with a service, or replays them.
---@param opts { file?: string, upstream?: string, mode?: "auto"|"record"|"replay", exchanges?: table, match?: "body"|"path", mask?: table, client?: table, port?: integer }
---@return http.stub
function http.stub(opts) end

---JSON text to Lua values and back
json = {}

---stands for JSON's null
---@type userdata
json.null = nil

---Reads one JSON text. `null` becomes nil, or the value given as `opts.null`.
---@param s string the JSON text
---@param opts? { null?: any }
---@return any
function json.parse(s, opts) end

---Writes a value as JSON with its keys sorted; compact unless `opts.pretty`.
---@param v? any the value
---@param opts? { pretty?: boolean, indent?: integer }
---@return string
function json.encode(v, opts) end

---Marks a table (a new one by default) to be written as an array: `[]` when empty.
---@param t? table
---@return table
function json.array(t) end

---Marks a table (a new one by default) to be written as an object.
---@param t? table
---@return table
function json.object(t) end

---Log lines with levels and fields
log = {}

---Writes a line at level DEBUG; `fields` are added as `key=value`.
---@param message? any
---@param fields? any what to add, by name; anything else is written behind the message
function log.debug(message, fields) end

---Writes a line at level INFO; `fields` are added as `key=value`.
---@param message? any
---@param fields? any what to add, by name; anything else is written behind the message
function log.info(message, fields) end

---Writes a line at level WARN; `fields` are added as `key=value`.
---@param message? any
---@param fields? any what to add, by name; anything else is written behind the message
function log.warn(message, fields) end

---Writes a line at level ERROR; `fields` are added as `key=value`.
---@param message? any
---@param fields? any what to add, by name; anything else is written behind the message
function log.error(message, fields) end

---Hides a text: wherever it would show in logs or errors, `[redacted]` stands instead.
---@param value string
function log.secret(value) end

---The name of this machine, or of the container.
---@return string
function os.hostname() end

---The processor: `x86_64`, `aarch64`, …
---@return string
function os.arch() end

---The operating system: `linux`, `macos`, …
---@return string
function os.platform() end

---The id of this process.
---@return integer
function os.pid() end

---The numbers of all signals by name: `os.signals().SIGTERM`.
---@return table
function os.signals() end

---A process that the script started.
---@class process.child
---@field pid integer its process id
local process_child = {}

---As `process.wait`.
---@param opts? { timeout?: number }
---@return table
function process_child:wait(opts) end

---Signals the process and all that it has started; false when they have ended.
---@param signal? any
---@return boolean
function process_child:kill(signal) end

---Whether it has not ended yet.
---@return boolean
function process_child:is_running() end

---A signal handler.
---@class process.watch
local process_watch = {}

---Takes the handler back.
function process_watch:cancel() end

---Processes
process = {}

---All processes as `{pid, ppid, name, state, cmdline}`, sorted by pid.
---@return table
function process.list() end

---Whether a process of this name, or with this id, is alive.
---@param name string|integer of the program, without its folder
---@return boolean
function process.is_running(name) end

---Waits until no process goes by any of these names; false when `timeout` is over.
---@param names string|table
---@param timeout? number seconds, 30 by default
---@param interval? number seconds between two looks, 1 by default
---@return boolean
function process.wait_idle(names, timeout, interval) end

---Signals one process (SIGTERM by default); returns true, or raises an error.
---@param pid integer
---@param signal? any
---@return boolean
function process.kill(pid, signal) end

---Starts a program that runs on beside the script; returns its handle, with `pid`.
---@param options { cmd: string, args?: table, cwd?: string, env?: table, stdin?: string, stdout?: string, stderr?: string, detached?: boolean }
---@return process.child
function process.spawn(options) end

---Waits for a started process: `{status, exited, signaled, signal, timed_out}`.
---@param child process.child|integer
---@param opts? { timeout?: number }
---@return table
function process.wait(child, opts) end

---Calls `f(name)` as a task when the signal comes; at SIGTERM and SIGINT before the end.
---@param signal? any
---@param f function
---@return process.watch
function process.on_signal(signal, f) end

---A compiled pattern.
---@class regex
local regex = {}

---Whether the pattern matches anywhere in the text.
---@param text string
---@return boolean
function regex:match(text) end

---The first match.
---@param text string
---@return table?
function regex:find(text) end

---All matches.
---@param text string
---@param opts? { captures?: boolean, limit?: integer }
---@return table
function regex:find_all(text, opts) end

---The text with its matches replaced.
---@param text string
---@param repl string|function may refer to groups, as `$1`
---@param opts? { limit?: integer }
---@return string
function regex:replace(text, repl, opts) end

---The parts of the text between matches.
---@param text string
---@param opts? { limit?: integer }
---@return table
function regex:split(text, opts) end

---Regular expressions that always run in linear time
regex = {}

---Whether the pattern matches anywhere in the text.
---@param text string|regex
---@param pattern string|regex
---@param flags? string|table any of `imsUx`, or a table of options
---@return boolean
function regex.match(text, pattern, flags) end

---The first match: `{match, groups, named, start, finish}`, or nil.
---@param text string|regex
---@param pattern string|regex
---@param flags? string|table any of `imsUx`, or a table of options
---@return table?
function regex.find(text, pattern, flags) end

---All matches, as strings or, with `opts.captures`, as `find` gives them.
---@param text string|regex
---@param pattern string|regex
---@param flags? string|table any of `imsUx`, or a table of options
---@return table
function regex.find_all(text, pattern, flags) end

---The text with its matches replaced by a string or by what a function returns.
---@param text string|regex
---@param pattern string|regex
---@param repl string|function may refer to groups, as `$1`
---@param flags? string|table any of `imsUx`, or a table of options
---@return string
function regex.replace(text, pattern, repl, flags) end

---The parts of the text between matches.
---@param text string|regex
---@param pattern string|regex
---@param flags? string|table any of `imsUx`, or a table of options
---@return table
function regex.split(text, pattern, flags) end

---A pattern that matches exactly this text.
---@param text string
---@return string
function regex.escape(text) end

---Compiles a pattern, to be used with methods or in place of a pattern.
---@param pattern string
---@param flags? string any of `imsUx`
---@return regex
function regex.compile(pattern, flags) end

---Shell commands
shell = {}

---Runs a command and returns `{status, stdout, stderr, timed_out}`.
---@param cmd string|table for `/bin/sh -c`; a list is a program and its arguments
---@param opts? { cwd?: string, env?: table, stdin?: string, timeout?: number, max_output?: integer }
---@return table
function shell.exec(cmd, opts) end

---Its arguments as words that `/bin/sh` takes literally, with spaces between.
---@param ... string
---@return string
function shell.quote(...) end

---Waits for so many seconds (a fraction is fine); `sleep(0)` lets other tasks run.
---@param seconds number
function sleep(seconds) end

---The parts of a string: between runs of white space, or between a literal separator.
---@param s string
---@param sep? string
---@return table
function string.split(s, sep) end

---Text templates in Jinja2's and Eta's syntax
template = {}

---Renders a Jinja2 template.
---@param template string
---@param vars? any a table of variables
---@param opts? { autoescape?: boolean, dir?: string }
---@return string
function template.render_string(template, vars, opts) end

---Renders a file as a Jinja2 template; others are looked for in its folder.
---@param path string
---@param vars? any a table of variables
---@param opts? { autoescape?: boolean, dir?: string }
---@return string
function template.render(path, vars, opts) end

---Renders the template `name` in the folder `dir`, where others are looked for, too.
---@param dir string
---@param name string
---@param vars? any a table of variables
---@param opts? { autoescape?: boolean, dir?: string }
---@return string
function template.render_with_loader(dir, name, vars, opts) end

---Renders a template in Eta's syntax, with Lua between `<%` and `%>`.
---@param template string
---@param vars? any a table of variables
---@param opts? { escape?: boolean, trim?: boolean, dir?: string, name?: string }
---@return string
function template.eta(template, vars, opts) end

---Renders a file in Eta's syntax; `include` looks in its folder.
---@param path string
---@param vars? any a table of variables
---@param opts? { escape?: boolean, trim?: boolean, dir?: string, name?: string }
---@return string
function template.eta_file(path, vars, opts) end

---Seconds since 1970-01-01 UTC, as a float.
---@return number
function time() end

---TOML text to Lua values and back
toml = {}

---Reads a TOML document. Dates and times are strings that are written as dates again.
---@param s string the TOML text
---@return table
function toml.parse(s) end

---Writes a table with named fields as a TOML document with its keys sorted.
---@param v? any the table
---@return string
function toml.encode(v) end

---A value that `encode` writes as a date or time instead of a string.
---@param text string such as `2024-05-01`, `07:32:00` or `2024-05-01T07:32:00Z`
---@return table
function toml.datetime(text) end

---URLs, percent-encoding and query strings
url = {}

---Percent-encodes all bytes but letters, digits and `-._~`.
---@param s string any bytes
---@param opts? { form?: boolean }
---@return string
function url.encode(s, opts) end

---Undoes percent-encoding; a `%` without two hexadecimal digits is an error.
---@param s string
---@param opts? { form?: boolean }
---@return string
function url.decode(s, opts) end

---The parts of a URL or relative reference; what is absent is nil.
---@param s string the URL
---@return table
function url.parse(s) end

---Puts a URL together from parts as `parse` gives them.
---@param parts { scheme?: string, user?: string, password?: string, host?: string, port?: integer, path?: string, query?: string|table, params?: table, fragment?: string }
---@return string
function url.build(parts) end

---Resolves a reference against a base URL, as a browser does with a link.
---@param base string
---@param reference string
---@return string
function url.join(base, reference) end

---A query string from a table; a list as a value repeats its name.
---@param fields table names to values, or a list of `{name, value}` pairs
---@return string
function url.query(fields) end

---The fields of a query string, decoded; a repeated name gives a list.
---@param s string with or without `?` in front
---@return table
function url.parse_query(s) end

---An open WebSocket.
---@class ws.connection
---@field protocol string? The subprotocol that the server chose, or nil.
---@field is_open boolean false once either side closed it
---@field is_binary boolean whether the last message received was binary
---@field close_code integer? the peer's close code, 1006 without one, nil while open
---@field close_reason string? the peer's reason, nil while open
---@overload fun(): string?
local ws_connection = {}

---Sends a text message; waits until it is on its way.
---@param message string
function ws_connection:send(message) end

---Sends a binary message.
---@param message string
function ws_connection:send_binary(message) end

---The next message as bytes, text or binary; waits for it, for `opts.timeout` seconds at most.
---@param opts? { timeout?: number }
---@return string
function ws_connection:recv(opts) end

---Sends a ping and returns the seconds until its pong.
---@param opts? { timeout?: number }
---@return number
function ws_connection:ping(opts) end

---`for message in ws.messages(conn) do`: until the server closes the connection normally.
---@return ws.messages
function ws_connection:messages() end

---Closes the connection and waits for the peer to do so, too.
---@param code? integer 1000, or 3000 to 4999 for own meanings
---@param reason? string at most 123 bytes
function ws_connection:close(code, reason) end

---ws.messages
---@class ws.messages
---@overload fun(): string?
local ws_messages = {}

---WebSocket client
ws = {}

---Connects to ws://… or wss://….
---@param url string
---@param opts? table headers, subprotocols, timeout (seconds), ca_cert, ca_cert_file, client_cert[_file], client_key[_file], tls_server_name, insecure, proxy, max_message (bytes)
---@return ws.connection
function ws.connect(url, opts) end

---Sends a text message; waits until it is on its way.
---@param conn ws.connection from ws.connect
---@param message string
function ws.send(conn, message) end

---Sends a binary message.
---@param conn ws.connection from ws.connect
---@param message string
function ws.send_binary(conn, message) end

---The next message as bytes, text or binary; waits for it, for `opts.timeout` seconds at most.
---@param conn ws.connection from ws.connect
---@param opts? { timeout?: number }
---@return string
function ws.recv(conn, opts) end

---Sends a ping and returns the seconds until its pong.
---@param conn ws.connection from ws.connect
---@param opts? { timeout?: number }
---@return number
function ws.ping(conn, opts) end

---Closes the connection and waits for the peer to do so, too.
---@param conn ws.connection from ws.connect
---@param code? integer 1000, or 3000 to 4999 for own meanings
---@param reason? string at most 123 bytes
function ws.close(conn, code, reason) end

---The subprotocol that the server chose, or nil.
---@param conn ws.connection from ws.connect
---@return string?
function ws.protocol(conn) end

---`for message in ws.messages(conn) do`: until the server closes the connection normally.
---@param conn ws.connection from ws.connect
---@return ws.messages
function ws.messages(conn) end

---YAML text to Lua values and back
yaml = {}

---Reads one YAML document; nil when there is none.
---@param s string the YAML text
---@param opts? { null?: any }
---@return any
function yaml.parse(s, opts) end

---Reads all documents into a list; empty ones are left out.
---@param s string the YAML text
---@param opts? { null?: any }
---@return table
function yaml.parse_all(s, opts) end

---Writes a value as block YAML with its keys sorted.
---@param v? any the value
---@return string
function yaml.encode(v) end

---A client of one of the modules.
---@class assay.client
local assay_client = {}

---The same client with some options changed: `c:with { token = other }`. It has connections and a session of its own.
---@param changes? any
---@return any
function assay_client:with(changes) end

---Ends the client's connections, if it has some of its own.
---@return any
function assay_client:close() end

---A client of assay.alertmanager.
---@class assay.alertmanager.Client: assay.client
local assay_alertmanager_Client = {}

---The alerts. `opts`: `active`, `silenced`, `inhibited`, `unprocessed` (booleans), `filter` (list of matchers), `receiver` (a regular expression), `receiver_matchers`.
---@param opts? table
---@return any
function assay_alertmanager_Client:alerts(opts) end

---Sends alerts `{ labels, annotations, startsAt, endsAt, generatorURL }`; true. Times may be Unix seconds.
---@param alerts? any
---@return any
function assay_alertmanager_Client:post_alerts(alerts) end

---The alerts in their groups: `{ labels, receiver, alerts }`. `opts` as for `alerts`, with `muted` instead of `unprocessed`.
---@param opts? table
---@return any
function assay_alertmanager_Client:alert_groups(opts) end

---The silences; `opts.filter` is a list of matchers. `opts.active`, `pending` and `expired` at false leave such out.
---@param opts? table
---@return any
function assay_alertmanager_Client:silences(opts) end

---A silence. An unknown id is an error, nil with `opts.allow_missing`.
---@param id? any
---@param opts? table
---@return any
function assay_alertmanager_Client:silence(id, opts) end

---Creates a silence, or changes the one whose `id` it has: `{ silenceID }`. Times may be Unix seconds.
---@param silence? any
---@return any
function assay_alertmanager_Client:create_silence(silence) end

---Ends a silence; true. An unknown id is an error, false with `opts.allow_missing`.
---@param id? any
---@param opts? table
---@return any
function assay_alertmanager_Client:delete_silence(id, opts) end

---`{ cluster, config, uptime, versionInfo }`.
---@return any
function assay_alertmanager_Client:status() end

---The receivers `{ name }`. `opts`: `receiver_matchers`.
---@param opts? table
---@return any
function assay_alertmanager_Client:receivers(opts) end

---Whether an alert is active, neither silenced nor inhibited.
---@param alertname? any
---@return any
function assay_alertmanager_Client:is_firing(alertname) end

---The number of active alerts, neither silenced nor inhibited.
---@return any
function assay_alertmanager_Client:active_count() end

---Silences an alert from now for some hours; returns the silence's id. `opts.created_by`, `opts.comment`, `opts.matchers` (further ones).
---@param alertname? any
---@param duration_hours? any
---@param opts? table
---@return any
function assay_alertmanager_Client:silence_alert(alertname, duration_hours, opts) end

---Ends all silences that are not over and fit the matchers (`{}`: all); returns their ids.
---@param matchers? any
---@return any
function assay_alertmanager_Client:expire_silences(matchers) end

---Whether the server runs.
---@return any
function assay_alertmanager_Client:healthy() end

---Whether the server can take requests.
---@return any
function assay_alertmanager_Client:ready() end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param opts? table
---@return any
function assay_alertmanager_Client:wait_ready(opts) end

---Makes the server read its configuration again; true.
---@return any
function assay_alertmanager_Client:reload() end

---Whether the cluster is ready, and how many peers it has.
---@return any
function assay_alertmanager_Client:cluster_ready() end

---Prometheus Alertmanager (API v2): alerts, groups, silences, status.
---@class assay.alertmanager
local assay_alertmanager = {}

---A client; options: `token` or `username` and `password`, `headers`, and those for connections.
---@param ... any
---@return assay.alertmanager.Client
function assay_alertmanager.client(...) end

---The alerts. `opts`: `active`, `silenced`, `inhibited`, `unprocessed` (booleans), `filter` (list of matchers), `receiver` (a regular expression), `receiver_matchers`.
---@param target? any
---@param opts? table
---@return any
function assay_alertmanager.alerts(target, opts) end

---Sends alerts `{ labels, annotations, startsAt, endsAt, generatorURL }`; true. Times may be Unix seconds.
---@param target? any
---@param alerts? any
---@return any
function assay_alertmanager.post_alerts(target, alerts) end

---The alerts in their groups: `{ labels, receiver, alerts }`. `opts` as for `alerts`, with `muted` instead of `unprocessed`.
---@param target? any
---@param opts? table
---@return any
function assay_alertmanager.alert_groups(target, opts) end

---The silences; `opts.filter` is a list of matchers. `opts.active`, `pending` and `expired` at false leave such out.
---@param target? any
---@param opts? table
---@return any
function assay_alertmanager.silences(target, opts) end

---A silence. An unknown id is an error, nil with `opts.allow_missing`.
---@param target? any
---@param id? any
---@param opts? table
---@return any
function assay_alertmanager.silence(target, id, opts) end

---Creates a silence, or changes the one whose `id` it has: `{ silenceID }`. Times may be Unix seconds.
---@param target? any
---@param silence? any
---@return any
function assay_alertmanager.create_silence(target, silence) end

---Ends a silence; true. An unknown id is an error, false with `opts.allow_missing`.
---@param target? any
---@param id? any
---@param opts? table
---@return any
function assay_alertmanager.delete_silence(target, id, opts) end

---`{ cluster, config, uptime, versionInfo }`.
---@param target? any
---@return any
function assay_alertmanager.status(target) end

---The receivers `{ name }`. `opts`: `receiver_matchers`.
---@param target? any
---@param opts? table
---@return any
function assay_alertmanager.receivers(target, opts) end

---Whether an alert is active, neither silenced nor inhibited.
---@param target? any
---@param alertname? any
---@return any
function assay_alertmanager.is_firing(target, alertname) end

---The number of active alerts, neither silenced nor inhibited.
---@param target? any
---@return any
function assay_alertmanager.active_count(target) end

---Silences an alert from now for some hours; returns the silence's id. `opts.created_by`, `opts.comment`, `opts.matchers` (further ones).
---@param target? any
---@param alertname? any
---@param duration_hours? any
---@param opts? table
---@return any
function assay_alertmanager.silence_alert(target, alertname, duration_hours, opts) end

---Ends all silences that are not over and fit the matchers (`{}`: all); returns their ids.
---@param target? any
---@param matchers? any
---@return any
function assay_alertmanager.expire_silences(target, matchers) end

---Whether the server runs.
---@param target? any
---@return any
function assay_alertmanager.healthy(target) end

---Whether the server can take requests.
---@param target? any
---@return any
function assay_alertmanager.ready(target) end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param target? any
---@param opts? table
---@return any
function assay_alertmanager.wait_ready(target, opts) end

---Makes the server read its configuration again; true.
---@param target? any
---@return any
function assay_alertmanager.reload(target) end

---Whether the cluster is ready, and how many peers it has.
---@param target? any
---@return any
function assay_alertmanager.cluster_ready(target) end

---A client of assay.argocd.
---@class assay.argocd.Client: assay.client
local assay_argocd_Client = {}

---The applications. `opts`: project, selector.
---@param opts? table
---@return any
function assay_argocd_Client:applications(opts) end

---An application. `opts` of all functions of one: app_namespace, project.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:application(name, opts) end

---Whether there is such an application. The server hides missing ones behind 403.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_exists(name, opts) end

---status, sync, message of an application.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_health(name, opts) end

---Starts a sync. `opts`: revision, revisions and source_positions (of several sources), prune, dry_run, strategy, resources, sync_options (list), retry_strategy.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:sync(name, opts) end

---Has the server compare an application with its source; `opts.type` is "normal" or "hard".
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:refresh(name, opts) end

---Goes back to an entry of the history. `opts`: prune, dry_run.
---@param name? any
---@param id? any
---@param opts? table
---@return any
function assay_argocd_Client:rollback(name, id, opts) end

---The tree of an application's resources.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_resources(name, opts) end

---The manifests of an application. `opts`: revision.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_manifests(name, opts) end

---The resources that an application manages.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:managed_resources(name, opts) end

---Deletes an application. `opts`: cascade, propagation_policy.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:delete_app(name, opts) end

---Creates an application. `opts`: upsert, validate.
---@param application? any
---@param opts? table
---@return any
function assay_argocd_Client:create_app(application, opts) end

---Replaces the spec of an application. `opts`: validate.
---@param name? any
---@param spec? any
---@param opts? table
---@return any
function assay_argocd_Client:update_spec(name, spec, opts) end

---Changes an application by a patch, a table or its text. `opts`: type ("merge", "json").
---@param name? any
---@param patch? any
---@param opts? table
---@return any
function assay_argocd_Client:patch_app(name, patch, opts) end

---The windows in which an application may be synced: `{ activeWindows, assignedWindows, canSync }`.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:sync_windows(name, opts) end

---Stops a running operation.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:terminate(name, opts) end

---The repositories.
---@return any
function assay_argocd_Client:repositories() end

---A repository.
---@param repo_url? any
---@return any
function assay_argocd_Client:repository(repo_url) end

---The clusters.
---@return any
function assay_argocd_Client:clusters() end

---A cluster.
---@param server_url? any
---@return any
function assay_argocd_Client:cluster(server_url) end

---The settings.
---@return any
function assay_argocd_Client:settings() end

---The server's version.
---@return any
function assay_argocd_Client:version() end

---Who the caller is.
---@return any
function assay_argocd_Client:userinfo() end

---Whether an application is healthy.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:is_healthy(name, opts) end

---Whether an application is synced.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:is_synced(name, opts) end

---Waits until an application is healthy; a failed operation is an error at once. `opts`: interval.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_argocd_Client:wait_healthy(name, timeout_secs, opts) end

---Waits until an application is synced; a failed operation is an error at once. `opts`: interval.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_argocd_Client:wait_synced(name, timeout_secs, opts) end

---Waits until an application is gone. `opts`: interval.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_argocd_Client:wait_deleted(name, timeout_secs, opts) end

---Starts a sync and waits until it has succeeded and the application is healthy since. `opts` as of `sync`, and interval.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_argocd_Client:sync_and_wait(name, timeout_secs, opts) end

---A resource of an application as the cluster has it.
---@param name? any
---@param resource? any
---@param opts? table
---@return any
function assay_argocd_Client:resource(name, resource, opts) end

---Changes a resource by a patch, a table or its text. `opts`: type ("merge", "strategic", "json").
---@param name? any
---@param resource? any
---@param patch? any
---@param opts? table
---@return any
function assay_argocd_Client:patch_resource(name, resource, patch, opts) end

---Deletes a resource of an application; false when there is none. `opts`: force, orphan.
---@param name? any
---@param resource? any
---@param opts? table
---@return any
function assay_argocd_Client:delete_resource(name, resource, opts) end

---The actions of a resource: `{ name, disabled, params }`.
---@param name? any
---@param resource? any
---@param opts? table
---@return any
function assay_argocd_Client:resource_actions(name, resource, opts) end

---Runs an action on a resource, such as "restart". `opts`: params (names to values).
---@param name? any
---@param resource? any
---@param action? any
---@param opts? table
---@return any
function assay_argocd_Client:run_action(name, resource, action, opts) end

---The events of an application, or of `opts.resource` (with its uid).
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_events(name, opts) end

---The log lines of an application's pods as they are now: `{ content, pod, time }` each. `opts`: namespace, pod, container, kind, group, resource_name, tail_lines (100), since_seconds, filter, previous.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:app_logs(name, opts) end

---Logs in with the client's username and password; returns the token, which the client uses from then on. Without it the first request that needs a session logs in.
---@return any
function assay_argocd_Client:login() end

---Ends the client's session.
---@return any
function assay_argocd_Client:logout() end

---The sets of applications. `opts`: projects (a list), selector, appset_namespace.
---@param opts? table
---@return any
function assay_argocd_Client:application_sets(opts) end

---A set of applications. `opts`: appset_namespace.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:application_set(name, opts) end

---Creates a set of applications. `opts`: upsert, dry_run.
---@param set? any
---@param opts? table
---@return any
function assay_argocd_Client:create_application_set(set, opts) end

---Deletes a set of applications; false when there is none. `opts`: appset_namespace.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:delete_application_set(name, opts) end

---The projects.
---@return any
function assay_argocd_Client:projects() end

---A project.
---@param name? any
---@return any
function assay_argocd_Client:project(name) end

---Creates a project { metadata, spec }. `opts`: upsert.
---@param project? any
---@param opts? table
---@return any
function assay_argocd_Client:create_project(project, opts) end

---Replaces a project, which must have been read: the server compares its resourceVersion.
---@param project? any
---@return any
function assay_argocd_Client:update_project(project) end

---Deletes a project; false when there is none.
---@param name? any
---@return any
function assay_argocd_Client:delete_project(name) end

---A token for a role of a project. `opts`: expires_in (seconds), id, description.
---@param project? any
---@param role? any
---@param opts? table
---@return any
function assay_argocd_Client:project_token(project, role, opts) end

---Registers a repository { repo, username, password, type, … }. `opts`: upsert.
---@param repository? any
---@param opts? table
---@return any
function assay_argocd_Client:create_repository(repository, opts) end

---Forgets a repository; false when there is none. `opts`: app_project.
---@param repo_url? any
---@param opts? table
---@return any
function assay_argocd_Client:delete_repository(repo_url, opts) end

---Registers a cluster { server, name, config, … }. `opts`: upsert.
---@param cluster? any
---@param opts? table
---@return any
function assay_argocd_Client:create_cluster(cluster, opts) end

---Forgets a cluster; false when there is none.
---@param server_url? any
---@return any
function assay_argocd_Client:delete_cluster(server_url) end

---The accounts `{ name, enabled, capabilities, tokens }`.
---@return any
function assay_argocd_Client:accounts() end

---A token for an account. `opts`: expires_in (seconds), id.
---@param name? any
---@param opts? table
---@return any
function assay_argocd_Client:account_token(name, opts) end

---Takes a token of an account back; false when there is none.
---@param name? any
---@param id? any
---@return any
function assay_argocd_Client:delete_account_token(name, id) end

---Argo CD: applications and their resources, sets, projects, repositories, clusters, accounts.
---@class assay.argocd
local assay_argocd = {}

---`client(url, opts)`; `opts`: token, or username and password.
---@param ... any
---@return assay.argocd.Client
function assay_argocd.client(...) end

---A client of assay.certmanager.
---@class assay.certmanager.Client: assay.client
local assay_certmanager_Client = {}

---The certificates of a namespace, of all when it is nil. `opts`: label_selector, field_selector, limit.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:certificates(namespace, opts) end

---A certificate, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:certificate(namespace, name) end

---Readiness, validity and conditions of a certificate, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:certificate_status(namespace, name) end

---Whether a certificate is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:is_certificate_ready(namespace, name) end

---Waits until a certificate is ready. `opts`: interval (5 s).
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_certmanager_Client:wait_certificate_ready(namespace, name, timeout_secs, opts) end

---The issuers of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:issuers(namespace, opts) end

---An issuer, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:issuer(namespace, name) end

---Whether an issuer is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:is_issuer_ready(namespace, name) end

---Waits until an issuer is ready.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_certmanager_Client:wait_issuer_ready(namespace, name, timeout_secs, opts) end

---The cluster issuers.
---@param opts? table
---@return any
function assay_certmanager_Client:cluster_issuers(opts) end

---A cluster issuer, or nil.
---@param name? any
---@return any
function assay_certmanager_Client:cluster_issuer(name) end

---Whether a cluster issuer is ready.
---@param name? any
---@return any
function assay_certmanager_Client:is_cluster_issuer_ready(name) end

---Waits until a cluster issuer is ready.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_certmanager_Client:wait_cluster_issuer_ready(name, timeout_secs, opts) end

---The certificate requests of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:certificate_requests(namespace, opts) end

---A certificate request, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:certificate_request(namespace, name) end

---Whether a certificate request is approved.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:is_request_approved(namespace, name) end

---Whether a certificate request is denied.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:is_request_denied(namespace, name) end

---Whether a certificate request is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:is_request_ready(namespace, name) end

---Waits until a certificate request is ready; one that is denied or failed is an error at once.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_certmanager_Client:wait_request_ready(namespace, name, timeout_secs, opts) end

---The ACME orders of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:orders(namespace, opts) end

---An ACME order, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:order(namespace, name) end

---Waits until an ACME order is valid; one that is invalid, expired or errored is an error at once.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_certmanager_Client:wait_order_valid(namespace, name, timeout_secs, opts) end

---The ACME challenges of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:challenges(namespace, opts) end

---An ACME challenge, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:challenge(namespace, name) end

---How many certificates are ready: ready, not_ready, total, not_ready_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:all_certificates_ready(namespace, opts) end

---How many issuers are ready: ready, not_ready, total, not_ready_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_certmanager_Client:all_issuers_ready(namespace, opts) end

---How many cluster issuers are ready: ready, not_ready, total, not_ready_names.
---@param opts? table
---@return any
function assay_certmanager_Client:all_cluster_issuers_ready(opts) end

---Whether the server has cert-manager's resource types.
---@return any
function assay_certmanager_Client:crds_installed() end

---Days until a certificate ends, or nil when that is not known.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:days_left(namespace, name) end

---Certificates that end within `days`, as { namespace, name, days_left }, the soonest first.
---@param namespace? any
---@param days? any
---@return any
function assay_certmanager_Client:expiring(namespace, days) end

---Why a certificate is not ready: `{ ready, reason, certificate, request, orders, challenges }`, from its newest request on; nil when there is no such certificate.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:diagnose(namespace, name) end

---Has a certificate issued anew.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:renew(namespace, name) end

---Approves a certificate request.
---@param namespace? any
---@param name? any
---@param message? any
---@return any
function assay_certmanager_Client:approve(namespace, name, message) end

---Denies a certificate request.
---@param namespace? any
---@param name? any
---@param message? any
---@return any
function assay_certmanager_Client:deny(namespace, name, message) end

---Server-side apply of a manifest of cert-manager, e.g. a Certificate or an Issuer.
---@param manifest? any
---@param opts? table
---@return any
function assay_certmanager_Client:apply(manifest, opts) end

---Deletes an object by its kind, such as "Issuer"; false when there is none. Cluster issuers have no namespace.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:delete(kind, namespace, name) end

---Deletes a certificate; false when there is none.
---@param namespace? any
---@param name? any
---@return any
function assay_certmanager_Client:delete_certificate(namespace, name) end

---cert-manager: certificates, issuers, requests, orders and challenges.
---@class assay.certmanager
local assay_certmanager = {}

---`client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
---@param ... any
---@return assay.certmanager.Client
function assay_certmanager.client(...) end

---A client of assay.crossplane.
---@class assay.crossplane.Client: assay.client
local assay_crossplane_Client = {}

---The installed providers.
---@param opts? table
---@return any
function assay_crossplane_Client:providers(opts) end

---A provider, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:provider(name) end

---Whether a provider is healthy.
---@param name? any
---@return any
function assay_crossplane_Client:is_provider_healthy(name) end

---Whether a provider is installed.
---@param name? any
---@return any
function assay_crossplane_Client:is_provider_installed(name) end

---installed, healthy, current_revision, conditions; an error when there is no such provider.
---@param name? any
---@return any
function assay_crossplane_Client:provider_status(name) end

---The revisions of providers.
---@param opts? table
---@return any
function assay_crossplane_Client:provider_revisions(opts) end

---A revision of a provider, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:provider_revision(name) end

---Whether a revision of a provider is healthy, and what runs it as well.
---@param name? any
---@return any
function assay_crossplane_Client:is_provider_revision_healthy(name) end

---The revisions of configurations.
---@param opts? table
---@return any
function assay_crossplane_Client:configuration_revisions(opts) end

---A revision of a configuration, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:configuration_revision(name) end

---The installed configurations.
---@param opts? table
---@return any
function assay_crossplane_Client:configurations(opts) end

---A configuration, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:configuration(name) end

---Whether a configuration is healthy.
---@param name? any
---@return any
function assay_crossplane_Client:is_configuration_healthy(name) end

---Whether a configuration is installed.
---@param name? any
---@return any
function assay_crossplane_Client:is_configuration_installed(name) end

---As `provider_status`.
---@param name? any
---@return any
function assay_crossplane_Client:configuration_status(name) end

---The installed functions.
---@param opts? table
---@return any
function assay_crossplane_Client:functions(opts) end

---A function, or nil; `function` is a word of Lua.
---@param name? any
---@return any
function assay_crossplane_Client:xfunction(name) end

---Whether a function is healthy.
---@param name? any
---@return any
function assay_crossplane_Client:is_function_healthy(name) end

---As `provider_status`.
---@param name? any
---@return any
function assay_crossplane_Client:function_status(name) end

---The revisions of functions.
---@param opts? table
---@return any
function assay_crossplane_Client:function_revisions(opts) end

---A revision of a function, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:function_revision(name) end

---Installs a package or changes its version; `kind` is "provider", "configuration" or "function", `package` such as "xpkg.crossplane.io/crossplane-contrib/provider-nop:v0.4.0". `opts`: spec (further fields of it).
---@param kind? any
---@param name? any
---@param package? any
---@param opts? table
---@return any
function assay_crossplane_Client:install(kind, name, package, opts) end

---Removes a package; false when it is not installed.
---@param kind? any
---@param name? any
---@return any
function assay_crossplane_Client:uninstall(kind, name) end

---The composite resource definitions.
---@param opts? table
---@return any
function assay_crossplane_Client:xrds(opts) end

---A composite resource definition, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:xrd(name) end

---Whether a composite resource definition is established.
---@param name? any
---@return any
function assay_crossplane_Client:is_xrd_established(name) end

---Whether the claims of a composite resource definition are offered.
---@param name? any
---@return any
function assay_crossplane_Client:is_xrd_offered(name) end

---The compositions.
---@param opts? table
---@return any
function assay_crossplane_Client:compositions(opts) end

---A composition, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:composition(name) end

---A managed or composite resource, or nil; `kind` is its plural. Namespaced ones need `namespace`.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:managed_resource(api_group, version, kind, name, namespace) end

---Whether a managed resource is ready.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:is_managed_ready(api_group, version, kind, name, namespace) end

---Whether a managed resource is reconciled without errors.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:is_managed_synced(api_group, version, kind, name, namespace) end

---ready, synced, message, at_provider, conditions of a managed resource, or nil.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:managed_status(api_group, version, kind, name, namespace) end

---The managed resources of a plural. `opts`: namespace, label_selector, field_selector, limit.
---@param api_group? any
---@param version? any
---@param kind? any
---@param opts? table
---@return any
function assay_crossplane_Client:managed_resources(api_group, version, kind, opts) end

---Server-side apply of a manifest with its apiVersion. `opts`: plural, where it is not the usual one.
---@param manifest? any
---@param opts? table
---@return any
function assay_crossplane_Client:apply(manifest, opts) end

---How many providers are healthy: healthy, unhealthy, total, unhealthy_names.
---@return any
function assay_crossplane_Client:all_providers_healthy() end

---How many definitions are established: established, not_established, total, not_established_names.
---@return any
function assay_crossplane_Client:all_xrds_established() end

---Whether the server has Crossplane's resource types.
---@return any
function assay_crossplane_Client:installed() end

---Waits until a provider is healthy.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_provider_healthy(name, timeout_secs, opts) end

---Waits until a configuration is healthy.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_configuration_healthy(name, timeout_secs, opts) end

---Waits until a function is healthy.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_function_healthy(name, timeout_secs, opts) end

---Waits until a composite resource definition is established.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_xrd_established(name, timeout_secs, opts) end

---Waits until a managed resource is ready. `opts`: timeout, interval, namespace.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_managed_ready(api_group, version, kind, name, timeout_secs, opts) end

---The revisions of compositions.
---@param opts? table
---@return any
function assay_crossplane_Client:composition_revisions(opts) end

---A revision of a composition, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:composition_revision(name) end

---The environment configurations.
---@param opts? table
---@return any
function assay_crossplane_Client:environment_configs(opts) end

---The definitions of managed resources (Crossplane 2).
---@param opts? table
---@return any
function assay_crossplane_Client:managed_resource_definitions(opts) end

---A definition of a managed resource, or nil; the name is that of its CRD.
---@param name? any
---@return any
function assay_crossplane_Client:managed_resource_definition(name) end

---The policies that say which managed resources are active.
---@param opts? table
---@return any
function assay_crossplane_Client:activation_policies(opts) end

---The operations (Crossplane 2).
---@param opts? table
---@return any
function assay_crossplane_Client:operations(opts) end

---An operation, or nil.
---@param name? any
---@return any
function assay_crossplane_Client:operation(name) end

---The operations that run on a schedule.
---@param opts? table
---@return any
function assay_crossplane_Client:cron_operations(opts) end

---The operations that run when resources change.
---@param opts? table
---@return any
function assay_crossplane_Client:watch_operations(opts) end

---Waits until an operation has succeeded; one that failed is an error at once. `opts`: interval (5 s).
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_crossplane_Client:wait_operation(name, timeout_secs, opts) end

---The usages of a namespace, of all when it is nil: what must not be deleted, and why.
---@param namespace? any
---@param opts? table
---@return any
function assay_crossplane_Client:usages(namespace, opts) end

---The usages of what has no namespace.
---@param opts? table
---@return any
function assay_crossplane_Client:cluster_usages(opts) end

---How packages are run.
---@param opts? table
---@return any
function assay_crossplane_Client:deployment_runtime_configs(opts) end

---The rules for images of packages: secrets, other registries, signatures.
---@param opts? table
---@return any
function assay_crossplane_Client:image_configs(opts) end

---The packages that are installed, with their dependencies; nil when there are none yet.
---@return any
function assay_crossplane_Client:lock() end

---What a composite resource or claim is made of: `{ api_version, kind, name, namespace, exists, ready, synced, message }` each; nil when there is no such resource. `kind` is its plural. What has no such condition, as a Secret, is neither ready nor not: nil.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:composed(api_group, version, kind, name, namespace) end

---Stops the reconciliation of a managed or composite resource; `kind` is its plural.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:pause(api_group, version, kind, name, namespace) end

---Goes on with the reconciliation.
---@param api_group? any
---@param version? any
---@param kind? any
---@param name? any
---@param namespace? any
---@return any
function assay_crossplane_Client:resume(api_group, version, kind, name, namespace) end

---Crossplane: packages, definitions, compositions, composed and managed resources, operations.
---@class assay.crossplane
local assay_crossplane = {}

---`client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig. `opts`: function_version, xrd_version (asked from the server without them).
---@param ... any
---@return assay.crossplane.Client
function assay_crossplane.client(...) end

---A client of assay.dex.
---@class assay.dex.Client: assay.client
local assay_dex_Client = {}

---The discovery document.
---@return any
function assay_dex_Client:discovery() end

---Forgets the discovery document of a client.
---@return any
function assay_dex_Client:refresh() end

---The key set.
---@return any
function assay_dex_Client:jwks() end

---The issuer that the discovery document names.
---@return any
function assay_dex_Client:issuer() end

---Whether `/healthz` answers 200; the second result is the reason when it does not.
---@return any
function assay_dex_Client:health() end

---As `health`; with `opts.telemetry_url` or that of the client (usually port 5558) Dex's own readiness.
---@param opts? table
---@return any
function assay_dex_Client:ready(opts) end

---Dex's metrics in Prometheus' text format; `opts.telemetry_url` or that of the client is needed.
---@param opts? table
---@return any
function assay_dex_Client:metrics(opts) end

---Whether the discovery document has a field, e.g. "token_endpoint".
---@param endpoint_name? any
---@return any
function assay_dex_Client:has_endpoint(endpoint_name) end

---The scopes that are supported.
---@return any
function assay_dex_Client:supported_scopes() end

---The response types that are supported.
---@return any
function assay_dex_Client:supported_response_types() end

---The grant types that are supported.
---@return any
function assay_dex_Client:supported_grant_types() end

---Whether a scope is supported.
---@param scope? any
---@return any
function assay_dex_Client:supports_scope(scope) end

---Whether a grant type is supported.
---@param grant_type? any
---@return any
function assay_dex_Client:supports_grant_type(grant_type) end

---`{ ok, errors }`: whether the discovery document names its issuer and endpoints. `opts.strict`: and all else that OpenID Connect requires, with absolute addresses.
---@param opts? table
---@return any
function assay_dex_Client:validate_config(opts) end

---What `/api/v1/version` answers. Dex serves its version only over gRPC, so nil is normal; the second result is the reason.
---@return any
function assay_dex_Client:admin_version() end

---Waits until `/healthz` answers 200. `opts`: timeout (60), interval (2).
---@param opts? table
---@return any
function assay_dex_Client:wait(opts) end

---The claims of an ID token; an error unless the issuer's keys have signed it and it is valid now. `opts`: audience (the client's id; not checked without), nonce, leeway (seconds).
---@param id_token? any
---@param opts? table
---@return any
function assay_dex_Client:verify(id_token, opts) end

---What the userinfo endpoint says about an access token.
---@param access_token? any
---@return any
function assay_dex_Client:userinfo(access_token) end

---A token from the token endpoint; `fields` such as { grant_type = "client_credentials" }. `opts` of all grants: client_id, client_secret (sent as Basic authentication, in the form with `auth = "form"`), and `scope` (a text or a list) where it is not one of the fields.
---@param fields? any
---@param opts? table
---@return any
function assay_dex_Client:token(fields, opts) end

---A token for the client itself.
---@param opts? table
---@return any
function assay_dex_Client:client_token(opts) end

---The tokens of a user by name and password, which the issuer must allow. The scope is "openid" unless `opts.scope` says otherwise.
---@param username? any
---@param password? any
---@param opts? table
---@return any
function assay_dex_Client:password_token(username, password, opts) end

---New tokens for a refresh token.
---@param refresh_token? any
---@param opts? table
---@return any
function assay_dex_Client:renew(refresh_token, opts) end

---Exchanges another issuer's token, such as that of a CI job, for one of this issuer (RFC 8693). `opts`: connector_id (Dex needs it), subject_token_type ("id_token", "access_token"), requested_token_type, audience, and those of all grants.
---@param subject_token? any
---@param opts? table
---@return any
function assay_dex_Client:exchange(subject_token, opts) end

---Begins the device flow (RFC 8628): `{ device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval }`.
---@param opts? table
---@return any
function assay_dex_Client:device_code(opts) end

---Waits until the user has allowed the device; returns the tokens. `device` is what `device_code` gave. A refusal is an error at once. `opts`: client_id, client_secret, timeout (until the code expires), interval.
---@param device? any
---@param opts? table
---@return any
function assay_dex_Client:wait_device(device, opts) end

---The whole device flow. `opts`: those of `wait_device`, scope, `show(device)`, which tells the user where to go; without it that is logged.
---@param opts? table
---@return any
function assay_dex_Client:device_login(opts) end

---What the issuer says about a token (RFC 7662): `{ active, … }`. `opts` as for `token`.
---@param token? any
---@param opts? table
---@return any
function assay_dex_Client:introspect(token, opts) end

---Dex and other OIDC issuers: discovery, keys, health, tokens.
---@class assay.dex
local assay_dex = {}

---A client that keeps the discovery document until `refresh()`.
---@param ... any
---@return assay.dex.Client
function assay_dex.client(...) end

---The discovery document.
---@param target? any
---@return any
function assay_dex.discovery(target) end

---Forgets the discovery document of a client.
---@param target? any
---@return any
function assay_dex.refresh(target) end

---The key set.
---@param target? any
---@return any
function assay_dex.jwks(target) end

---The issuer that the discovery document names.
---@param target? any
---@return any
function assay_dex.issuer(target) end

---Whether `/healthz` answers 200; the second result is the reason when it does not.
---@param target? any
---@return any
function assay_dex.health(target) end

---As `health`; with `opts.telemetry_url` or that of the client (usually port 5558) Dex's own readiness.
---@param target? any
---@param opts? table
---@return any
function assay_dex.ready(target, opts) end

---Dex's metrics in Prometheus' text format; `opts.telemetry_url` or that of the client is needed.
---@param target? any
---@param opts? table
---@return any
function assay_dex.metrics(target, opts) end

---Whether the discovery document has a field, e.g. "token_endpoint".
---@param target? any
---@param endpoint_name? any
---@return any
function assay_dex.has_endpoint(target, endpoint_name) end

---The scopes that are supported.
---@param target? any
---@return any
function assay_dex.supported_scopes(target) end

---The response types that are supported.
---@param target? any
---@return any
function assay_dex.supported_response_types(target) end

---The grant types that are supported.
---@param target? any
---@return any
function assay_dex.supported_grant_types(target) end

---Whether a scope is supported.
---@param target? any
---@param scope? any
---@return any
function assay_dex.supports_scope(target, scope) end

---Whether a grant type is supported.
---@param target? any
---@param grant_type? any
---@return any
function assay_dex.supports_grant_type(target, grant_type) end

---`{ ok, errors }`: whether the discovery document names its issuer and endpoints. `opts.strict`: and all else that OpenID Connect requires, with absolute addresses.
---@param target? any
---@param opts? table
---@return any
function assay_dex.validate_config(target, opts) end

---What `/api/v1/version` answers. Dex serves its version only over gRPC, so nil is normal; the second result is the reason.
---@param target? any
---@return any
function assay_dex.admin_version(target) end

---Waits until `/healthz` answers 200. `opts`: timeout (60), interval (2).
---@param target? any
---@param opts? table
---@return any
function assay_dex.wait(target, opts) end

---The claims of an ID token; an error unless the issuer's keys have signed it and it is valid now. `opts`: audience (the client's id; not checked without), nonce, leeway (seconds).
---@param target? any
---@param id_token? any
---@param opts? table
---@return any
function assay_dex.verify(target, id_token, opts) end

---What the userinfo endpoint says about an access token.
---@param target? any
---@param access_token? any
---@return any
function assay_dex.userinfo(target, access_token) end

---A token from the token endpoint; `fields` such as { grant_type = "client_credentials" }. `opts` of all grants: client_id, client_secret (sent as Basic authentication, in the form with `auth = "form"`), and `scope` (a text or a list) where it is not one of the fields.
---@param target? any
---@param fields? any
---@param opts? table
---@return any
function assay_dex.token(target, fields, opts) end

---A token for the client itself.
---@param target? any
---@param opts? table
---@return any
function assay_dex.client_token(target, opts) end

---The tokens of a user by name and password, which the issuer must allow. The scope is "openid" unless `opts.scope` says otherwise.
---@param target? any
---@param username? any
---@param password? any
---@param opts? table
---@return any
function assay_dex.password_token(target, username, password, opts) end

---New tokens for a refresh token.
---@param target? any
---@param refresh_token? any
---@param opts? table
---@return any
function assay_dex.renew(target, refresh_token, opts) end

---Exchanges another issuer's token, such as that of a CI job, for one of this issuer (RFC 8693). `opts`: connector_id (Dex needs it), subject_token_type ("id_token", "access_token"), requested_token_type, audience, and those of all grants.
---@param target? any
---@param subject_token? any
---@param opts? table
---@return any
function assay_dex.exchange(target, subject_token, opts) end

---Begins the device flow (RFC 8628): `{ device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval }`.
---@param target? any
---@param opts? table
---@return any
function assay_dex.device_code(target, opts) end

---Waits until the user has allowed the device; returns the tokens. `device` is what `device_code` gave. A refusal is an error at once. `opts`: client_id, client_secret, timeout (until the code expires), interval.
---@param target? any
---@param device? any
---@param opts? table
---@return any
function assay_dex.wait_device(target, device, opts) end

---The whole device flow. `opts`: those of `wait_device`, scope, `show(device)`, which tells the user where to go; without it that is logged.
---@param target? any
---@param opts? table
---@return any
function assay_dex.device_login(target, opts) end

---What the issuer says about a token (RFC 7662): `{ active, … }`. `opts` as for `token`.
---@param target? any
---@param token? any
---@param opts? table
---@return any
function assay_dex.introspect(target, token, opts) end

---A client of assay.eso.
---@class assay.eso.Client: assay.client
local assay_eso_Client = {}

---The external secrets of a namespace, of all when it is nil. `opts` of all lists: label_selector, field_selector, limit.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:external_secrets(namespace, opts) end

---An external secret, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:external_secret(namespace, name) end

---ready, status (reason), sync_hash, conditions, refresh_time of an external secret; an error when there is none.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:external_secret_status(namespace, name) end

---Whether an external secret is synced.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:is_secret_synced(namespace, name) end

---Waits until an external secret is synced. `opts`: interval (5 s), since (Unix seconds: synced after that).
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_eso_Client:wait_secret_synced(namespace, name, timeout_secs, opts) end

---The secret stores of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:secret_stores(namespace, opts) end

---A secret store, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:secret_store(namespace, name) end

---ready and conditions of a secret store; an error when there is none.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:secret_store_status(namespace, name) end

---Whether a secret store is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:is_store_ready(namespace, name) end

---Waits until a secret store is ready.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_eso_Client:wait_store_ready(namespace, name, timeout_secs, opts) end

---The cluster secret stores.
---@param opts? table
---@return any
function assay_eso_Client:cluster_secret_stores(opts) end

---A cluster secret store, or nil.
---@param name? any
---@return any
function assay_eso_Client:cluster_secret_store(name) end

---ready and conditions of a cluster secret store; an error when there is none.
---@param name? any
---@return any
function assay_eso_Client:cluster_secret_store_status(name) end

---Whether a cluster secret store is ready.
---@param name? any
---@return any
function assay_eso_Client:is_cluster_store_ready(name) end

---Waits until a cluster secret store is ready.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_eso_Client:wait_cluster_store_ready(name, timeout_secs, opts) end

---The cluster external secrets.
---@param opts? table
---@return any
function assay_eso_Client:cluster_external_secrets(opts) end

---A cluster external secret, or nil.
---@param name? any
---@return any
function assay_eso_Client:cluster_external_secret(name) end

---ready, conditions, provisioned and failed namespaces of a cluster external secret; an error when there is none.
---@param name? any
---@return any
function assay_eso_Client:cluster_external_secret_status(name) end

---How many external secrets are synced: synced, failed, total, failed_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:all_secrets_synced(namespace, opts) end

---How many secret stores are ready: ready, not_ready, total, not_ready_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:all_stores_ready(namespace, opts) end

---How many cluster secret stores are ready: ready, not_ready, total, not_ready_names.
---@param opts? table
---@return any
function assay_eso_Client:all_cluster_stores_ready(opts) end

---Has an external secret synced now.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:refresh(namespace, name) end

---Has the external secrets of a cluster external secret synced now.
---@param name? any
---@return any
function assay_eso_Client:refresh_cluster(name) end

---The names of the keys in the Secret that an external secret makes, sorted; nil while there is none.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:secret_keys(namespace, name) end

---Raises unless the Secret that an external secret makes has all of these keys; true.
---@param namespace? any
---@param name? any
---@param expected_keys? any
---@return any
function assay_eso_Client:assert_keys(namespace, name, expected_keys) end

---The push secrets of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:push_secrets(namespace, opts) end

---A push secret, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:push_secret(namespace, name) end

---Whether a push secret has been pushed.
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:is_push_secret_synced(namespace, name) end

---Waits until a push secret has been pushed. `opts`: interval (5 s).
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_eso_Client:wait_push_secret_synced(namespace, name, timeout_secs, opts) end

---How many push secrets are pushed: synced, failed, total, failed_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:all_push_secrets_synced(namespace, opts) end

---The cluster push secrets.
---@param opts? table
---@return any
function assay_eso_Client:cluster_push_secrets(opts) end

---A cluster push secret, or nil.
---@param name? any
---@return any
function assay_eso_Client:cluster_push_secret(name) end

---The generators of a kind ("Password", "passwords", …) in a namespace, in all when it is nil.
---@param kind? any
---@param namespace? any
---@param opts? table
---@return any
function assay_eso_Client:generators(kind, namespace, opts) end

---A generator, or nil.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:generator(kind, namespace, name) end

---The cluster generators.
---@param opts? table
---@return any
function assay_eso_Client:cluster_generators(opts) end

---Server-side apply of a manifest, e.g. an ExternalSecret or a SecretStore.
---@param manifest? any
---@param opts? table
---@return any
function assay_eso_Client:apply(manifest, opts) end

---Deletes an object by its kind, such as "ExternalSecret"; false when there is none. The namespace of those of the cluster is nil.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_eso_Client:delete(kind, namespace, name) end

---External Secrets Operator: external secrets, push secrets, stores, generators.
---@class assay.eso
local assay_eso = {}

---`client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig. `opts`: api_version ("v1" or "v1beta1", asked from the server without it).
---@param ... any
---@return assay.eso.Client
function assay_eso.client(...) end

---A client of assay.flux.
---@class assay.flux.Client: assay.client
local assay_flux_Client = {}

---The Git repositories of a namespace, of all when it is nil. `opts` of all lists: label_selector, field_selector, limit.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:git_repositories(namespace, opts) end

---A Git repository, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:git_repository(namespace, name) end

---Whether a Git repository is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:is_git_repo_ready(namespace, name) end

---The Helm repositories.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:helm_repositories(namespace, opts) end

---A Helm repository, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:helm_repository(namespace, name) end

---Whether a Helm repository is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:is_helm_repo_ready(namespace, name) end

---The Helm charts.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:helm_charts(namespace, opts) end

---A Helm chart, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:helm_chart(namespace, name) end

---The OCI repositories.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:oci_repositories(namespace, opts) end

---An OCI repository, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:oci_repository(namespace, name) end

---The buckets.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:buckets(namespace, opts) end

---A bucket, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:bucket(namespace, name) end

---The external artifacts.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:external_artifacts(namespace, opts) end

---The kustomizations.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:kustomizations(namespace, opts) end

---A kustomization, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:kustomization(namespace, name) end

---Whether a kustomization is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:is_kustomization_ready(namespace, name) end

---ready, revision, last_applied_revision, conditions, suspended of a kustomization, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:kustomization_status(namespace, name) end

---The Helm releases.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:helm_releases(namespace, opts) end

---A Helm release, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:helm_release(namespace, name) end

---Whether a Helm release is ready.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:is_helm_release_ready(namespace, name) end

---ready, revision, last_applied_revision, conditions, suspended of a Helm release, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:helm_release_status(namespace, name) end

---The history of a Helm release, the newest first: `{ chartVersion, status, version, … }`; nil when there is no such release.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:helm_release_history(namespace, name) end

---The alerts.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:alerts(namespace, opts) end

---An alert, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:alert(namespace, name) end

---The notification providers.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:providers_list(namespace, opts) end

---A notification provider, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:provider(namespace, name) end

---The webhook receivers.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:receivers(namespace, opts) end

---A webhook receiver, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:receiver(namespace, name) end

---The image policies.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:image_policies(namespace, opts) end

---An image policy, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:image_policy(namespace, name) end

---The newest image that an image policy has found, such as "ghcr.io/a/b:1.2"; nil when there is none.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:latest_image(namespace, name) end

---The image repositories.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:image_repositories(namespace, opts) end

---An image repository, or nil.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:image_repository(namespace, name) end

---The image update automations.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:image_update_automations(namespace, opts) end

---How many sources are ready (Git, Helm, OCI, buckets): ready, not_ready, total, not_ready_names, suspended, suspended_names.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:all_sources_ready(namespace, opts) end

---How many kustomizations are ready; as `all_sources_ready`.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:all_kustomizations_ready(namespace, opts) end

---How many Helm releases are ready; as `all_sources_ready`.
---@param namespace? any
---@param opts? table
---@return any
function assay_flux_Client:all_helm_releases_ready(namespace, opts) end

---Waits until a kustomization is ready; one that is stalled is an error at once.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_flux_Client:wait_kustomization_ready(namespace, name, timeout_secs, opts) end

---Waits until a Helm release is ready; one that is stalled is an error at once.
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_flux_Client:wait_helm_release_ready(namespace, name, timeout_secs, opts) end

---Whether an object of any kind, such as "OCIRepository", is ready.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:is_ready(kind, namespace, name) end

---What a source has fetched: `{ revision, digest, url, last_update_time, … }`; nil when there is nothing. `kind` such as "GitRepository".
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:artifact(kind, namespace, name) end

---What a kustomization has applied: `{ namespace, name, group, kind, version }` each; nil when there is no such kustomization.
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:inventory(namespace, name) end

---Waits until a source is ready; `kind` such as "GitRepository".
---@param kind? any
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_flux_Client:wait_source_ready(kind, namespace, name, timeout_secs, opts) end

---Has an object reconciled now. `opts`: force and reset (Helm releases), wait (true or seconds).
---@param kind? any
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_flux_Client:reconcile(kind, namespace, name, opts) end

---Calls the webhook of a receiver, as Git hosts do; returns the response. `address` is where the notification controller's webhooks are reached. `opts`: headers, body (a table is sent as JSON), and those of a connection.
---@param namespace? any
---@param name? any
---@param address? any
---@param opts? table
---@return any
function assay_flux_Client:trigger_receiver(namespace, name, address, opts) end

---Server-side apply of a manifest with its apiVersion, or with the current one.
---@param manifest? any
---@param opts? table
---@return any
function assay_flux_Client:apply(manifest, opts) end

---Deletes an object by its kind, such as "Kustomization"; false when there is none.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:delete(kind, namespace, name) end

---Stops the reconciliation of an object.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:suspend(kind, namespace, name) end

---Goes on with the reconciliation of an object.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_flux_Client:resume(kind, namespace, name) end

---Flux: sources, kustomizations, Helm releases, notifications and image policies.
---@class assay.flux
local assay_flux = {}

---`client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
---@param ... any
---@return assay.flux.Client
function assay_flux.client(...) end

---A client of assay.grafana.
---@class assay.grafana.Client: assay.client
local assay_grafana_Client = {}

---`{ commit, database, version }`.
---@return any
function assay_grafana_Client:health() end

---Whether the server and its database work; never raises.
---@return any
function assay_grafana_Client:is_healthy() end

---Waits until the server is healthy: `opts.timeout` (60), `opts.interval` (2).
---@param opts? table
---@return any
function assay_grafana_Client:wait(opts) end

---The organisation of the credentials.
---@return any
function assay_grafana_Client:org() end

---The data sources.
---@return any
function assay_grafana_Client:datasources() end

---A data source by uid (a string) or numeric id. Servers that know no ids any more are asked for the list. Absent ones are an error, nil with `opts.allow_missing`.
---@param id_or_uid? any
---@param opts? table
---@return any
function assay_grafana_Client:datasource(id_or_uid, opts) end

---A data source by name; nil when it is absent.
---@param name? any
---@return any
function assay_grafana_Client:datasource_by_name(name) end

---Creates a data source; `{ id, datasource, message, name }`.
---@param source? any
---@return any
function assay_grafana_Client:create_datasource(source) end

---Replaces a data source.
---@param uid? any
---@param source? any
---@return any
function assay_grafana_Client:update_datasource(uid, source) end

---Deletes a data source.
---@param uid? any
---@return any
function assay_grafana_Client:delete_datasource(uid) end

---Creates the data source of that name, or brings it up to date; returns whether it was created.
---@param source? any
---@return any
function assay_grafana_Client:ensure_datasource(source) end

---What a data source says about its connection: `{ status, message }`.
---@param uid? any
---@return any
function assay_grafana_Client:datasource_health(uid) end

---Runs the queries of a panel: `{ queries = { … }, from = "now-1h", to = "now" }`.
---@param query? any
---@return any
function assay_grafana_Client:ds_query(query) end

---Searches dashboards and folders. `opts`: `query`, `type` (`dash-db`, `dash-folder`), `tag` (text or list), `dashboard_uids`, `folder_uids`, `starred`; `limit` and `page` give one page, otherwise all pages are read (`all = false`: the first).
---@param opts? table
---@return any
function assay_grafana_Client:search(opts) end

---`{ dashboard, meta }`; absent ones are an error, nil with `opts.allow_missing`.
---@param uid? any
---@param opts? table
---@return any
function assay_grafana_Client:dashboard(uid, opts) end

---Stores a dashboard; `opts.folder_uid`, `opts.overwrite`, `opts.message`.
---@param dashboard? any
---@param opts? table
---@return any
function assay_grafana_Client:save_dashboard(dashboard, opts) end

---Deletes a dashboard.
---@param uid? any
---@return any
function assay_grafana_Client:delete_dashboard(uid) end

---The folders; `opts.parent_uid`. `opts.limit` and `opts.page` give one page, otherwise all are read.
---@param opts? table
---@return any
function assay_grafana_Client:folders(opts) end

---A folder; nil when it is absent.
---@param uid? any
---@return any
function assay_grafana_Client:folder(uid) end

---Creates a folder; `opts.uid`, `opts.parent_uid`.
---@param title? any
---@param opts? table
---@return any
function assay_grafana_Client:create_folder(title, opts) end

---The folder with that uid, created if it is absent; the second result tells whether it was.
---@param uid? any
---@param title? any
---@param opts? table
---@return any
function assay_grafana_Client:ensure_folder(uid, title, opts) end

---Changes the title of a folder.
---@param uid? any
---@param title? any
---@return any
function assay_grafana_Client:update_folder(uid, title) end

---Deletes a folder with what is in it; with alert rules in it only by `opts.force_delete_rules`.
---@param uid? any
---@param opts? table
---@return any
function assay_grafana_Client:delete_folder(uid, opts) end

---The annotations. `opts`: `from`, `to` (milliseconds), `dashboard_id`, `dashboard_uid`, `panel_id`, `alert_uid`, `alert_id` (older servers), `user_id`, `type`, `match_any`, `limit`, `tags` (a list).
---@param opts? table
---@return any
function assay_grafana_Client:annotations(opts) end

---Creates an annotation (`text`, `tags`, `time`, `timeEnd`, `dashboardUID`, `panelId`): `{ id, message }`.
---@param annotation? any
---@return any
function assay_grafana_Client:create_annotation(annotation) end

---Changes some fields of an annotation, such as `timeEnd`.
---@param id? any
---@param changes? any
---@return any
function assay_grafana_Client:update_annotation(id, changes) end

---Replaces an annotation.
---@param id? any
---@param annotation? any
---@return any
function assay_grafana_Client:replace_annotation(id, annotation) end

---The tags of annotations: `{ tag, count }`. `opts`: `tag` (a part of it), `limit` (100).
---@param opts? table
---@return any
function assay_grafana_Client:annotation_tags(opts) end

---Deletes an annotation.
---@param id? any
---@return any
function assay_grafana_Client:delete_annotation(id) end

---The service accounts. `opts`: `query` (a part of the name); `page` and `per_page` give one page, otherwise all are read (`all = false`: the first).
---@param opts? table
---@return any
function assay_grafana_Client:service_accounts(opts) end

---Deletes a service account with its tokens.
---@param id? any
---@return any
function assay_grafana_Client:delete_service_account(id) end

---The tokens of a service account: `{ id, name, expiration, … }`.
---@param id? any
---@return any
function assay_grafana_Client:service_account_tokens(id) end

---Deletes a token of a service account.
---@param id? any
---@param token_id? any
---@return any
function assay_grafana_Client:delete_service_account_token(id, token_id) end

---Creates a service account; `opts.role` (`Viewer`).
---@param name? any
---@param opts? table
---@return any
function assay_grafana_Client:create_service_account(name, opts) end

---Creates a token of a service account: `{ id, name, key }`; `opts.seconds_to_live`.
---@param id? any
---@param name? any
---@param opts? table
---@return any
function assay_grafana_Client:create_service_account_token(id, name, opts) end

---The alert rules.
---@return any
function assay_grafana_Client:alert_rules() end

---An alert rule; nil when it is absent.
---@param uid? any
---@return any
function assay_grafana_Client:alert_rule(uid) end

---Creates an alert rule, which remains editable.
---@param rule? any
---@return any
function assay_grafana_Client:create_alert_rule(rule) end

---Replaces an alert rule.
---@param uid? any
---@param rule? any
---@return any
function assay_grafana_Client:update_alert_rule(uid, rule) end

---Deletes an alert rule.
---@param uid? any
---@return any
function assay_grafana_Client:delete_alert_rule(uid) end

---The contact points.
---@return any
function assay_grafana_Client:contact_points() end

---Creates a contact point { name, type, settings }, which remains editable.
---@param point? any
---@return any
function assay_grafana_Client:create_contact_point(point) end

---Replaces a contact point.
---@param uid? any
---@param point? any
---@return any
function assay_grafana_Client:update_contact_point(uid, point) end

---Deletes a contact point.
---@param uid? any
---@return any
function assay_grafana_Client:delete_contact_point(uid) end

---The tree of notification policies.
---@return any
function assay_grafana_Client:notification_policies() end

---Replaces the tree of notification policies { receiver, routes, … }.
---@param policies? any
---@return any
function assay_grafana_Client:set_notification_policies(policies) end

---The mute timings.
---@return any
function assay_grafana_Client:mute_timings() end

---Creates a mute timing { name, time_intervals }.
---@param timing? any
---@return any
function assay_grafana_Client:create_mute_timing(timing) end

---Deletes a mute timing.
---@param name? any
---@return any
function assay_grafana_Client:delete_mute_timing(name) end

---The groups of rules with their states: `{ name, file, rules = { { name, state, health, alerts } } }`.
---@return any
function assay_grafana_Client:rule_states() end

---The titles of the rules that fire now, sorted; empty when none does.
---@return any
function assay_grafana_Client:firing_rules() end

---The alerts that are active now.
---@return any
function assay_grafana_Client:active_alerts() end

---Grafana: health, data sources, dashboards, folders, annotations, alerting, service accounts.
---@class assay.grafana
local assay_grafana = {}

---A client; options: `api_key` (of a service account) or `username` and `password`, `org_id`, `headers`, and those for connections.
---@param ... any
---@return assay.grafana.Client
function assay_grafana.client(...) end

---A client of assay.harbor.
---@class assay.harbor.Client: assay.client
local assay_harbor_Client = {}

---Whether the server answers; the second result is the reason when it does not.
---@return any
function assay_harbor_Client:ping() end

---The health of all components.
---@return any
function assay_harbor_Client:health() end

---The server's settings and version.
---@return any
function assay_harbor_Client:system_info() end

---Counts of projects and repositories.
---@return any
function assay_harbor_Client:statistics() end

---The projects and repositories whose names hold a text: `{ project, repository }`.
---@param q? any
---@return any
function assay_harbor_Client:search(q) end

---The user of the credentials; robot accounts are none.
---@return any
function assay_harbor_Client:current_user() end

---The projects. `opts`: name, public, q; of all lists: sort, max_items, page_size, and page, which gives one page (`all = false`: the first).
---@param opts? table
---@return any
function assay_harbor_Client:projects(opts) end

---A project, by name or by id.
---@param name_or_id? any
---@return any
function assay_harbor_Client:project(name_or_id) end

---Whether there is a project of that name.
---@param name? any
---@return any
function assay_harbor_Client:project_exists(name) end

---The numbers of repositories and members, and the quota, of a project.
---@param name_or_id? any
---@return any
function assay_harbor_Client:project_summary(name_or_id) end

---Creates a project; `metadata` such as { public = "false" }.
---@param name? any
---@param metadata? any
---@return any
function assay_harbor_Client:create_project(name, metadata) end

---The project of that name, which is created when there is none.
---@param name? any
---@param metadata? any
---@return any
function assay_harbor_Client:ensure_project(name, metadata) end

---Changes a project: { metadata = { auto_scan = "true" }, storage_limit, … }.
---@param name_or_id? any
---@param changes? any
---@return any
function assay_harbor_Client:update_project(name_or_id, changes) end

---Deletes a project; false when there is none.
---@param name_or_id? any
---@return any
function assay_harbor_Client:delete_project(name_or_id) end

---The repositories of a project. `opts`: q.
---@param project_name? any
---@param opts? table
---@return any
function assay_harbor_Client:repositories(project_name, opts) end

---A repository; its name may have slashes.
---@param project_name? any
---@param repo_name? any
---@return any
function assay_harbor_Client:repository(project_name, repo_name) end

---Deletes a repository with its artifacts; false when there is none.
---@param project_name? any
---@param repo_name? any
---@return any
function assay_harbor_Client:delete_repository(project_name, repo_name) end

---The artifacts of a repository. `opts`: q, with_tag, with_scan_overview, with_label, with_sbom_overview, with_immutable_status.
---@param project_name? any
---@param repo_name? any
---@param opts? table
---@return any
function assay_harbor_Client:artifacts(project_name, repo_name, opts) end

---An artifact by tag or digest.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@return any
function assay_harbor_Client:artifact(project_name, repo_name, reference) end

---The tags of an artifact.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param opts? table
---@return any
function assay_harbor_Client:artifact_tags(project_name, repo_name, reference, opts) end

---Gives an artifact a further tag.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param tag? any
---@return any
function assay_harbor_Client:add_tag(project_name, repo_name, reference, tag) end

---Takes a tag from an artifact; false when it has no such tag.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param tag? any
---@return any
function assay_harbor_Client:delete_tag(project_name, repo_name, reference, tag) end

---Copies an artifact into a repository; `from` is "project/repository:tag" or "…@sha256:…".
---@param project_name? any
---@param repo_name? any
---@param from? any
---@return any
function assay_harbor_Client:copy_artifact(project_name, repo_name, from) end

---Deletes an artifact; false when there is none.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@return any
function assay_harbor_Client:delete_artifact(project_name, repo_name, reference) end

---Starts a scan. `opts`: scan_type ("vulnerability", "sbom"), allow_running (one that runs already is fine).
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param opts? table
---@return any
function assay_harbor_Client:scan_artifact(project_name, repo_name, reference, opts) end

---Stops a scan.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param opts? table
---@return any
function assay_harbor_Client:stop_scan(project_name, repo_name, reference, opts) end

---total, fixable, critical, high, medium, low, negligible, unknown, severity, scan_status of the last scan; nil and the scan's status when there is no result (yet).
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@return any
function assay_harbor_Client:artifact_vulnerabilities(project_name, repo_name, reference) end

---What the last scan found, one by one: `{ id, package, version, fix_version, severity, … }`. nil when there is no result.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@return any
function assay_harbor_Client:vulnerabilities(project_name, repo_name, reference) end

---Waits until a scan has ended and returns its counts; one that failed is an error at once.
---@param project_name? any
---@param repo_name? any
---@param reference? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_harbor_Client:wait_scan(project_name, repo_name, reference, timeout_secs, opts) end

---Whether all components are healthy; the second result names those that are not.
---@return any
function assay_harbor_Client:is_healthy() end

---Waits until all components are healthy. `opts`: interval (5 s).
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_harbor_Client:wait_healthy(timeout_secs, opts) end

---Whether an image exists: 404 is false, other statuses than 200 are errors.
---@param project_name? any
---@param repo_name? any
---@param tag? any
---@return any
function assay_harbor_Client:image_exists(project_name, repo_name, tag) end

---The artifact that was pushed last, or nil.
---@param project_name? any
---@param repo_name? any
---@return any
function assay_harbor_Client:latest_artifact(project_name, repo_name) end

---The robot accounts. `opts`: q, such as "Level=project,ProjectID=1".
---@param opts? table
---@return any
function assay_harbor_Client:robots(opts) end

---A robot account by id.
---@param id? any
---@return any
function assay_harbor_Client:robot(id) end

---Creates a robot account: `{ id, name, secret, … }`; the secret is told once. `robot` needs name, level ("system" or "project") and permissions; it does not expire unless `duration` (days) is set.
---@param robot? any
---@return any
function assay_harbor_Client:create_robot(robot) end

---Gives a robot account another secret, one that Harbor makes when it is nil; returns the secret.
---@param id? any
---@param secret? any
---@return any
function assay_harbor_Client:renew_robot_secret(id, secret) end

---Deletes a robot account; false when there is none.
---@param id? any
---@return any
function assay_harbor_Client:delete_robot(id) end

---The members of a project. `opts`: entityname.
---@param project_name? any
---@param opts? table
---@return any
function assay_harbor_Client:members(project_name, opts) end

---Makes a user a member of a project; returns the membership's id. `role`: "projectAdmin", "maintainer", "developer", "guest", "limitedGuest", or its number.
---@param project_name? any
---@param username? any
---@param role? any
---@return any
function assay_harbor_Client:add_member(project_name, username, role) end

---Ends a membership by its id; false when there is none.
---@param project_name? any
---@param id? any
---@return any
function assay_harbor_Client:remove_member(project_name, id) end

---The quotas `{ id, ref, hard, used }`. `opts`: reference ("project"), reference_id.
---@param opts? table
---@return any
function assay_harbor_Client:quotas(opts) end

---A quota by id.
---@param id? any
---@return any
function assay_harbor_Client:quota(id) end

---Sets the limits of a quota, such as { storage = 10 * 1024 ^ 3 } bytes; -1 is none.
---@param id? any
---@param hard? any
---@return any
function assay_harbor_Client:set_quota(id, hard) end

---A retention policy by id, which is `metadata.retention_id` of its project.
---@param id? any
---@return any
function assay_harbor_Client:retention(id) end

---Creates a retention policy { algorithm, rules, trigger, scope }; returns its id.
---@param policy? any
---@return any
function assay_harbor_Client:create_retention(policy) end

---Replaces a retention policy.
---@param id? any
---@param policy? any
---@return any
function assay_harbor_Client:update_retention(id, policy) end

---Deletes a retention policy; false when there is none.
---@param id? any
---@return any
function assay_harbor_Client:delete_retention(id) end

---Applies a retention policy now; returns the execution's id. `opts`: dry_run.
---@param id? any
---@param opts? table
---@return any
function assay_harbor_Client:run_retention(id, opts) end

---The executions of a retention policy.
---@param id? any
---@param opts? table
---@return any
function assay_harbor_Client:retention_executions(id, opts) end

---The registries that are replicated from and to. `opts`: q, name.
---@param opts? table
---@return any
function assay_harbor_Client:registries(opts) end

---Creates a registry { name, url, type, credential, insecure }; returns its id.
---@param registry? any
---@return any
function assay_harbor_Client:create_registry(registry) end

---Deletes a registry; false when there is none.
---@param id? any
---@return any
function assay_harbor_Client:delete_registry(id) end

---The replication policies. `opts`: q, name.
---@param opts? table
---@return any
function assay_harbor_Client:replication_policies(opts) end

---Creates a replication policy; returns its id.
---@param policy? any
---@return any
function assay_harbor_Client:create_replication_policy(policy) end

---The replication executions. `opts`: policy_id, status, trigger.
---@param opts? table
---@return any
function assay_harbor_Client:replication_executions(opts) end

---A replication execution by id.
---@param id? any
---@return any
function assay_harbor_Client:replication_execution(id) end

---The tasks of a replication execution. `opts`: status, resource_type.
---@param id? any
---@param opts? table
---@return any
function assay_harbor_Client:replication_tasks(id, opts) end

---Starts a replication; true, and the execution's id as second result.
---@param policy_id? any
---@return any
function assay_harbor_Client:start_replication(policy_id) end

---Stops a replication execution.
---@param id? any
---@return any
function assay_harbor_Client:stop_replication(id) end

---Waits until a replication execution has succeeded; returns it. One that failed or was stopped is an error at once. `opts`: interval (5 s).
---@param id? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_harbor_Client:wait_replication(id, timeout_secs, opts) end

---The runs of the garbage collection. `opts`: q.
---@param opts? table
---@return any
function assay_harbor_Client:gc_runs(opts) end

---Starts the garbage collection; returns the run's id. `opts`: delete_untagged, dry_run, workers.
---@param opts? table
---@return any
function assay_harbor_Client:start_gc(opts) end

---Starts a scan of all artifacts.
---@return any
function assay_harbor_Client:scan_all() end

---Harbor: projects, repositories, artifacts, scans, robots, quotas, retention, replication.
---@class assay.harbor
local assay_harbor = {}

---`client(url, opts)`; `opts`: api_key (Bearer), or username and password, or robot_name and robot_secret (Basic).
---@param ... any
---@return assay.harbor.Client
function assay_harbor.client(...) end

---HTTP probes that return results, and waiting until services are healthy.
---@class assay.healthcheck
local assay_healthcheck = {}

---One request: `{ ok, status, latency_ms, error }`. `opts.method` (GET), `opts.body`.
---@param url? any
---@param opts? table
---@return any
function assay_healthcheck.http(url, opts) end

---Compares a value in a JSON answer: `{ ok, actual, expected, status, latency_ms, error }`. The path is `a.b`, `items.1.name`, `items[1]`, `["a.b"]` or `a\.b`. `expected` may be a table, or a function that gets the value.
---@param url? any
---@param path_expr? any
---@param expected? any
---@param opts? table
---@return any
function assay_healthcheck.json_path(url, path_expr, expected, opts) end

---Compares the status, 200 unless given: `{ ok, status, latency_ms, error }`.
---@param url? any
---@param expected? any
---@param opts? table
---@return any
function assay_healthcheck.status_code(url, expected, opts) end

---Looks for a text in the body: `{ ok, found, status, latency_ms, error }`. The status counts only if an expected one is given.
---@param url? any
---@param pattern? any
---@param opts? table
---@return any
function assay_healthcheck.body_contains(url, pattern, opts) end

---Looks for a regular expression in the body; otherwise as `body_contains`.
---@param url? any
---@param expression? any
---@param opts? table
---@return any
function assay_healthcheck.body_matches(url, expression, opts) end

---Status and latency: `{ ok, status, latency_ms, error }`. `opts.max_latency_ms` is 5000.
---@param url? any
---@param opts? table
---@return any
function assay_healthcheck.endpoint(url, opts) end

---Compares headers with texts or functions: `{ ok, status, error }`.
---@param url? any
---@param expected? any
---@param opts? table
---@return any
function assay_healthcheck.headers(url, expected, opts) end

---Connects to a WebSocket: `{ ok, latency_ms, error }`. `opts`: `headers`, `timeout`, and those of `ws.connect`; `send` and `expect` (a text, or a function) for a message and its answer.
---@param url? any
---@param opts? table
---@return any
function assay_healthcheck.websocket(url, opts) end

---Runs `{ name, check }` entries: `{ ok, results, passed, failed, total }`. A check returns a probe's result or a boolean. `opts.parallel` runs them at the same time.
---@param checks? any
---@param opts? table
---@return any
function assay_healthcheck.multi(checks, opts) end

---As `multi`, but one check that is ok is enough: the others are not run after it.
---@param checks? any
---@return any
function assay_healthcheck.any(checks) end

---Raises unless a result is ok, with the errors of all failed checks; returns the result.
---@param result? any
---@return any
function assay_healthcheck.assert_ok(result) end

---Waits until a GET has the status: `{ ok, status, attempts }`. `opts`: `timeout` (60), `interval` (2), `check` (a function that gets the response, too). Raises in the end.
---@param url? any
---@param opts? table
---@return any
function assay_healthcheck.wait(url, opts) end

---Waits for several URLs at the same time, with one limit: their results by URL.
---@param urls? any
---@param opts? table
---@return any
function assay_healthcheck.wait_all(urls, opts) end

---Repeats a check until it is ok: its last result. `opts.attempts` (3), `opts.interval` (1), which grows by `opts.backoff` (2).
---@param check? any
---@param opts? table
---@return any
function assay_healthcheck.retry(check, opts) end

---Kubernetes: objects of every kind, apply, waits, logs, watches.
---@class assay.k8s
local assay_k8s = {}

---The namespace of calls that name none: the pod's, the context's, or "default".
---@param opts? table
---@return any
function assay_k8s.namespace(opts) end

---Adds a kind that functions may be called with. An empty group is the core group.
---@param kind? any
---@param api_group? any
---@param version? any
---@param plural? any
---@param cluster_scoped? any
---@return any
function assay_k8s.register_crd(kind, api_group, version, plural, cluster_scoped) end

---Iterates over changes: `for ev in k8s.watch { kind = "pod", namespace = ns } do`, or `k8s.watch(ns, kind, opts)`. An event has `type` ("ADDED", "MODIFIED", "DELETED") and `object`. Objects that are there already come as ADDED first, unless `initial = false` or `resource_version` is given. Options: name, label_selector, field_selector, timeout (seconds; for ever without it), bookmarks. The watch goes on after disconnections without losing events.
---@param ns? any
---@param kind? any
---@param opts? table
---@return any
function assay_k8s.watch(ns, kind, opts) end

---The server's version.
---@param opts? table
---@return any
function assay_k8s.version(opts) end

---Whether the API server is ready; the second result is its answer.
---@param opts? table
---@return any
function assay_k8s.readyz(opts) end

---Whether the API server is alive; the second result is its answer.
---@param opts? table
---@return any
function assay_k8s.livez(opts) end

---All kinds that the server has, as { kind, plural, api_version, namespaced, short }.
---@param opts? table
---@return any
function assay_k8s.api_resources(opts) end

---GET of any path; exactly 200 succeeds.
---@param path? any
---@param opts? table
---@return any
function assay_k8s.get(path, opts) end

---POST of a table (as JSON) or a string.
---@param path? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.post(path, body, opts) end

---PUT of a table (as JSON) or a string.
---@param path? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.put(path, body, opts) end

---PATCH; `opts.type` is "merge" (default), "strategic", "json" or "apply", or give `content_type`.
---@param path? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.patch(path, body, opts) end

---DELETE; returns the server's answer. `opts`: propagation_policy, grace_period, dry_run, ignore_not_found, preconditions.
---@param path? any
---@param opts? table
---@return any
function assay_k8s.delete(path, opts) end

---One object. `ns` nil: the namespace of `k8s.namespace()`.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.get_resource(ns, kind, name, opts) end

---One object, or nil when there is none.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.find(ns, kind, name, opts) end

---The list object (`.items`), all pages of it unless `limit` or `paginate = false` is given. `opts`: label_selector, field_selector, limit, page_size. `ns` nil: all namespaces.
---@param ns? any
---@param kind? any
---@param opts? table
---@return any
function assay_k8s.list(ns, kind, opts) end

---Iterates over the objects of a list, page by page: `for pod in k8s.each(ns, "pod") do`.
---@param ns? any
---@param kind? any
---@param opts? table
---@return any
function assay_k8s.each(ns, kind, opts) end

---Creates an object.
---@param ns? any
---@param kind? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.create(ns, kind, body, opts) end

---Replaces an object.
---@param ns? any
---@param kind? any
---@param name? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.update(ns, kind, name, body, opts) end

---Patches an object; see `k8s.patch`.
---@param ns? any
---@param kind? any
---@param name? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.patch_resource(ns, kind, name, body, opts) end

---Deletes an object; see `k8s.delete`. The pods of a job are deleted with it unless `propagation_policy` says otherwise.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.delete_resource(ns, kind, name, opts) end

---Deletes all objects of a kind that match the selectors; all of the namespace only with `opts.all`.
---@param ns? any
---@param kind? any
---@param opts? table
---@return any
function assay_k8s.delete_collection(ns, kind, opts) end

---Server-side apply. `manifest` is an object, a list of objects, a List, or YAML text with any number of them. `opts`: field_manager ("assay"), force (true), namespace, dry_run. Returns the object, or a list when there are several. Objects of a kind whose CustomResourceDefinition comes before them in the same manifest wait until the server has it.
---@param manifest? any
---@param opts? table
---@return any
function assay_k8s.apply(manifest, opts) end

---Deletes the objects of a manifest (as for `k8s.apply`), the last first; those that are not there count as deleted. `opts` as for `k8s.delete`, and namespace. Returns how many there were.
---@param manifest? any
---@param opts? table
---@return any
function assay_k8s.delete_manifest(manifest, opts) end

---Server-side apply of a body whose kind and name are given; see `k8s.apply`.
---@param ns? any
---@param kind? any
---@param name? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.apply_resource(ns, kind, name, body, opts) end

---Whether an object exists: 404 is false, other statuses than 200 are errors.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.exists(ns, kind, name, opts) end

---Whether a namespace exists.
---@param name? any
---@param opts? table
---@return any
function assay_k8s.namespace_exists(name, opts) end

---Sets the number of replicas and returns the Scale; without `replicas` it is only read.
---@param ns? any
---@param kind? any
---@param name? any
---@param replicas? any
---@param opts? table
---@return any
function assay_k8s.scale(ns, kind, name, replicas, opts) end

---The object's status.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.get_status(ns, kind, name, opts) end

---Patches the status of an object; `body` is the object with the changed `status`.
---@param ns? any
---@param kind? any
---@param name? any
---@param body? any
---@param opts? table
---@return any
function assay_k8s.patch_status(ns, kind, name, body, opts) end

---Replaces the pods of a deployment, stateful set or daemon set, as `kubectl rollout restart`.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.restart(ns, kind, name, opts) end

---Evicts a pod, which disruption budgets may refuse (429).
---@param ns? any
---@param pod? any
---@param opts? table
---@return any
function assay_k8s.evict(ns, pod, opts) end

---A token of a service account. `opts`: audiences, expiration_seconds. Returns the token and when it ends.
---@param ns? any
---@param service_account? any
---@param opts? table
---@return any
function assay_k8s.create_token(ns, service_account, opts) end

---Whether the caller may do `verb`; the second result is the server's reason. `opts`: name, subresource.
---@param verb? any
---@param ns? any
---@param kind? any
---@param opts? table
---@return any
function assay_k8s.can_i(verb, ns, kind, opts) end

---The pods of a namespace; see `k8s.list`.
---@param ns? any
---@param opts? table
---@return any
function assay_k8s.list_pods(ns, opts) end

---The events of a namespace; see `k8s.list`.
---@param ns? any
---@param opts? table
---@return any
function assay_k8s.list_events(ns, opts) end

---The events about one object; `kind` as the API writes it, such as "Pod".
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.events_for(ns, kind, name, opts) end

---The values of a secret, decoded.
---@param ns? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.get_secret(ns, name, opts) end

---The values of a config map; those of `binaryData` are decoded.
---@param ns? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.get_configmap(ns, name, opts) end

---The EndpointSlices of a service.
---@param ns? any
---@param service? any
---@param opts? table
---@return any
function assay_k8s.endpoint_slices(ns, service, opts) end

---The addresses of a service that are ready. From Endpoints, or from EndpointSlices when `opts.slices` is true or the Endpoints are missing, empty or cut off.
---@param ns? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.service_endpoints(ns, name, opts) end

---The log of a pod. `opts`: tail, container, previous, since (seconds), since_time, timestamps, limit_bytes.
---@param ns? any
---@param pod? any
---@param opts? table
---@return any
function assay_k8s.logs(ns, pod, opts) end

---Iterates over the lines of a log as they are written: `for line in k8s.follow_logs(ns, pod) do`. Takes the options of `logs`, and `timeout` in seconds.
---@param ns? any
---@param pod? any
---@param opts? table
---@return any
function assay_k8s.follow_logs(ns, pod, opts) end

---How many pods are in which phase: running, pending, succeeded, failed, unknown, total.
---@param ns? any
---@param opts? table
---@return any
function assay_k8s.pod_status(ns, opts) end

---How far a rollout is: desired, updated, ready, available, unavailable, complete. `opts.kind` is "deployment" unless it is "statefulset" or "daemonset".
---@param ns? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.rollout_status(ns, name, opts) end

---Nodes as { name, ready, roles, capacity, allocatable }.
---@param opts? table
---@return any
function assay_k8s.node_status(opts) end

---Whether an object is ready, by the rules of its kind; the second result says what its status is.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.is_ready(ns, kind, name, opts) end

---Waits until an object is ready. `opts`: interval (2 s). A job that failed is an error at once; everything else is tried again until `timeout_secs` (60) have passed.
---@param ns? any
---@param kind? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_k8s.wait_ready(ns, kind, name, timeout_secs, opts) end

---Waits for a condition (`opts.condition`, "Ready"; `opts.status`, "True"), for a field (`opts.field`, `opts.value`), for `opts.test(object)`, or with `opts.deleted` until the object is gone. `opts`: timeout (60), interval (2). Returns the object. Without a name it waits for all objects of `opts.label_selector` or `opts.field_selector`, one at least, and returns them.
---@param ns? any
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_k8s.wait_for(ns, kind, name, opts) end

---Waits until a job has completed; one that failed is an error at once. Returns the job.
---@param ns? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_k8s.wait_job(ns, name, timeout_secs, opts) end

---Waits until an object is gone.
---@param ns? any
---@param kind? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_k8s.wait_deleted(ns, kind, name, timeout_secs, opts) end

---Waits until the rollout of a deployment, stateful set or daemon set is complete; returns the status. A deployment beyond its progress deadline is an error at once.
---@param ns? any
---@param kind? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_k8s.wait_rollout(ns, kind, name, timeout_secs, opts) end

---A client of assay.kargo.
---@class assay.kargo.Client: assay.client
local assay_kargo_Client = {}

---The stages of a namespace. `opts` of all lists: label_selector, limit (one page).
---@param namespace? any
---@param opts? table
---@return any
function assay_kargo_Client:stages(namespace, opts) end

---A stage. An absent one is an error, nil with `opts.allow_missing`, as of all single objects here.
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:stage(namespace, name, opts) end

---phase, current_freight_id, health, conditions, freight_summary, last_promotion, current_promotion, verification (phase, id, message of that of the current freight) of a stage.
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:stage_status(namespace, name) end

---Whether a stage is healthy.
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:is_stage_healthy(namespace, name) end

---Waits until a stage is healthy. `opts`: interval (5 s).
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_kargo_Client:wait_stage_healthy(namespace, name, timeout_secs, opts) end

---Waits until the freight that is in a stage now is verified there. A verification that failed is an error at once. `opts`: interval (5 s), after (the id of a verification that does not count).
---@param namespace? any
---@param stage? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_kargo_Client:wait_verified(namespace, stage, timeout_secs, opts) end

---The freight of a namespace. `opts`: stage, warehouse, alias.
---@param namespace? any
---@param opts? table
---@return any
function assay_kargo_Client:freight_list(namespace, opts) end

---A piece of freight.
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:freight(namespace, name, opts) end

---The status of a piece of freight.
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:freight_status(namespace, name) end

---The promotions of a namespace. `opts`: stage.
---@param namespace? any
---@param opts? table
---@return any
function assay_kargo_Client:promotions(namespace, opts) end

---A promotion.
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:promotion(namespace, name, opts) end

---phase, message, freight_id of a promotion.
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:promotion_status(namespace, name) end

---Promotes a piece of freight to a stage; returns the promotion.
---@param namespace? any
---@param stage? any
---@param freight? any
---@return any
function assay_kargo_Client:promote(namespace, stage, freight) end

---Waits until a promotion has ended; returns its status. One that did not succeed is an error unless `opts.raise` is false. `opts`: interval (5 s).
---@param namespace? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_kargo_Client:wait_promotion(namespace, name, timeout_secs, opts) end

---The warehouses of a namespace.
---@param namespace? any
---@param opts? table
---@return any
function assay_kargo_Client:warehouses(namespace, opts) end

---A warehouse.
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:warehouse(namespace, name, opts) end

---The projects.
---@param opts? table
---@return any
function assay_kargo_Client:projects(opts) end

---A project.
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:project(name, opts) end

---The stages of a namespace as { name, phase, freight, healthy }.
---@param namespace? any
---@return any
function assay_kargo_Client:pipeline_status(namespace) end

---Approves a piece of freight for a stage.
---@param namespace? any
---@param freight? any
---@param stage? any
---@return any
function assay_kargo_Client:approve(namespace, freight, stage) end

---Has a warehouse or stage look for news; `kind` is "warehouse" or "stage".
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:refresh(kind, namespace, name) end

---Verifies the freight that is in a stage once more; returns the id of the verification before, for `wait_verified` with `after`.
---@param namespace? any
---@param stage? any
---@return any
function assay_kargo_Client:reverify(namespace, stage) end

---Stops the verification that runs in a stage; returns its id.
---@param namespace? any
---@param stage? any
---@return any
function assay_kargo_Client:abort_verification(namespace, stage) end

---The promotion tasks of a namespace, of all when it is nil.
---@param namespace? any
---@param opts? table
---@return any
function assay_kargo_Client:promotion_tasks(namespace, opts) end

---A promotion task.
---@param namespace? any
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:promotion_task(namespace, name, opts) end

---The promotion tasks of the cluster.
---@param opts? table
---@return any
function assay_kargo_Client:cluster_promotion_tasks(opts) end

---A promotion task of the cluster.
---@param name? any
---@param opts? table
---@return any
function assay_kargo_Client:cluster_promotion_task(name, opts) end

---The configuration of a project, which has its name.
---@param project? any
---@param opts? table
---@return any
function assay_kargo_Client:project_config(project, opts) end

---The configuration of the cluster.
---@param opts? table
---@return any
function assay_kargo_Client:cluster_config(opts) end

---Server-side apply of a manifest, e.g. a Project, Warehouse or Stage.
---@param manifest? any
---@param opts? table
---@return any
function assay_kargo_Client:apply(manifest, opts) end

---Deletes an object by its kind, such as "Promotion" or "Freight"; false when there is none. A project has no namespace.
---@param kind? any
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:delete(kind, namespace, name) end

---Stops a running promotion.
---@param namespace? any
---@param name? any
---@return any
function assay_kargo_Client:abort_promotion(namespace, name) end

---Kargo: stages, freight, promotions and warehouses.
---@class assay.kargo
local assay_kargo = {}

---`client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
---@param ... any
---@return assay.kargo.Client
function assay_kargo.client(...) end

---A client of assay.loki.
---@class assay.loki.Client: assay.client
local assay_loki_Client = {}

---Sends several streams `{ labels, entries }` at once; true.
---@param streams? any
---@return any
function assay_loki_Client:push_streams(streams) end

---Sends lines of one stream; true. An entry is a line, stamped now, or `{ nanoseconds, line }`, with structured metadata as a third element. Bytes that are not UTF-8 become U+FFFD.
---@param stream_labels? any
---@param entries? any
---@return any
function assay_loki_Client:push(stream_labels, entries) end

---An instant query; returns the result and its type (`streams`, `vector`). `opts`: `limit`, `time`, `direction`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:query(logql, opts) end

---A range query; returns the result and its type (`streams`, `matrix`). `opts`: `start`, `end_time`, `since`, `limit`, `step`, `interval`, `direction`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:query_range(logql, opts) end

---`for stamp, line, labels in c:lines(logql, opts) do`: all lines of a range, oldest first, page by page of `opts.limit` (1000; more where more lines have one stamp). `opts.start` and `opts.end_time` are nanoseconds.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:lines(logql, opts) end

---The label names; `opts`: `start`, `end_time`, `since`, `query` (of the streams that fit).
---@param opts? table
---@return any
function assay_loki_Client:labels(opts) end

---The values of a label; `opts` as for `labels`.
---@param name? any
---@param opts? table
---@return any
function assay_loki_Client:label_values(name, opts) end

---The label sets of the streams that fit any of the selectors; `opts`: `start`, `end_time`, `since`.
---@param match_selectors? any
---@param opts? table
---@return any
function assay_loki_Client:series(match_selectors, opts) end

---The next lines of a query: `{ streams, dropped_entries }`. `opts`: `limit`, `start`, `delay_for`. Asked over plain HTTP; a server that wants a WebSocket gets one.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:tail(logql, opts) end

---`for stamp, line, labels in c:stream(logql, opts) do`: lines as they come, over a WebSocket, which is closed when the loop ends. `opts` as for `tail`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:stream(logql, opts) end

---Whether the server is ready.
---@return any
function assay_loki_Client:ready() end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param opts? table
---@return any
function assay_loki_Client:wait_ready(opts) end

---The server's own metrics as text.
---@return any
function assay_loki_Client:metrics() end

---`{ streams, chunks, entries, bytes }` of a query; `opts.start`, `opts.end_time`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:stats(logql, opts) end

---The volume by label; `opts`: `start`, `end_time`, `limit`, `target_labels` (a list), `aggregate_by` ("series", "labels").
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:volume(logql, opts) end

---The volume by label over a range, as a matrix; `opts` as for `volume`, and `step`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:volume_range(logql, opts) end

---The patterns of lines: a list of `{ pattern, samples }`. `opts`: `start`, `end_time`, `step`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:patterns(logql, opts) end

---The fields that Loki finds in the lines of a selector: a list of `{ label, type, cardinality, parsers }`. `opts`: `start`, `end_time`, `since`, `limit`, `line_limit`.
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:detected_fields(logql, opts) end

---An expression in the usual layout.
---@param logql? any
---@return any
function assay_loki_Client:format_query(logql) end

---The recording and alerting rules in Prometheus's form: groups. `opts`: `type` (`alert`, `record`), `file`, `rule_group`, `rule_name` (texts or lists).
---@param opts? table
---@return any
function assay_loki_Client:rules(opts) end

---The active alerts of the ruler.
---@return any
function assay_loki_Client:alerts() end

---Asks for the deletion of lines; `opts.start`, `opts.end_time` (Unix seconds, nanoseconds or RFC 3339), `opts.max_interval` (a longer time is cut into several requests).
---@param logql? any
---@param opts? table
---@return any
function assay_loki_Client:delete_logs(logql, opts) end

---The deletions asked for; `opts.start`, `opts.end_time`.
---@param opts? table
---@return any
function assay_loki_Client:list_deletes(opts) end

---Takes back the deletion with that `request_id`; `opts.force`, also when it has begun.
---@param request_id? any
---@param opts? table
---@return any
function assay_loki_Client:cancel_delete(request_id, opts) end

---The rule groups as they were written, by namespace; those of one `namespace` when it is given. `{}` when there are none.
---@param namespace? any
---@return any
function assay_loki_Client:rule_groups(namespace) end

---A rule group as it was written: `{ name, interval, rules }`; nil when it is absent.
---@param namespace? any
---@param name? any
---@return any
function assay_loki_Client:rule_group(namespace, name) end

---Creates or replaces a rule group: `group` is `{ name, interval, rules }`, or YAML text.
---@param namespace? any
---@param group? any
---@return any
function assay_loki_Client:put_rule_group(namespace, group) end

---Deletes a rule group.
---@param namespace? any
---@param name? any
---@return any
function assay_loki_Client:delete_rule_group(namespace, name) end

---Deletes all rule groups of a namespace.
---@param namespace? any
---@return any
function assay_loki_Client:delete_rule_namespace(namespace) end

---The configuration of the server as YAML text; `mode`: "diff" (from the defaults), "defaults".
---@param mode? any
---@return any
function assay_loki_Client:config(mode) end

---The state of the server's services, as text.
---@return any
function assay_loki_Client:services() end

---Makes ingesters write what they hold in memory.
---@return any
function assay_loki_Client:flush() end

---`{ version, revision, … }`.
---@return any
function assay_loki_Client:build_info() end

---Grafana Loki: push, queries, labels, series, live tail, rules, deletion.
---@class assay.loki
local assay_loki = {}

---A client; options: `tenant` (`X-Scope-OrgID`), `token` or `username` and `password`, `headers`, and those for connections.
---@param ... any
---@return assay.loki.Client
function assay_loki.client(...) end

---A stream selector such as `{app="x",env="y"}`, sorted by name.
---@param labels? any
---@return any
function assay_loki.selector(labels) end

---OpenBao: the same table as assay.vault, whose API it shares.
---@class assay.openbao: assay.vault

---A client of assay.postgres.
---@class assay.postgres.Client: assay.client
local assay_postgres_Client = {}

---Rows of a query, by column name.
---@param sql? any
---@param params? any
---@return any
function assay_postgres_Client:query(sql, params) end

---Runs a statement: `{ rows_affected }`.
---@param sql? any
---@param params? any
---@return any
function assay_postgres_Client:execute(sql, params) end

---A client of another database of the server, with the same options: what `ensure_schema`, `ensure_extension` and grants of tables are about. It is closed by itself.
---@param name? any
---@return any
function assay_postgres_Client:for_database(name) end

---Runs `f(tx)` in a transaction.
---@param f? any
---@param opts? table
---@return any
function assay_postgres_Client:transaction(f, opts) end

---Ends the connections.
---@return any
function assay_postgres_Client:close() end

---Whether a role is there.
---@param name? any
---@return any
function assay_postgres_Client:user_exists(name) end

---Creates a user unless it is there; returns whether it was created. `opts`: `createdb`, `superuser`, `createrole`, `replication`, `connection_limit`; `update`: an existing one gets the password and attributes; `plain_password`: not hashed by the client.
---@param name? any
---@param password? any
---@param opts? table
---@return any
function assay_postgres_Client:ensure_user(name, password, opts) end

---Creates a role without password unless it is there; `opts` as for `ensure_user`, and `login`, `member_of` (a list of roles); `update`: an existing one gets the attributes.
---@param name? any
---@param opts? table
---@return any
function assay_postgres_Client:ensure_role(name, opts) end

---Sets a password.
---@param name? any
---@param password? any
---@param opts? table
---@return any
function assay_postgres_Client:set_password(name, password, opts) end

---Removes a role if it is there. `opts.owned`: with what it has in the connected database (its privileges, too), or with `opts.reassign_to` after that role has taken it over.
---@param name? any
---@param opts? table
---@return any
function assay_postgres_Client:drop_user(name, opts) end

---Whether a database is there.
---@param name? any
---@return any
function assay_postgres_Client:database_exists(name) end

---The names of the databases that can be connected to.
---@return any
function assay_postgres_Client:databases() end

---Creates a database unless it is there; returns whether it was created. `opts`: `template` (`template0` for another encoding or locale), `encoding`, `locale`, `connection_limit`; `update`: one that is there gets the owner.
---@param name? any
---@param owner? any
---@param opts? table
---@return any
function assay_postgres_Client:ensure_database(name, owner, opts) end

---Makes a role the owner of a database.
---@param name? any
---@param owner? any
---@return any
function assay_postgres_Client:set_database_owner(name, owner) end

---Ends the connections to a database; returns how many.
---@param name? any
---@return any
function assay_postgres_Client:terminate_connections(name) end

---Removes a database if it is there; `opts.force` ends its connections.
---@param name? any
---@param opts? table
---@return any
function assay_postgres_Client:drop_database(name, opts) end

---The size of a database in bytes.
---@param name? any
---@return any
function assay_postgres_Client:database_size(name) end

---Creates a schema unless it is there.
---@param name? any
---@param owner? any
---@return any
function assay_postgres_Client:ensure_schema(name, owner) end

---Removes a schema if it is there; `opts.cascade`: with all that is in it.
---@param name? any
---@param opts? table
---@return any
function assay_postgres_Client:drop_schema(name, opts) end

---Installs an extension unless it is there; `opts.schema`, `opts.version`.
---@param name? any
---@param opts? table
---@return any
function assay_postgres_Client:ensure_extension(name, opts) end

---The server's version, such as `16.2`.
---@return any
function assay_postgres_Client:version() end

---Whether the server answers.
---@return any
function assay_postgres_Client:is_ready() end

---Whether the server is a standby.
---@return any
function assay_postgres_Client:is_standby() end

---The standbys that follow this server: `{ name, address, state, sync_state, lag_bytes }`.
---@return any
function assay_postgres_Client:replication_status() end

---The replication slots: `{ name, slot_type, active, retained_bytes }`; what inactive ones retain fills the disk.
---@return any
function assay_postgres_Client:replication_slots() end

---Grants privileges of a database (all unless given: a list such as `CONNECT, CREATE`).
---@param database? any
---@param user? any
---@param privileges? any
---@return any
function assay_postgres_Client:grant(database, user, privileges) end

---Takes privileges of a database away.
---@param database? any
---@param user? any
---@param privileges? any
---@return any
function assay_postgres_Client:revoke(database, user, privileges) end

---Grants privileges of a schema (since PostgreSQL 15 nobody may create in `public` otherwise).
---@param schema? any
---@param user? any
---@param privileges? any
---@return any
function assay_postgres_Client:grant_schema(schema, user, privileges) end

---Takes privileges of a schema away.
---@param schema? any
---@param user? any
---@param privileges? any
---@return any
function assay_postgres_Client:revoke_schema(schema, user, privileges) end

---Grants privileges of all tables of a schema, and of those that are made later, by `opts.owner` or the connected role.
---@param schema? any
---@param user? any
---@param privileges? any
---@param opts? table
---@return any
function assay_postgres_Client:grant_tables(schema, user, privileges, opts) end

---Takes privileges of all tables of a schema away, also of later ones; `opts.owner`.
---@param schema? any
---@param user? any
---@param privileges? any
---@param opts? table
---@return any
function assay_postgres_Client:revoke_tables(schema, user, privileges, opts) end

---Grants privileges of all sequences of a schema, which inserts into tables with `serial` columns need, and of later ones; `opts.owner`.
---@param schema? any
---@param user? any
---@param privileges? any
---@param opts? table
---@return any
function assay_postgres_Client:grant_sequences(schema, user, privileges, opts) end

---Takes privileges of all sequences of a schema away, also of later ones; `opts.owner`.
---@param schema? any
---@param user? any
---@param privileges? any
---@param opts? table
---@return any
function assay_postgres_Client:revoke_sequences(schema, user, privileges, opts) end

---Grants the execution of all functions of a schema, and of later ones; `opts.owner`.
---@param schema? any
---@param user? any
---@param opts? table
---@return any
function assay_postgres_Client:grant_functions(schema, user, opts) end

---Makes `member` a member of `role`.
---@param role? any
---@param member? any
---@return any
function assay_postgres_Client:grant_role(role, member) end

---Ends a membership.
---@param role? any
---@param member? any
---@return any
function assay_postgres_Client:revoke_role(role, member) end

---PostgreSQL administration: users, databases, schemas, extensions, grants.
---@class assay.postgres
local assay_postgres = {}

---Connects: `client(host, port, username, password, database)` or `client { host = …, … }` with `url`, `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name` and the options of `db.connect` (`connect_timeout`, `statement_timeout`, `ca_cert`, `insecure`, …), too.
---@param ... any
---@return assay.postgres.Client
function assay_postgres.client(...) end

---Waits until the server takes the connection: a client. The last of the arguments for `client` may be a table with `timeout` (60) and `interval` (2).
---@param ... any
---@return any
function assay_postgres.wait(...) end

---Connects with what a Vault secret holds: `username`, `password`, and `database`, `host` and `port` unless given. `opts.mount` is `secrets`.
---@param vault_client? any
---@param vault_path? any
---@param host? any
---@param port? any
---@param opts? table
---@return assay.postgres.Client
function assay_postgres.client_from_vault(vault_client, vault_path, host, port, opts) end

---A client of assay.prometheus.
---@class assay.prometheus.Client: assay.client
local assay_prometheus_Client = {}

---An instant query. One sample gives its value, a number (`NaN` and infinities are strings); none or several give a list of `{ metric, value }`; a scalar or string gives itself; a range selector gives the list of `{ metric, values }`. `opts`: `time`, `timeout`, `limit`, `stats`, `lookback_delta`, `post` (as a form, for long expressions).
---@param promql? any
---@param opts? table
---@return any
function assay_prometheus_Client:query(promql, opts) end

---An instant query as it is answered: `{ resultType, result, warnings, infos }`.
---@param promql? any
---@param opts? table
---@return any
function assay_prometheus_Client:query_raw(promql, opts) end

---A range query: a list of `{ metric, values }`. Times are Unix seconds or RFC 3339, `step` is seconds or a duration.
---@param promql? any
---@param start_time? any
---@param end_time? any
---@param step? any
---@param opts? table
---@return any
function assay_prometheus_Client:query_range(promql, start_time, end_time, step, opts) end

---A range query as it is answered: `{ resultType, result, warnings, infos }`.
---@param promql? any
---@param start_time? any
---@param end_time? any
---@param step? any
---@param opts? table
---@return any
function assay_prometheus_Client:query_range_raw(promql, start_time, end_time, step, opts) end

---The active alerts.
---@return any
function assay_prometheus_Client:alerts() end

---`{ activeTargets, droppedTargets }`; `opts.state` (`active`, `dropped`, `any`), `opts.scrape_pool`.
---@param opts? table
---@return any
function assay_prometheus_Client:targets(opts) end

---The rule groups. `opts`: `type` (`alert`, `record`), `rule_name`, `rule_group`, `file`, `match` (texts or lists), `exclude_alerts`, `group_limit`: groups per request (all pages are read; `all = false` for the first only).
---@param opts? table
---@return any
function assay_prometheus_Client:rules(opts) end

---The values of a label; `opts`: `match`, `start`, `end_time`, `limit`.
---@param label? any
---@param opts? table
---@return any
function assay_prometheus_Client:label_values(label, opts) end

---The label names; `opts` as for `label_values`.
---@param opts? table
---@return any
function assay_prometheus_Client:labels(opts) end

---The label sets of the series that fit any of the selectors; `opts` as for `label_values`.
---@param match_selectors? any
---@param opts? table
---@return any
function assay_prometheus_Client:series(match_selectors, opts) end

---Metadata of the metrics that targets offer: `opts.match_target`, `opts.metric`, `opts.limit`.
---@param opts? table
---@return any
function assay_prometheus_Client:targets_metadata(opts) end

---Type, help and unit by metric: `opts.metric`, `opts.limit`, `opts.limit_per_metric`.
---@param opts? table
---@return any
function assay_prometheus_Client:metadata(opts) end

---The exemplars of a query's series.
---@param promql? any
---@param start_time? any
---@param end_time? any
---@return any
function assay_prometheus_Client:query_exemplars(promql, start_time, end_time) end

---`{ activeAlertmanagers, droppedAlertmanagers }`.
---@return any
function assay_prometheus_Client:alertmanagers() end

---A page of the server's status: `config`, `flags`, `runtimeinfo`, `buildinfo`, `tsdb`, `walreplay`.
---@param page? any
---@return any
function assay_prometheus_Client:status(page) end

---An expression in the usual layout.
---@param promql? any
---@return any
function assay_prometheus_Client:format_query(promql) end

---The syntax tree of an expression.
---@param promql? any
---@return any
function assay_prometheus_Client:parse_query(promql) end

---The names of the scrape pools.
---@return any
function assay_prometheus_Client:scrape_pools() end

---What the server wants its administrator to know: a list of `{ text, date, active }`.
---@return any
function assay_prometheus_Client:notifications() end

---Makes the server read its configuration again; whether it did, and otherwise why not.
---@return any
function assay_prometheus_Client:config_reload() end

---Ends the server, which must run with `--web.enable-lifecycle`.
---@return any
function assay_prometheus_Client:quit() end

---Whether the server runs.
---@return any
function assay_prometheus_Client:healthy() end

---Whether the server can answer queries.
---@return any
function assay_prometheus_Client:ready() end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param opts? table
---@return any
function assay_prometheus_Client:wait_ready(opts) end

---Takes a snapshot of the database; returns its name. `opts.skip_head`.
---@param opts? table
---@return any
function assay_prometheus_Client:snapshot(opts) end

---Deletes the series that fit the selectors; `opts.start`, `opts.end_time`.
---@param match_selectors? any
---@param opts? table
---@return any
function assay_prometheus_Client:delete_series(match_selectors, opts) end

---Frees the space of deleted series.
---@return any
function assay_prometheus_Client:clean_tombstones() end

---Raises unless the query has samples and all fit: `expected` is a number or a table of `eq`, `ne`, `gt`, `ge`, `lt`, `le`. Returns the query's result.
---@param promql? any
---@param expected? any
---@param opts? table
---@return any
function assay_prometheus_Client:assert_query(promql, expected, opts) end

---Raises when an active target (of `opts.job`) is not up, or there is none.
---@param opts? table
---@return any
function assay_prometheus_Client:assert_targets_up(opts) end

---Raises when an alert fires; `name` limits it to one.
---@param name? any
---@return any
function assay_prometheus_Client:assert_no_alerts(name) end

---Prometheus: queries, alerts, targets, rules, series, administration.
---@class assay.prometheus
local assay_prometheus = {}

---A client; options: `token` or `username` and `password`, `headers`, and those for connections.
---@param ... any
---@return assay.prometheus.Client
function assay_prometheus.client(...) end

---An instant query. One sample gives its value, a number (`NaN` and infinities are strings); none or several give a list of `{ metric, value }`; a scalar or string gives itself; a range selector gives the list of `{ metric, values }`. `opts`: `time`, `timeout`, `limit`, `stats`, `lookback_delta`, `post` (as a form, for long expressions).
---@param target? any
---@param promql? any
---@param opts? table
---@return any
function assay_prometheus.query(target, promql, opts) end

---An instant query as it is answered: `{ resultType, result, warnings, infos }`.
---@param target? any
---@param promql? any
---@param opts? table
---@return any
function assay_prometheus.query_raw(target, promql, opts) end

---A range query: a list of `{ metric, values }`. Times are Unix seconds or RFC 3339, `step` is seconds or a duration.
---@param target? any
---@param promql? any
---@param start_time? any
---@param end_time? any
---@param step? any
---@param opts? table
---@return any
function assay_prometheus.query_range(target, promql, start_time, end_time, step, opts) end

---A range query as it is answered: `{ resultType, result, warnings, infos }`.
---@param target? any
---@param promql? any
---@param start_time? any
---@param end_time? any
---@param step? any
---@param opts? table
---@return any
function assay_prometheus.query_range_raw(target, promql, start_time, end_time, step, opts) end

---The active alerts.
---@param target? any
---@return any
function assay_prometheus.alerts(target) end

---`{ activeTargets, droppedTargets }`; `opts.state` (`active`, `dropped`, `any`), `opts.scrape_pool`.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.targets(target, opts) end

---The rule groups. `opts`: `type` (`alert`, `record`), `rule_name`, `rule_group`, `file`, `match` (texts or lists), `exclude_alerts`, `group_limit`: groups per request (all pages are read; `all = false` for the first only).
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.rules(target, opts) end

---The values of a label; `opts`: `match`, `start`, `end_time`, `limit`.
---@param target? any
---@param label? any
---@param opts? table
---@return any
function assay_prometheus.label_values(target, label, opts) end

---The label names; `opts` as for `label_values`.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.labels(target, opts) end

---The label sets of the series that fit any of the selectors; `opts` as for `label_values`.
---@param target? any
---@param match_selectors? any
---@param opts? table
---@return any
function assay_prometheus.series(target, match_selectors, opts) end

---Metadata of the metrics that targets offer: `opts.match_target`, `opts.metric`, `opts.limit`.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.targets_metadata(target, opts) end

---Type, help and unit by metric: `opts.metric`, `opts.limit`, `opts.limit_per_metric`.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.metadata(target, opts) end

---The exemplars of a query's series.
---@param target? any
---@param promql? any
---@param start_time? any
---@param end_time? any
---@return any
function assay_prometheus.query_exemplars(target, promql, start_time, end_time) end

---`{ activeAlertmanagers, droppedAlertmanagers }`.
---@param target? any
---@return any
function assay_prometheus.alertmanagers(target) end

---A page of the server's status: `config`, `flags`, `runtimeinfo`, `buildinfo`, `tsdb`, `walreplay`.
---@param target? any
---@param page? any
---@return any
function assay_prometheus.status(target, page) end

---An expression in the usual layout.
---@param target? any
---@param promql? any
---@return any
function assay_prometheus.format_query(target, promql) end

---The syntax tree of an expression.
---@param target? any
---@param promql? any
---@return any
function assay_prometheus.parse_query(target, promql) end

---The names of the scrape pools.
---@param target? any
---@return any
function assay_prometheus.scrape_pools(target) end

---What the server wants its administrator to know: a list of `{ text, date, active }`.
---@param target? any
---@return any
function assay_prometheus.notifications(target) end

---Makes the server read its configuration again; whether it did, and otherwise why not.
---@param target? any
---@return any
function assay_prometheus.config_reload(target) end

---Ends the server, which must run with `--web.enable-lifecycle`.
---@param target? any
---@return any
function assay_prometheus.quit(target) end

---Whether the server runs.
---@param target? any
---@return any
function assay_prometheus.healthy(target) end

---Whether the server can answer queries.
---@param target? any
---@return any
function assay_prometheus.ready(target) end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.wait_ready(target, opts) end

---Takes a snapshot of the database; returns its name. `opts.skip_head`.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.snapshot(target, opts) end

---Deletes the series that fit the selectors; `opts.start`, `opts.end_time`.
---@param target? any
---@param match_selectors? any
---@param opts? table
---@return any
function assay_prometheus.delete_series(target, match_selectors, opts) end

---Frees the space of deleted series.
---@param target? any
---@return any
function assay_prometheus.clean_tombstones(target) end

---Raises unless the query has samples and all fit: `expected` is a number or a table of `eq`, `ne`, `gt`, `ge`, `lt`, `le`. Returns the query's result.
---@param target? any
---@param promql? any
---@param expected? any
---@param opts? table
---@return any
function assay_prometheus.assert_query(target, promql, expected, opts) end

---Raises when an active target (of `opts.job`) is not up, or there is none.
---@param target? any
---@param opts? table
---@return any
function assay_prometheus.assert_targets_up(target, opts) end

---Raises when an alert fires; `name` limits it to one.
---@param target? any
---@param name? any
---@return any
function assay_prometheus.assert_no_alerts(target, name) end

---A client of assay.s3.
---@class assay.s3.Client: assay.client
local assay_s3_Client = {}

---A client with the temporary keys of a role; its field `expires` says until when (Unix seconds). `opts`: `session_name`, `duration` (seconds), `policy` (a table or JSON text that narrows what it may), `external_id`, `sts_endpoint`. MinIO and Ceph take any text for the role.
---@param role_arn? any
---@param opts? table
---@return any
function assay_s3_Client:assume_role(role_arn, opts) end

---Creates a bucket; true.
---@param bucket? any
---@return any
function assay_s3_Client:create_bucket(bucket) end

---Creates a bucket unless it is there; returns whether it was created.
---@param bucket? any
---@return any
function assay_s3_Client:ensure_bucket(bucket) end

---Deletes an empty bucket; true.
---@param bucket? any
---@return any
function assay_s3_Client:delete_bucket(bucket) end

---The buckets: `{ name, creation_date }`.
---@return any
function assay_s3_Client:list_buckets() end

---Whether a bucket is there and may be listed, and the status (403: there, but not for us).
---@param bucket? any
---@return any
function assay_s3_Client:bucket_exists(bucket) end

---The region of a bucket.
---@param bucket? any
---@return any
function assay_s3_Client:bucket_location(bucket) end

---A bucket's configuration as XML: `versioning`, `lifecycle`, `policy`, `cors`, `tagging`, `encryption`; nil when there is none.
---@param bucket? any
---@param name? any
---@return any
function assay_s3_Client:bucket_config(bucket, name) end

---Sets a bucket's configuration; true.
---@param bucket? any
---@param name? any
---@param text? any
---@return any
function assay_s3_Client:put_bucket_config(bucket, name, text) end

---Removes a bucket's configuration; true.
---@param bucket? any
---@param name? any
---@return any
function assay_s3_Client:delete_bucket_config(bucket, name) end

---Stores an object (a string of bytes); true. `opts`: `content_type`, `metadata`, `cache_control`, `acl`, `storage_class`, `server_side_encryption`, `tags` (a table), `if_none_match` (`*`: only if absent), `headers`, `timeout`.
---@param bucket? any
---@param key? any
---@param body? any
---@param opts? table
---@return any
function assay_s3_Client:put_object(bucket, key, body, opts) end

---An object's bytes; nil when it is absent. `opts`: `range` (`bytes=0-9`), `version_id`, `if_none_match` (nil when it is the same), `max_size`, `timeout`.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:get_object(bucket, key, opts) end

---Saves an object as a file, of any size; returns its size, nil when it is absent. `opts`: `version_id`, `max_size`, `timeout` (none: as long as bytes arrive).
---@param bucket? any
---@param key? any
---@param path? any
---@param opts? table
---@return any
function assay_s3_Client:download(bucket, key, path, opts) end

---About an object: `{ status, headers }`; nil when it is absent.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:head_object(bucket, key, opts) end

---Deletes an object; true. `opts.version_id`.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:delete_object(bucket, key, opts) end

---Copies an object; true. `opts` as for `put_object`; new metadata needs `metadata_directive = "REPLACE"`; `opts.version_id` of the source.
---@param src_bucket? any
---@param src_key? any
---@param dst_bucket? any
---@param dst_key? any
---@param opts? table
---@return any
function assay_s3_Client:copy_object(src_bucket, src_key, dst_bucket, dst_key, opts) end

---The tags of an object: names to values; nil when the object is absent. `opts.version_id`.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:get_object_tags(bucket, key, opts) end

---Replaces the tags of an object; true. `opts.version_id`.
---@param bucket? any
---@param key? any
---@param tags? any
---@param opts? table
---@return any
function assay_s3_Client:put_object_tags(bucket, key, tags, opts) end

---Removes the tags of an object; true. `opts.version_id`.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:delete_object_tags(bucket, key, opts) end

---A URL with which anyone may do one thing for a time: `opts.method` (GET), `opts.expires` (seconds, 3600), `opts.headers` (must then be sent as given), `opts.query` (a list of pairs, e.g. `response-content-disposition`), `opts.time` (now).
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:presign(bucket, key, opts) end

---The objects of a bucket: `{ objects, common_prefixes, is_truncated, next_continuation_token, key_count }` with objects `{ key, size, last_modified, etag, storage_class }`. `opts`: `prefix`, `delimiter`, `start_after`, `encoding_type`. All pages are read, but only one with `all = false`, `max_keys` or `continuation_token` (unless `all = true`).
---@param bucket? any
---@param opts? table
---@return any
function assay_s3_Client:list_objects(bucket, opts) end

---The versions of objects, newest first for each key: `{ key, version_id, is_latest, is_deleted, size, last_modified, etag }`; `opts`: `prefix`, `max_keys` (of a page), `all` (false: the first page only).
---@param bucket? any
---@param opts? table
---@return any
function assay_s3_Client:object_versions(bucket, opts) end

---`for object in c:objects(bucket, opts) do`: page by page, for buckets of any size.
---@param bucket? any
---@param opts? table
---@return any
function assay_s3_Client:objects(bucket, opts) end

---Deletes many objects, 1000 per request; returns the list of failures `{ key, code, message }`. `keys` are texts, or tables with `key` and `version_id`, such as those of `object_versions`.
---@param bucket? any
---@param keys? any
---@return any
function assay_s3_Client:delete_objects(bucket, keys) end

---Deletes all objects whose keys begin with `prefix` (all of the bucket when it is ""), page by page; returns how many were deleted, and the list of failures. `opts.versions`: with all their versions.
---@param bucket? any
---@param prefix? any
---@param opts? table
---@return any
function assay_s3_Client:delete_prefix(bucket, prefix, opts) end

---Begins an upload in parts; returns its id. `opts` as for `put_object`.
---@param bucket? any
---@param key? any
---@param opts? table
---@return any
function assay_s3_Client:create_multipart_upload(bucket, key, opts) end

---Stores part `number` (from 1; all but the last at least 5 MiB); returns its etag. `opts.timeout`.
---@param bucket? any
---@param key? any
---@param upload_id? any
---@param number? any
---@param body? any
---@param opts? table
---@return any
function assay_s3_Client:upload_part(bucket, key, upload_id, number, body, opts) end

---Copies bytes of another object as part `number`; returns its etag. `opts`: `range` (`bytes=0-5242879`), `version_id` of the source. Objects of more than 5 GiB are copied so.
---@param bucket? any
---@param key? any
---@param upload_id? any
---@param number? any
---@param src_bucket? any
---@param src_key? any
---@param opts? table
---@return any
function assay_s3_Client:upload_part_copy(bucket, key, upload_id, number, src_bucket, src_key, opts) end

---The parts of an upload that are stored: `{ number, size, etag, last_modified }`.
---@param bucket? any
---@param key? any
---@param upload_id? any
---@return any
function assay_s3_Client:list_parts(bucket, key, upload_id) end

---Makes an object of parts, given by their etags in order; returns the object's etag.
---@param bucket? any
---@param key? any
---@param upload_id? any
---@param etags? any
---@return any
function assay_s3_Client:complete_multipart_upload(bucket, key, upload_id, etags) end

---Gives an upload up and frees its parts; true.
---@param bucket? any
---@param key? any
---@param upload_id? any
---@return any
function assay_s3_Client:abort_multipart_upload(bucket, key, upload_id) end

---The uploads that are neither complete nor aborted: `{ key, upload_id, initiated }`.
---@param bucket? any
---@return any
function assay_s3_Client:list_multipart_uploads(bucket) end

---Stores an object of any size: a string, `{ file = path }`, or a function that returns pieces until nil. Parts of `opts.part_size` (8 MiB) are sent one by one; what fits into one is sent without. A failed upload is aborted. Other `opts` as for `put_object`. Returns true.
---@param bucket? any
---@param key? any
---@param source? any
---@param opts? table
---@return any
function assay_s3_Client:upload(bucket, key, source, opts) end

---S3-compatible object storage: buckets, objects, multipart uploads, signed URLs.
---@class assay.s3
local assay_s3 = {}

---A client: `client { endpoint, region, access_key, secret_key }`. Further options: `session_token`, `path_style` (true; false puts the bucket into the host name), and those for connections. What is missing comes from `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Instead of keys: `role_arn` and `web_identity_token_file` (or `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`, as pods with a role of AWS have them), or the agent at `AWS_CONTAINER_CREDENTIALS_FULL_URI` (EKS Pod Identity). Such keys are renewed before they end.
---@param ... any
---@return assay.s3.Client
function assay_s3.client(...) end

---`code` and `message` of an error answer, given as its text or in an error's message.
---@param body? any
---@return any
function assay_s3.error_code(body) end

---A client of assay.temporal.
---@class assay.temporal.Client: assay.client
local assay_temporal_Client = {}

---Whether the server is healthy. Servers without `/health` are asked for their system info.
---@return any
function assay_temporal_Client:health() end

---The server's version and capabilities.
---@return any
function assay_temporal_Client:system_info() end

---The cluster's name, version and limits.
---@return any
function assay_temporal_Client:cluster_info() end

---Workflows (`.executions`), all pages unless `page_size` is given. `opts` of all functions: namespace; of lists: page_size, next_page_token, all. Here: query.
---@param opts? table
---@return any
function assay_temporal_Client:workflows(opts) end

---Workflows that fit a query, such as `WorkflowType='Order'`.
---@param query? any
---@param opts? table
---@return any
function assay_temporal_Client:search(query, opts) end

---How many workflows fit a query.
---@param query? any
---@param opts? table
---@return any
function assay_temporal_Client:count(query, opts) end

---A workflow (`.workflowExecutionInfo`), its latest run unless `run_id` is given.
---@param id? any
---@param run_id? any
---@param opts? table
---@return any
function assay_temporal_Client:workflow(id, run_id, opts) end

---A workflow, or nil when there is none.
---@param id? any
---@param run_id? any
---@param opts? table
---@return any
function assay_temporal_Client:find_workflow(id, run_id, opts) end

---The history of a workflow (`.history.events`). `opts`: maximum_page_size, reverse (true: the last event first).
---@param id? any
---@param run_id? any
---@param opts? table
---@return any
function assay_temporal_Client:workflow_history(id, run_id, opts) end

---What a workflow that has ended returned: a list of values (`json.null` for none). A run that did not complete is an error, with the failure's message.
---@param id? any
---@param run_id? any
---@param opts? table
---@return any
function assay_temporal_Client:workflow_result(id, run_id, opts) end

---Sends a signal; `input` is a list of arguments. `opts`: run_id, named (true: the signal's name in the path, as the server itself has it; without it that is tried after a 404 or 405).
---@param id? any
---@param signal_name? any
---@param input? any
---@param opts? table
---@return any
function assay_temporal_Client:signal_workflow(id, signal_name, input, opts) end

---Ends a workflow at once.
---@param id? any
---@param reason? any
---@param opts? table
---@return any
function assay_temporal_Client:terminate_workflow(id, reason, opts) end

---Asks a workflow to end.
---@param id? any
---@param opts? table
---@return any
function assay_temporal_Client:cancel_workflow(id, opts) end

---Starts a workflow. `request` as in Temporal's API: workflowType, taskQueue (names are enough), input, timeouts.
---@param id? any
---@param request? any
---@param opts? table
---@return any
function assay_temporal_Client:start_workflow(id, request, opts) end

---Sends a signal, and starts the workflow first when it does not run. `signal_input` is a list of arguments, `request` as for `start_workflow`.
---@param id? any
---@param signal_name? any
---@param signal_input? any
---@param request? any
---@param opts? table
---@return any
function assay_temporal_Client:signal_with_start(id, signal_name, signal_input, request, opts) end

---Asks a workflow by a query; `args` is a list. `opts`: run_id.
---@param id? any
---@param query_type? any
---@param args? any
---@param opts? table
---@return any
function assay_temporal_Client:query_workflow(id, query_type, args, opts) end

---Sends an update and waits for its outcome (`.outcome.success` or `.outcome.failure`); `args` is a list. `opts`: run_id, update_id, stage (the lifecycle stage to wait for, "COMPLETED"; "ACCEPTED" returns sooner).
---@param id? any
---@param update_name? any
---@param args? any
---@param opts? table
---@return any
function assay_temporal_Client:update_workflow(id, update_name, args, opts) end

---Ends a run and starts a new one (`.runId`) that has its history up to an event. `opts`: event_id, otherwise the last workflow task that was completed, with `first` the first one; run_id, and what the API has, such as reset_reapply_type.
---@param id? any
---@param reason? any
---@param opts? table
---@return any
function assay_temporal_Client:reset_workflow(id, reason, opts) end

---Archived workflows (`.executions`). `opts`: query, page_size.
---@param opts? table
---@return any
function assay_temporal_Client:archived_workflows(opts) end

---Pollers and state of a task queue. `opts`: task_queue_type, e.g. TASK_QUEUE_TYPE_ACTIVITY.
---@param name? any
---@param opts? table
---@return any
function assay_temporal_Client:task_queue(name, opts) end

---Whether a workflow runs.
---@param id? any
---@param opts? table
---@return any
function assay_temporal_Client:is_workflow_running(id, opts) end

---Waits until a workflow has ended and returns its description. `opts`: run_id, interval (5 s), raise (true: an outcome other than COMPLETED is an error).
---@param id? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_temporal_Client:wait_workflow_complete(id, timeout_secs, opts) end

---The namespaces (`.namespaces`).
---@param opts? table
---@return any
function assay_temporal_Client:namespaces(opts) end

---A namespace.
---@param name? any
---@return any
function assay_temporal_Client:namespace(name) end

---Creates a namespace: `request` as in Temporal's API (`description`, `ownerEmail`, `workflowExecutionRetentionPeriod` such as "259200s", which is the default, three days).
---@param name? any
---@param request? any
---@return any
function assay_temporal_Client:create_namespace(name, request) end

---Changes a namespace: `request` as in Temporal's API (`updateInfo`, `config`).
---@param name? any
---@param request? any
---@return any
function assay_temporal_Client:update_namespace(name, request) end

---The namespace of that name, which is created when there is none; the second result is whether. Waits until a new one can be used, which takes some seconds.
---@param name? any
---@param request? any
---@return any
function assay_temporal_Client:ensure_namespace(name, request) end

---The names and types of the search attributes: `customAttributes`, `systemAttributes`.
---@param opts? table
---@return any
function assay_temporal_Client:search_attributes(opts) end

---Schedules (`.schedules`). `opts`: maximum_page_size, query.
---@param opts? table
---@return any
function assay_temporal_Client:schedules(opts) end

---A schedule.
---@param id? any
---@param opts? table
---@return any
function assay_temporal_Client:schedule(id, opts) end

---Creates a schedule: `schedule` is `{ spec, action, policies, state }` as in Temporal's API. `opts`: memo, search_attributes, initial_patch, request_id.
---@param id? any
---@param schedule? any
---@param opts? table
---@return any
function assay_temporal_Client:create_schedule(id, schedule, opts) end

---Replaces a schedule; `opts.conflict_token` of `schedule` refuses when it has changed since.
---@param id? any
---@param schedule? any
---@param opts? table
---@return any
function assay_temporal_Client:update_schedule(id, schedule, opts) end

---Pauses a schedule, with a note.
---@param id? any
---@param note? any
---@param opts? table
---@return any
function assay_temporal_Client:pause_schedule(id, note, opts) end

---Lets a paused schedule go on, with a note.
---@param id? any
---@param note? any
---@param opts? table
---@return any
function assay_temporal_Client:unpause_schedule(id, note, opts) end

---Runs a schedule's action now; `opts.overlap_policy`, e.g. SCHEDULE_OVERLAP_POLICY_ALLOW_ALL.
---@param id? any
---@param opts? table
---@return any
function assay_temporal_Client:trigger_schedule(id, opts) end

---Runs the actions that a schedule would have had between two times (RFC 3339); `opts.overlap_policy`.
---@param id? any
---@param start_time? any
---@param end_time? any
---@param opts? table
---@return any
function assay_temporal_Client:backfill_schedule(id, start_time, end_time, opts) end

---When a schedule's actions are due between two times (RFC 3339): a list of times.
---@param id? any
---@param start_time? any
---@param end_time? any
---@param opts? table
---@return any
function assay_temporal_Client:schedule_times(id, start_time, end_time, opts) end

---Deletes a schedule.
---@param id? any
---@param opts? table
---@return any
function assay_temporal_Client:delete_schedule(id, opts) end

---Starts an operation on many workflows: `request` has `visibilityQuery` (or `executions`), `reason` and one of `terminationOperation`, `cancellationOperation`, `signalOperation`, … (`{}` at least).
---@param job_id? any
---@param request? any
---@param opts? table
---@return any
function assay_temporal_Client:start_batch(job_id, request, opts) end

---A batch operation and how far it is.
---@param job_id? any
---@param opts? table
---@return any
function assay_temporal_Client:batch_operation(job_id, opts) end

---The batch operations (`.operationInfo`).
---@param opts? table
---@return any
function assay_temporal_Client:batch_operations(opts) end

---Stops a batch operation.
---@param job_id? any
---@param reason? any
---@param opts? table
---@return any
function assay_temporal_Client:stop_batch(job_id, reason, opts) end

---Temporal: workflows, schedules, task queues, over the HTTP API.
---@class assay.temporal
local assay_temporal = {}

---`client(url, opts)`; `opts`: namespace ("default"), api_key.
---@param ... any
---@return assay.temporal.Client
function assay_temporal.client(...) end

---A client of assay.traefik.
---@class assay.traefik.Client: assay.client
local assay_traefik_Client = {}

---Counts of all kinds, features and providers.
---@return any
function assay_traefik_Client:overview() end

---Version, Codename, startDate.
---@return any
function assay_traefik_Client:version() end

---The entry points. `opts` of all lists: search, status, service_name, middleware_name, page, per_page.
---@param opts? table
---@return any
function assay_traefik_Client:entrypoints(opts) end

---An entry point.
---@param name? any
---@return any
function assay_traefik_Client:entrypoint(name) end

---The HTTP routers.
---@param opts? table
---@return any
function assay_traefik_Client:http_routers(opts) end

---An HTTP router, named `<name>@<provider>`.
---@param name? any
---@return any
function assay_traefik_Client:http_router(name) end

---The HTTP services.
---@param opts? table
---@return any
function assay_traefik_Client:http_services(opts) end

---An HTTP service.
---@param name? any
---@return any
function assay_traefik_Client:http_service(name) end

---The HTTP middlewares.
---@param opts? table
---@return any
function assay_traefik_Client:http_middlewares(opts) end

---An HTTP middleware.
---@param name? any
---@return any
function assay_traefik_Client:http_middleware(name) end

---The TCP routers.
---@param opts? table
---@return any
function assay_traefik_Client:tcp_routers(opts) end

---A TCP router.
---@param name? any
---@return any
function assay_traefik_Client:tcp_router(name) end

---The TCP services.
---@param opts? table
---@return any
function assay_traefik_Client:tcp_services(opts) end

---A TCP service.
---@param name? any
---@return any
function assay_traefik_Client:tcp_service(name) end

---The TCP middlewares.
---@param opts? table
---@return any
function assay_traefik_Client:tcp_middlewares(opts) end

---A TCP middleware.
---@param name? any
---@return any
function assay_traefik_Client:tcp_middleware(name) end

---The UDP routers.
---@param opts? table
---@return any
function assay_traefik_Client:udp_routers(opts) end

---A UDP router.
---@param name? any
---@return any
function assay_traefik_Client:udp_router(name) end

---The UDP services.
---@param opts? table
---@return any
function assay_traefik_Client:udp_services(opts) end

---A UDP service.
---@param name? any
---@return any
function assay_traefik_Client:udp_service(name) end

---The certificates that the server uses.
---@param opts? table
---@return any
function assay_traefik_Client:certificates(opts) end

---A certificate by its id.
---@param id? any
---@return any
function assay_traefik_Client:certificate(id) end

---Saves what Traefik's support asks for (a gzipped tar archive) as a file; returns its size.
---@param path? any
---@return any
function assay_traefik_Client:support_dump(path) end

---The server's own metrics as text, where they are served at this address.
---@return any
function assay_traefik_Client:metrics() end

---The whole configuration with its state.
---@return any
function assay_traefik_Client:rawdata() end

---Whether `/ping` answers 200; the second result is the reason when it does not.
---@return any
function assay_traefik_Client:ping() end

---Whether a router is enabled; false when there is none.
---@param name? any
---@return any
function assay_traefik_Client:is_router_enabled(name) end

---Whether a router has TLS; false when there is none.
---@param name? any
---@return any
function assay_traefik_Client:router_has_tls(name) end

---How many servers a service has; those of the services that it is made of (weighted, mirrored, failover) count, too, but mirrors do not.
---@param name? any
---@return any
function assay_traefik_Client:service_server_count(name) end

---up, down, total, down_servers of a service and those it is made of, by their health checks.
---@param name? any
---@return any
function assay_traefik_Client:service_health(name) end

---How many HTTP routers are enabled, and how many are not; the third result is a list of `{ name, status, errors }` of the latter. `opts.protocol`: `tcp`, `udp`.
---@param opts? table
---@return any
function assay_traefik_Client:healthy_routers(opts) end

---Waits until a router is there and enabled. `opts`: interval (2 s).
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_traefik_Client:wait_router_enabled(name, timeout_secs, opts) end

---Waits until `count` (1) servers of a service are up by their health checks. `opts`: interval (2 s), count.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_traefik_Client:wait_service_up(name, timeout_secs, opts) end

---Traefik's API: routers, services, middlewares, entry points.
---@class assay.traefik
local assay_traefik = {}

---A client: `client(url, opts)`.
---@param ... any
---@return assay.traefik.Client
function assay_traefik.client(...) end

---Counts of all kinds, features and providers.
---@param target? any
---@return any
function assay_traefik.overview(target) end

---Version, Codename, startDate.
---@param target? any
---@return any
function assay_traefik.version(target) end

---The entry points. `opts` of all lists: search, status, service_name, middleware_name, page, per_page.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.entrypoints(target, opts) end

---An entry point.
---@param target? any
---@param name? any
---@return any
function assay_traefik.entrypoint(target, name) end

---The HTTP routers.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.http_routers(target, opts) end

---An HTTP router, named `<name>@<provider>`.
---@param target? any
---@param name? any
---@return any
function assay_traefik.http_router(target, name) end

---The HTTP services.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.http_services(target, opts) end

---An HTTP service.
---@param target? any
---@param name? any
---@return any
function assay_traefik.http_service(target, name) end

---The HTTP middlewares.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.http_middlewares(target, opts) end

---An HTTP middleware.
---@param target? any
---@param name? any
---@return any
function assay_traefik.http_middleware(target, name) end

---The TCP routers.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.tcp_routers(target, opts) end

---A TCP router.
---@param target? any
---@param name? any
---@return any
function assay_traefik.tcp_router(target, name) end

---The TCP services.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.tcp_services(target, opts) end

---A TCP service.
---@param target? any
---@param name? any
---@return any
function assay_traefik.tcp_service(target, name) end

---The TCP middlewares.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.tcp_middlewares(target, opts) end

---A TCP middleware.
---@param target? any
---@param name? any
---@return any
function assay_traefik.tcp_middleware(target, name) end

---The UDP routers.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.udp_routers(target, opts) end

---A UDP router.
---@param target? any
---@param name? any
---@return any
function assay_traefik.udp_router(target, name) end

---The UDP services.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.udp_services(target, opts) end

---A UDP service.
---@param target? any
---@param name? any
---@return any
function assay_traefik.udp_service(target, name) end

---The certificates that the server uses.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.certificates(target, opts) end

---A certificate by its id.
---@param target? any
---@param id? any
---@return any
function assay_traefik.certificate(target, id) end

---Saves what Traefik's support asks for (a gzipped tar archive) as a file; returns its size.
---@param target? any
---@param path? any
---@return any
function assay_traefik.support_dump(target, path) end

---The server's own metrics as text, where they are served at this address.
---@param target? any
---@return any
function assay_traefik.metrics(target) end

---The whole configuration with its state.
---@param target? any
---@return any
function assay_traefik.rawdata(target) end

---Whether `/ping` answers 200; the second result is the reason when it does not.
---@param target? any
---@return any
function assay_traefik.ping(target) end

---Whether a router is enabled; false when there is none.
---@param target? any
---@param name? any
---@return any
function assay_traefik.is_router_enabled(target, name) end

---Whether a router has TLS; false when there is none.
---@param target? any
---@param name? any
---@return any
function assay_traefik.router_has_tls(target, name) end

---How many servers a service has; those of the services that it is made of (weighted, mirrored, failover) count, too, but mirrors do not.
---@param target? any
---@param name? any
---@return any
function assay_traefik.service_server_count(target, name) end

---up, down, total, down_servers of a service and those it is made of, by their health checks.
---@param target? any
---@param name? any
---@return any
function assay_traefik.service_health(target, name) end

---How many HTTP routers are enabled, and how many are not; the third result is a list of `{ name, status, errors }` of the latter. `opts.protocol`: `tcp`, `udp`.
---@param target? any
---@param opts? table
---@return any
function assay_traefik.healthy_routers(target, opts) end

---Waits until a router is there and enabled. `opts`: interval (2 s).
---@param target? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_traefik.wait_router_enabled(target, name, timeout_secs, opts) end

---Waits until `count` (1) servers of a service are up by their health checks. `opts`: interval (2 s), count.
---@param target? any
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_traefik.wait_service_up(target, name, timeout_secs, opts) end

---A client of assay.unleash.
---@class assay.unleash.Client: assay.client
local assay_unleash_Client = {}

---The server's health.
---@return any
function assay_unleash_Client:health() end

---The projects.
---@return any
function assay_unleash_Client:projects() end

---A project, or nil.
---@param id? any
---@return any
function assay_unleash_Client:project(id) end

---Creates a project.
---@param project? any
---@return any
function assay_unleash_Client:create_project(project) end

---Replaces the settings of a project.
---@param id? any
---@param project? any
---@return any
function assay_unleash_Client:update_project(id, project) end

---Deletes a project. `opts.ignore_not_found`: one that is not there is no error.
---@param id? any
---@param opts? table
---@return any
function assay_unleash_Client:delete_project(id, opts) end

---The environments.
---@return any
function assay_unleash_Client:environments() end

---An environment, or nil.
---@param env_name? any
---@return any
function assay_unleash_Client:environment(env_name) end

---Offers an environment to all projects.
---@param env_name? any
---@return any
function assay_unleash_Client:environment_on(env_name) end

---Takes an environment from all projects' offer.
---@param env_name? any
---@return any
function assay_unleash_Client:environment_off(env_name) end

---Adds an environment to a project.
---@param project? any
---@param env_name? any
---@return any
function assay_unleash_Client:enable_environment(project, env_name) end

---Takes an environment from a project. `opts.ignore_not_found`.
---@param project? any
---@param env_name? any
---@param opts? table
---@return any
function assay_unleash_Client:disable_environment(project, env_name, opts) end

---The API tokens.
---@return any
function assay_unleash_Client:tokens() end

---Creates an API token. The server's newer versions call `username` `tokenName`; either is sent as both.
---@param config? any
---@return any
function assay_unleash_Client:create_token(config) end

---Sets when an API token ends (RFC 3339).
---@param secret? any
---@param expires_at? any
---@return any
function assay_unleash_Client:update_token(secret, expires_at) end

---Deletes an API token. `opts.ignore_not_found`.
---@param secret? any
---@param opts? table
---@return any
function assay_unleash_Client:delete_token(secret, opts) end

---What the SDKs of applications get (`.features`), with their token `secret`; with the client's own unless given.
---@param secret? any
---@return any
function assay_unleash_Client:client_features(secret) end

---Whether the server can answer; the second result is the reason when it can't. Servers without `/ready` are asked for their health.
---@return any
function assay_unleash_Client:ready() end

---The features of a project.
---@param project? any
---@return any
function assay_unleash_Client:features(project) end

---A feature, or nil.
---@param project? any
---@param name? any
---@return any
function assay_unleash_Client:feature(project, name) end

---Creates a feature.
---@param project? any
---@param feature? any
---@return any
function assay_unleash_Client:create_feature(project, feature) end

---Replaces the settings of a feature.
---@param project? any
---@param name? any
---@param feature? any
---@return any
function assay_unleash_Client:update_feature(project, name, feature) end

---Changes a feature by a JSON Patch.
---@param project? any
---@param name? any
---@param operations? any
---@return any
function assay_unleash_Client:patch_feature(project, name, operations) end

---Creates a feature with the strategies of another. `opts.replaceGroupId` (true).
---@param project? any
---@param name? any
---@param new_name? any
---@param opts? table
---@return any
function assay_unleash_Client:clone_feature(project, name, new_name, opts) end

---Archives a feature. `opts.ignore_not_found`: one that is not there is no error.
---@param project? any
---@param name? any
---@param opts? table
---@return any
function assay_unleash_Client:archive_feature(project, name, opts) end

---Turns a feature on in an environment.
---@param project? any
---@param name? any
---@param env_name? any
---@return any
function assay_unleash_Client:toggle_on(project, name, env_name) end

---Turns a feature off in an environment.
---@param project? any
---@param name? any
---@param env_name? any
---@return any
function assay_unleash_Client:toggle_off(project, name, env_name) end

---Turns several features on in an environment.
---@param project? any
---@param env_name? any
---@param names? any
---@return any
function assay_unleash_Client:toggle_all_on(project, env_name, names) end

---Turns several features off in an environment.
---@param project? any
---@param env_name? any
---@param names? any
---@return any
function assay_unleash_Client:toggle_all_off(project, env_name, names) end

---Marks features as stale, or with false as not.
---@param project? any
---@param names? any
---@param is_stale? any
---@return any
function assay_unleash_Client:mark_stale(project, names, is_stale) end

---Archives several features.
---@param project? any
---@param names? any
---@return any
function assay_unleash_Client:archive_features(project, names) end

---Brings archived features back.
---@param project? any
---@param names? any
---@return any
function assay_unleash_Client:revive_features(project, names) end

---Deletes archived features for good.
---@param project? any
---@param names? any
---@return any
function assay_unleash_Client:delete_features(project, names) end

---The archived features of a project.
---@param project? any
---@return any
function assay_unleash_Client:archived_features(project) end

---The types of features that there are.
---@return any
function assay_unleash_Client:feature_types() end

---The tags of a feature: `{ type, value }`.
---@param name? any
---@return any
function assay_unleash_Client:feature_tags(name) end

---Tags a feature; `tag_type` is `simple` unless given.
---@param name? any
---@param value? any
---@param tag_type? any
---@return any
function assay_unleash_Client:add_feature_tag(name, value, tag_type) end

---Takes a tag from a feature. `opts.ignore_not_found`.
---@param name? any
---@param value? any
---@param tag_type? any
---@param opts? table
---@return any
function assay_unleash_Client:remove_feature_tag(name, value, tag_type, opts) end

---Features with their strategies in an environment: `opts.features` (names), `opts.tag` or `opts.project`.
---@param env_name? any
---@param opts? table
---@return any
function assay_unleash_Client:export_features(env_name, opts) end

---Takes over what `export_features` gave. Needs a personal access token or a service account's.
---@param project? any
---@param env_name? any
---@param data? any
---@return any
function assay_unleash_Client:import_features(project, env_name, data) end

---The strategies of a feature in an environment.
---@param project? any
---@param name? any
---@param env_name? any
---@return any
function assay_unleash_Client:strategies(project, name, env_name) end

---A strategy, or nil.
---@param project? any
---@param name? any
---@param env_name? any
---@param id? any
---@return any
function assay_unleash_Client:strategy(project, name, env_name, id) end

---Adds a strategy.
---@param project? any
---@param name? any
---@param env_name? any
---@param strategy? any
---@return any
function assay_unleash_Client:add_strategy(project, name, env_name, strategy) end

---Replaces a strategy.
---@param project? any
---@param name? any
---@param env_name? any
---@param id? any
---@param strategy? any
---@return any
function assay_unleash_Client:update_strategy(project, name, env_name, id, strategy) end

---Changes a strategy by a JSON Patch.
---@param project? any
---@param name? any
---@param env_name? any
---@param id? any
---@param operations? any
---@return any
function assay_unleash_Client:patch_strategy(project, name, env_name, id, operations) end

---Removes a strategy. `opts.ignore_not_found`: one that is not there is no error.
---@param project? any
---@param name? any
---@param env_name? any
---@param id? any
---@param opts? table
---@return any
function assay_unleash_Client:delete_strategy(project, name, env_name, id, opts) end

---Puts the strategies of a feature in an environment in order: a list of their ids.
---@param project? any
---@param name? any
---@param env_name? any
---@param ids? any
---@return any
function assay_unleash_Client:sort_strategies(project, name, env_name, ids) end

---The variants of a feature in an environment.
---@param project? any
---@param name? any
---@param env_name? any
---@return any
function assay_unleash_Client:variants(project, name, env_name) end

---Replaces the variants of a feature in an environment, where the server still has them: newer ones refuse this (403) and have variants in strategies.
---@param project? any
---@param name? any
---@param env_name? any
---@param variants? any
---@return any
function assay_unleash_Client:set_variants(project, name, env_name, variants) end

---The segments.
---@return any
function assay_unleash_Client:segments() end

---A segment, or nil.
---@param id? any
---@return any
function assay_unleash_Client:segment(id) end

---Creates a segment: `name`, `constraints`, `description`, `project`.
---@param definition? any
---@return any
function assay_unleash_Client:create_segment(definition) end

---Replaces a segment.
---@param id? any
---@param definition? any
---@return any
function assay_unleash_Client:update_segment(id, definition) end

---Deletes a segment. `opts.ignore_not_found`.
---@param id? any
---@param opts? table
---@return any
function assay_unleash_Client:delete_segment(id, opts) end

---Unleash: projects, features, environments, strategies, API tokens.
---@class assay.unleash
local assay_unleash = {}

---`client(url, opts)`; `opts`: token, an admin or personal token.
---@param ... any
---@return assay.unleash.Client
function assay_unleash.client(...) end

---Waits until the server at `url` is healthy. `opts`: timeout (60), interval (2), and those of a connection.
---@param url? any
---@param opts? table
---@return any
function assay_unleash.wait(url, opts) end

---The project `id`, which is created when there is none. `opts`: name, description; `update`: one that is there gets them.
---@param client? any
---@param id? any
---@param opts? table
---@return any
function assay_unleash.ensure_project(client, id, opts) end

---The feature `name`, which is created when there is none. `opts` as in Unleash's API: `type` ("release"), `description`, `impressionData`.
---@param client? any
---@param project? any
---@param name? any
---@param opts? table
---@return any
function assay_unleash.ensure_feature(client, project, name, opts) end

---Adds an environment to a project unless it has it.
---@param client? any
---@param project? any
---@param env_name? any
---@return any
function assay_unleash.ensure_environment(client, project, env_name) end

---The API token with `opts.username` and `opts.type` (and `opts.environment`), which is created when there is none. `opts`: projects.
---@param client? any
---@param opts? table
---@return any
function assay_unleash.ensure_token(client, opts) end

---A client of assay.vault.
---@class assay.vault.Client: assay.client
local assay_vault_Client = {}

---The data at a path; nil when there is none.
---@param path? any
---@return any
function assay_vault_Client:read(path) end

---Writes to a path; returns the whole answer, nil when it has none.
---@param path? any
---@param payload? any
---@return any
function assay_vault_Client:write(path, payload) end

---Deletes a path. `opts.ignore_not_found`: one that is not there is no error.
---@param path? any
---@param opts? table
---@return any
function assay_vault_Client:delete(path, opts) end

---The keys below a path; an empty list when there are none.
---@param path? any
---@return any
function assay_vault_Client:list(path) end

---A secret: `{ data, metadata }`; nil when it is absent or deleted. `opts.version`; with `opts.deleted` a deleted one gives its metadata, without data.
---@param mount? any
---@param key? any
---@param opts? table
---@return any
function assay_vault_Client:kv_get(mount, key, opts) end

---Writes a secret; `opts.cas` is the version it must have (0: none yet).
---@param mount? any
---@param key? any
---@param data? any
---@param opts? table
---@return any
function assay_vault_Client:kv_put(mount, key, data, opts) end

---Changes some keys of a secret; `json.null` removes one.
---@param mount? any
---@param key? any
---@param data? any
---@param opts? table
---@return any
function assay_vault_Client:kv_patch(mount, key, data, opts) end

---Deletes the latest version of a secret, which `kv_undelete` brings back.
---@param mount? any
---@param key? any
---@return any
function assay_vault_Client:kv_delete(mount, key) end

---Deletes some versions of a secret.
---@param mount? any
---@param key? any
---@param versions? any
---@return any
function assay_vault_Client:kv_delete_versions(mount, key, versions) end

---Brings deleted versions back.
---@param mount? any
---@param key? any
---@param versions? any
---@return any
function assay_vault_Client:kv_undelete(mount, key, versions) end

---Removes versions for good.
---@param mount? any
---@param key? any
---@param versions? any
---@return any
function assay_vault_Client:kv_destroy(mount, key, versions) end

---The keys below a prefix.
---@param mount? any
---@param prefix? any
---@return any
function assay_vault_Client:kv_list(mount, prefix) end

---All keys below a prefix, also in its folders, as paths below the mount, sorted.
---@param mount? any
---@param prefix? any
---@return any
function assay_vault_Client:kv_list_all(mount, prefix) end

---The names of a secret's values, each true (a table for a value that is one), without the values: `{ subkeys, metadata }`; nil when it is absent. `opts`: version, depth.
---@param mount? any
---@param key? any
---@param opts? table
---@return any
function assay_vault_Client:kv_subkeys(mount, key, opts) end

---The whole answer about a secret's versions (see `.data`); nil when it is absent.
---@param mount? any
---@param key? any
---@return any
function assay_vault_Client:kv_metadata(mount, key) end

---Sets `custom_metadata`, `max_versions`, `cas_required`, `delete_version_after`.
---@param mount? any
---@param key? any
---@param metadata? any
---@return any
function assay_vault_Client:kv_put_metadata(mount, key, metadata) end

---Removes a secret with all its versions.
---@param mount? any
---@param key? any
---@return any
function assay_vault_Client:kv_delete_metadata(mount, key) end

---A KV mount of either version, with `get(key)` (the values), `put(key, values)`, `patch(key, values)` (some of them; `json.null` removes one), `list(prefix)` and `delete(key)`. The version is asked of the server unless `opts.version` says it.
---@param mount? any
---@param opts? table
---@return any
function assay_vault_Client:kv(mount, opts) end

---The server's health and the HTTP status (429, 472, 473: standby; 501: uninitialised; 503: sealed).
---@return any
function assay_vault_Client:health() end

---Whether the server is sealed, and how far the unsealing is.
---@return any
function assay_vault_Client:seal_status() end

---Whether the server is sealed.
---@return any
function assay_vault_Client:is_sealed() end

---Whether the server is initialised.
---@return any
function assay_vault_Client:is_initialized() end

---Initialises the server; returns `{ keys, keys_base64, root_token }`.
---@param opts? table
---@return any
function assay_vault_Client:init(opts) end

---Hands in a key; returns the seal status.
---@param key? any
---@return any
function assay_vault_Client:unseal(key) end

---Seals the server.
---@return any
function assay_vault_Client:seal() end

---The address of the leader.
---@return any
function assay_vault_Client:leader() end

---What the token may do at a path or list of paths: `{ [path] = { "read", … } }`.
---@param paths? any
---@return any
function assay_vault_Client:capabilities_self(paths) end

---The paths of the namespaces, which end in `/`.
---@return any
function assay_vault_Client:namespace_list() end

---A namespace `{ id, path, custom_metadata }`; nil when it is absent.
---@param path? any
---@return any
function assay_vault_Client:namespace_get(path) end

---Creates a namespace; `opts.custom_metadata`. Clients of it: `client:with { namespace = path }`.
---@param path? any
---@param opts? table
---@return any
function assay_vault_Client:namespace_create(path, opts) end

---Deletes a namespace.
---@param path? any
---@return any
function assay_vault_Client:namespace_delete(path) end

---A policy `{ name, policy }`; nil when it is absent.
---@param name? any
---@return any
function assay_vault_Client:policy_get(name) end

---Writes a policy, given as HCL or JSON text.
---@param name? any
---@param rules? any
---@return any
function assay_vault_Client:policy_put(name, rules) end

---Deletes a policy.
---@param name? any
---@return any
function assay_vault_Client:policy_delete(name) end

---The names of the policies.
---@return any
function assay_vault_Client:policy_list() end

---Mounts an engine; `opts.description`, `opts.config`, `opts.options` (`{ version = "2" }`).
---@param path? any
---@param engine_type? any
---@param opts? table
---@return any
function assay_vault_Client:engine_enable(path, engine_type, opts) end

---Unmounts an engine; its secrets are lost.
---@param path? any
---@return any
function assay_vault_Client:engine_disable(path) end

---The engines by path; paths end in `/`.
---@return any
function assay_vault_Client:engine_list() end

---Mounts an engine unless it is there; returns whether it was mounted.
---@param path? any
---@param engine_type? any
---@param opts? table
---@return any
function assay_vault_Client:ensure_engine(path, engine_type, opts) end

---Tunes a mount: `default_lease_ttl`, `max_lease_ttl`, …
---@param path? any
---@param config? any
---@return any
function assay_vault_Client:engine_tune(path, config) end

---Credentials that an engine makes up: `{ data, lease_id, lease_duration }`.
---@param mount? any
---@param role? any
---@return any
function assay_vault_Client:creds(mount, role) end

---Renews a lease by `increment` seconds.
---@param lease_id? any
---@param increment? any
---@return any
function assay_vault_Client:lease_renew(lease_id, increment) end

---Ends a lease.
---@param lease_id? any
---@return any
function assay_vault_Client:lease_revoke(lease_id) end

---Stores data for one reading; returns the `wrap_info` with its `token`.
---@param data? any
---@param ttl? any
---@return any
function assay_vault_Client:wrap(data, ttl) end

---What a wrapping token stands for, which it does once: the whole answer.
---@param token? any
---@return any
function assay_vault_Client:unwrap(token) end

---Reads a path wrapped; returns the `wrap_info`. nil when there is nothing.
---@param path? any
---@param ttl? any
---@return any
function assay_vault_Client:read_wrapped(path, ttl) end

---Enables an auth method; `opts.description`, `opts.config`.
---@param path? any
---@param auth_type? any
---@param opts? table
---@return any
function assay_vault_Client:auth_enable(path, auth_type, opts) end

---Disables an auth method.
---@param path? any
---@return any
function assay_vault_Client:auth_disable(path) end

---The auth methods by path; paths end in `/`.
---@return any
function assay_vault_Client:auth_list() end

---Enables an auth method unless it is there; returns whether it was enabled.
---@param path? any
---@param auth_type? any
---@param opts? table
---@return any
function assay_vault_Client:ensure_auth(path, auth_type, opts) end

---Configures an auth method.
---@param path? any
---@param config? any
---@return any
function assay_vault_Client:auth_config(path, config) end

---Writes a role of an auth method.
---@param path? any
---@param role_name? any
---@param role_config? any
---@return any
function assay_vault_Client:auth_create_role(path, role_name, role_config) end

---A role of an auth method; nil when it is absent.
---@param path? any
---@param role_name? any
---@return any
function assay_vault_Client:auth_read_role(path, role_name) end

---The names of an auth method's roles.
---@param path? any
---@return any
function assay_vault_Client:auth_list_roles(path) end

---Deletes a role of an auth method.
---@param path? any
---@param role_name? any
---@return any
function assay_vault_Client:auth_delete_role(path, role_name) end

---Tunes an auth method: `default_lease_ttl`, `max_lease_ttl`, `listing_visibility`, …
---@param path? any
---@param config? any
---@return any
function assay_vault_Client:auth_tune(path, config) end

---Writes a user of `userpass`: `password`, `token_policies`, `token_ttl`, …; `opts.mount`.
---@param username? any
---@param opts? table
---@return any
function assay_vault_Client:userpass_put(username, opts) end

---Logs in at any auth method: `path` is below `auth/`, such as `ldap/login/ann` or `aws/login`.
---@param path? any
---@param body? any
---@return any
function assay_vault_Client:login(path, body) end

---Logs in with the client certificate of the connection; `opts.name` of the role, `opts.mount`.
---@param opts? table
---@return any
function assay_vault_Client:login_cert(opts) end

---Logs in as a Kubernetes service account: `opts.jwt` (that of the pod), `opts.mount`.
---@param role? any
---@param opts? table
---@return any
function assay_vault_Client:login_kubernetes(role, opts) end

---Logs in with a role id and a secret id; `opts.mount`.
---@param role_id? any
---@param secret_id? any
---@param opts? table
---@return any
function assay_vault_Client:login_approle(role_id, secret_id, opts) end

---The role id of an AppRole; nil when there is no such role. `opts.mount`.
---@param role? any
---@param opts? table
---@return any
function assay_vault_Client:approle_role_id(role, opts) end

---A new secret id of an AppRole: `{ secret_id, secret_id_accessor, … }`. `opts`: `mount`, `metadata` (a table), `cidr_list`, `ttl`; with `wrap_ttl` the `wrap_info` of a token for one reading.
---@param role? any
---@param opts? table
---@return any
function assay_vault_Client:approle_secret_id(role, opts) end

---Logs in with a user name and a password; `opts.mount` (`ldap` works, too).
---@param username? any
---@param password? any
---@param opts? table
---@return any
function assay_vault_Client:login_userpass(username, password, opts) end

---Logs in with a JWT of an OIDC provider; `opts.mount`.
---@param role? any
---@param jwt? any
---@param opts? table
---@return any
function assay_vault_Client:login_jwt(role, jwt, opts) end

---Takes a token and checks it; returns what `token_lookup_self` does.
---@param token? any
---@return any
function assay_vault_Client:login_token(token) end

---A new token's `auth`; `opts` as the API has them (`policies`, `ttl`, `renewable`, …), and `role`: by that token role; `orphan`: it does not end with the client's.
---@param opts? table
---@return any
function assay_vault_Client:token_create(opts) end

---Writes a token role: `allowed_policies`, `orphan`, `period`, `renewable`, …
---@param role_name? any
---@param role_config? any
---@return any
function assay_vault_Client:token_create_role(role_name, role_config) end

---What is known about a token.
---@param token_value? any
---@return any
function assay_vault_Client:token_lookup(token_value) end

---What is known about the client's token.
---@return any
function assay_vault_Client:token_lookup_self() end

---Revokes a token.
---@param token_value? any
---@return any
function assay_vault_Client:token_revoke(token_value) end

---Revokes the client's token.
---@return any
function assay_vault_Client:token_revoke_self() end

---What is known about a token, by its accessor.
---@param accessor? any
---@return any
function assay_vault_Client:token_lookup_accessor(accessor) end

---Revokes a token, by its accessor.
---@param accessor? any
---@return any
function assay_vault_Client:token_revoke_accessor(accessor) end

---Renews a token by `increment` (seconds or a text such as `1h`); returns its `auth`.
---@param token_value? any
---@param increment? any
---@return any
function assay_vault_Client:token_renew(token_value, increment) end

---Renews the client's token; returns its `auth`.
---@param increment? any
---@return any
function assay_vault_Client:token_renew_self(increment) end

---Renews the client's token in the background, after half of its time to live unless `interval` (seconds) says otherwise. Returns a handle with `cancel()`; nil when the token needs no renewal.
---@param interval? any
---@return any
function assay_vault_Client:auto_renew(interval) end

---Encrypts bytes, or a list of them; returns the ciphertext, or a list of them.
---@param key_name? any
---@param plaintext? any
---@param opts? table
---@return any
function assay_vault_Client:transit_encrypt(key_name, plaintext, opts) end

---Decrypts what `transit_encrypt` returned, a list, too.
---@param key_name? any
---@param ciphertext? any
---@param opts? table
---@return any
function assay_vault_Client:transit_decrypt(key_name, ciphertext, opts) end

---Encrypts a ciphertext, or a list of them, anew with the latest version of its key.
---@param key_name? any
---@param ciphertext? any
---@param opts? table
---@return any
function assay_vault_Client:transit_rewrap(key_name, ciphertext, opts) end

---Signs bytes.
---@param key_name? any
---@param input? any
---@param opts? table
---@return any
function assay_vault_Client:transit_sign(key_name, input, opts) end

---Whether a signature fits; with `opts.hmac` whether that code does.
---@param key_name? any
---@param input? any
---@param signature? any
---@param opts? table
---@return any
function assay_vault_Client:transit_verify(key_name, input, signature, opts) end

---The authentication code of bytes.
---@param key_name? any
---@param input? any
---@param opts? table
---@return any
function assay_vault_Client:transit_hmac(key_name, input, opts) end

---A new key to encrypt with here: its bytes, and the same encrypted by the server's key, to be kept beside the data (`transit_decrypt` gives the bytes back). `opts.bits` (256), `opts.wrapped`: the first is nil.
---@param key_name? any
---@param opts? table
---@return any
function assay_vault_Client:transit_datakey(key_name, opts) end

---The material of an exportable key by version; `kind` is `encryption-key`, `signing-key`, `hmac-key` or `public-key`. nil when the key is absent.
---@param key_name? any
---@param kind? any
---@param opts? table
---@return any
function assay_vault_Client:transit_export_key(key_name, kind, opts) end

---Makes a key; `opts.type`, `opts.exportable`, …
---@param key_name? any
---@param opts? table
---@return any
function assay_vault_Client:transit_create_key(key_name, opts) end

---About a key; nil when it is absent.
---@param key_name? any
---@param opts? table
---@return any
function assay_vault_Client:transit_read_key(key_name, opts) end

---Makes a new version of a key.
---@param key_name? any
---@param opts? table
---@return any
function assay_vault_Client:transit_rotate_key(key_name, opts) end

---Configures a key: `deletion_allowed`, `min_decryption_version`, …
---@param key_name? any
---@param config? any
---@param opts? table
---@return any
function assay_vault_Client:transit_config_key(key_name, config, opts) end

---Deletes a key, which its configuration must allow.
---@param key_name? any
---@param opts? table
---@return any
function assay_vault_Client:transit_delete_key(key_name, opts) end

---The names of the keys.
---@param opts? table
---@return any
function assay_vault_Client:transit_list_keys(opts) end

---Issues a certificate: `{ certificate, private_key, issuing_ca, … }`.
---@param mount? any
---@param role_name? any
---@param opts? table
---@return any
function assay_vault_Client:pki_issue(mount, role_name, opts) end

---Signs a certificate request (PEM text).
---@param mount? any
---@param role_name? any
---@param csr? any
---@param opts? table
---@return any
function assay_vault_Client:pki_sign(mount, role_name, csr, opts) end

---The authority's certificate as PEM text.
---@param mount? any
---@return any
function assay_vault_Client:pki_ca_cert(mount) end

---Writes a role.
---@param mount? any
---@param role_name? any
---@param opts? table
---@return any
function assay_vault_Client:pki_create_role(mount, role_name, opts) end

---Makes a root certificate; `kind` is `internal` unless given.
---@param mount? any
---@param opts? table
---@param kind? any
---@return any
function assay_vault_Client:pki_generate_root(mount, opts, kind) end

---The request (`csr`) for an intermediate authority, which another one signs; `kind` is `internal` unless given.
---@param mount? any
---@param opts? table
---@param kind? any
---@return any
function assay_vault_Client:pki_generate_intermediate(mount, opts, kind) end

---Signs the request of an intermediate authority: `{ certificate, ca_chain, … }`.
---@param mount? any
---@param csr? any
---@param opts? table
---@return any
function assay_vault_Client:pki_sign_intermediate(mount, csr, opts) end

---Takes the signed certificate of an intermediate authority (PEM text, with its chain).
---@param mount? any
---@param certificate? any
---@return any
function assay_vault_Client:pki_set_signed(mount, certificate) end

---Sets where certificates say that issuers and lists are: `issuing_certificates`, `crl_distribution_points`, `ocsp_servers` (lists of URLs).
---@param mount? any
---@param config? any
---@return any
function assay_vault_Client:pki_config_urls(mount, config) end

---The authority's certificate and those above it, as PEM text.
---@param mount? any
---@return any
function assay_vault_Client:pki_ca_chain(mount) end

---The list of revoked certificates as PEM text.
---@param mount? any
---@return any
function assay_vault_Client:pki_crl(mount) end

---A certificate by its serial number: `{ certificate, revocation_time, … }`; nil when it is absent.
---@param mount? any
---@param serial_number? any
---@return any
function assay_vault_Client:pki_read_cert(mount, serial_number) end

---A role; nil when it is absent.
---@param mount? any
---@param role_name? any
---@return any
function assay_vault_Client:pki_read_role(mount, role_name) end

---The names of the roles.
---@param mount? any
---@return any
function assay_vault_Client:pki_list_roles(mount) end

---Deletes a role.
---@param mount? any
---@param role_name? any
---@return any
function assay_vault_Client:pki_delete_role(mount, role_name) end

---Removes what has run out, in the background: `opts` as the API has them; `tidy_cert_store` and `tidy_revoked_certs` are true unless given.
---@param mount? any
---@param opts? table
---@return any
function assay_vault_Client:pki_tidy(mount, opts) end

---Revokes a certificate by its serial number.
---@param mount? any
---@param serial_number? any
---@return any
function assay_vault_Client:pki_revoke(mount, serial_number) end

---The serial numbers of the certificates.
---@param mount? any
---@return any
function assay_vault_Client:pki_list_certs(mount) end

---Configures a database: `plugin_name`, `connection_url`, `allowed_roles`, `username`, `password`, ….
---@param mount? any
---@param name? any
---@param config? any
---@return any
function assay_vault_Client:database_config(mount, name, config) end

---The configuration of a database, without its password; nil when it is absent.
---@param mount? any
---@param name? any
---@return any
function assay_vault_Client:database_read_config(mount, name) end

---Writes a role for `creds`: `db_name`, `creation_statements`, `default_ttl`, `max_ttl`, ….
---@param mount? any
---@param role_name? any
---@param config? any
---@return any
function assay_vault_Client:database_create_role(mount, role_name, config) end

---Writes a role for `static_creds`: `db_name`, `username`, `rotation_period`, ….
---@param mount? any
---@param role_name? any
---@param config? any
---@return any
function assay_vault_Client:database_create_static_role(mount, role_name, config) end

---Gives the engine's own user a password that nobody else knows.
---@param mount? any
---@param name? any
---@return any
function assay_vault_Client:database_rotate_root(mount, name) end

---Changes the password of a static role now.
---@param mount? any
---@param role_name? any
---@return any
function assay_vault_Client:database_rotate_role(mount, role_name) end

---The credentials of a static role: `{ username, password, ttl, … }`.
---@param mount? any
---@param role? any
---@return any
function assay_vault_Client:static_creds(mount, role) end

---About a lease: `{ id, issue_time, expire_time, renewable, ttl }`.
---@param lease_id? any
---@return any
function assay_vault_Client:lease_lookup(lease_id) end

---Ends all leases below a prefix, such as `database/creds/app`.
---@param prefix? any
---@return any
function assay_vault_Client:lease_revoke_prefix(prefix) end

---Writes an entity: `policies`, `metadata`, `disabled`. Returns `{ id, name, … }` of a new one.
---@param name? any
---@param opts? table
---@return any
function assay_vault_Client:entity_put(name, opts) end

---An entity with its aliases; nil when it is absent.
---@param name? any
---@return any
function assay_vault_Client:entity_get(name) end

---Deletes an entity.
---@param name? any
---@return any
function assay_vault_Client:entity_delete(name) end

---The names of the entities.
---@return any
function assay_vault_Client:entity_list() end

---Ties a name of an auth method to an entity: `mount_accessor` is that of `auth_list`.
---@param name? any
---@param entity_id? any
---@param mount_accessor? any
---@param opts? table
---@return any
function assay_vault_Client:entity_alias_put(name, entity_id, mount_accessor, opts) end

---Writes a group: `policies`, `member_entity_ids`, `member_group_ids`, `metadata`, `type` ("internal"; "external" for groups of an auth method). Returns `{ id, name }` of a new one.
---@param name? any
---@param opts? table
---@return any
function assay_vault_Client:group_put(name, opts) end

---A group with its members; nil when it is absent.
---@param name? any
---@return any
function assay_vault_Client:group_get(name) end

---Deletes a group.
---@param name? any
---@return any
function assay_vault_Client:group_delete(name) end

---The names of the groups.
---@return any
function assay_vault_Client:group_list() end

---Ties a group of an auth method to an external group.
---@param name? any
---@param group_id? any
---@param mount_accessor? any
---@param opts? table
---@return any
function assay_vault_Client:group_alias_put(name, group_id, mount_accessor, opts) end

---The audit devices by path; paths end in `/`.
---@return any
function assay_vault_Client:audit_list() end

---Enables an audit device: `audit_type` is `file`, `socket`, `syslog`; `opts.options` (`{ file_path = "stdout" }`), `opts.description`, `opts.is_local`. OpenBao refuses it: there they belong to the server's configuration.
---@param path? any
---@param audit_type? any
---@param opts? table
---@return any
function assay_vault_Client:audit_enable(path, audit_type, opts) end

---Disables an audit device.
---@param path? any
---@return any
function assay_vault_Client:audit_disable(path) end

---The servers of the cluster: a list of `{ node_id, address, leader, voter, … }`.
---@return any
function assay_vault_Client:raft_peers() end

---Removes a server from the cluster.
---@param server_id? any
---@return any
function assay_vault_Client:raft_remove_peer(server_id) end

---Saves a snapshot of the storage as a file; returns its size. `opts.timeout`.
---@param path? any
---@param opts? table
---@return any
function assay_vault_Client:raft_snapshot(path, opts) end

---Brings the storage back from a snapshot's file. `opts.force`: also one of another cluster; `opts.timeout`.
---@param path? any
---@param opts? table
---@return any
function assay_vault_Client:raft_restore(path, opts) end

---The servers of a cluster: a list of `{ hostname, active_node, api_address, version, … }`.
---@return any
function assay_vault_Client:ha_status() end

---Makes the leader hand over.
---@return any
function assay_vault_Client:step_down() end

---About a wrapping token, which stays valid: `{ creation_path, creation_time, creation_ttl }`.
---@param token? any
---@return any
function assay_vault_Client:wrap_lookup(token) end

---Random bytes of the server's, 32 unless `count` says otherwise.
---@param count? any
---@return any
function assay_vault_Client:random_bytes(count) end

---A password made by a password policy.
---@param policy? any
---@return any
function assay_vault_Client:generate_password(policy) end

---Writes a password policy, given as HCL text.
---@param name? any
---@param rules? any
---@return any
function assay_vault_Client:password_policy_put(name, rules) end

---HashiCorp Vault and OpenBao: secrets, policies, auth methods, transit, PKI.
---@class assay.vault
local assay_vault = {}

---A client: `client(url, token)`, `client(url, { token = … })` or `client { url = … }`. What is not given comes from `BAO_ADDR`, `BAO_TOKEN`, `BAO_NAMESPACE`, `BAO_CACERT`, `BAO_CLIENT_CERT`, `BAO_CLIENT_KEY`, `BAO_TLS_SERVER_NAME`, `BAO_SKIP_VERIFY` or the same with `VAULT_`; `token = false` is none. Further options: `namespace`, `transit_mount`, `name` (in errors).
---@param ... any
---@return assay.vault.Client
function assay_vault.client(...) end

---Waits until the server answers, sealed or not: `opts.timeout` (60), `opts.interval` (2), `opts.health_path`, and the options of a connection.
---@param url? any
---@param opts? table
---@return any
function assay_vault.wait(url, opts) end

---A client with a token, once the server answers: by a Kubernetes login with `opts.role` (and `opts.mount`), otherwise with the token in the secret `opts.secret_name` (`openbao-root-token`) of `opts.secret_namespace` (`secrets`) at `opts.secret_key` (`root-token`). `opts` of `wait`, too.
---@param url? any
---@param opts? table
---@return any
function assay_vault.authenticated_client(url, opts) end

---The values of the secret at `path` when `check_key` is among them; otherwise those that `generator()` returns, which are stored beside what is there. `opts.mount` is `secrets`.
---@param client? any
---@param path? any
---@param check_key? any
---@param generator? any
---@param opts? table
---@return any
function assay_vault.ensure_credentials(client, path, check_key, generator, opts) end

---The values of the secret at `path`, all `expected_keys` of which must be there. `opts.mount` is `secrets`.
---@param client? any
---@param path? any
---@param expected_keys? any
---@param opts? table
---@return any
function assay_vault.assert_secret(client, path, expected_keys, opts) end

---A client of assay.velero.
---@class assay.velero.Client: assay.client
local assay_velero_Client = {}

---The backups. `opts` of all lists: label_selector, limit.
---@param opts? table
---@return any
function assay_velero_Client:backups(opts) end

---A backup, or nil.
---@param name? any
---@return any
function assay_velero_Client:backup(name) end

---phase, started, completed, expiration, errors, warnings, items_backed_up, items_total, snapshots_attempted, snapshots_completed, failure_reason, validation_errors of a backup; an error when there is none.
---@param name? any
---@return any
function assay_velero_Client:backup_status(name) end

---Whether a backup is completed.
---@param name? any
---@return any
function assay_velero_Client:is_backup_completed(name) end

---Whether a backup failed, also partially or in its validation.
---@param name? any
---@return any
function assay_velero_Client:is_backup_failed(name) end

---The newest backup of a schedule, or nil.
---@param schedule_name? any
---@return any
function assay_velero_Client:latest_backup(schedule_name) end

---The backup of a schedule that was completed last, or nil.
---@param schedule_name? any
---@return any
function assay_velero_Client:latest_completed_backup(schedule_name) end

---The restores.
---@param opts? table
---@return any
function assay_velero_Client:restores(opts) end

---A restore, or nil.
---@param name? any
---@return any
function assay_velero_Client:restore(name) end

---phase, started, completed, errors, warnings, items_restored, items_total, failure_reason, validation_errors of a restore; an error when there is none.
---@param name? any
---@return any
function assay_velero_Client:restore_status(name) end

---Whether a restore is completed.
---@param name? any
---@return any
function assay_velero_Client:is_restore_completed(name) end

---Whether a restore failed, also partially or in its validation.
---@param name? any
---@return any
function assay_velero_Client:is_restore_failed(name) end

---The schedules.
---@param opts? table
---@return any
function assay_velero_Client:schedules(opts) end

---A schedule, or nil.
---@param name? any
---@return any
function assay_velero_Client:schedule(name) end

---phase, last_backup, validation_errors, paused of a schedule; an error when there is none.
---@param name? any
---@return any
function assay_velero_Client:schedule_status(name) end

---Whether a schedule is enabled and not paused.
---@param name? any
---@return any
function assay_velero_Client:is_schedule_enabled(name) end

---The backup storage locations.
---@param opts? table
---@return any
function assay_velero_Client:backup_storage_locations(opts) end

---A backup storage location, or nil.
---@param name? any
---@return any
function assay_velero_Client:backup_storage_location(name) end

---Whether a backup storage location is available.
---@param name? any
---@return any
function assay_velero_Client:is_bsl_available(name) end

---The volume snapshot locations.
---@param opts? table
---@return any
function assay_velero_Client:volume_snapshot_locations(opts) end

---A volume snapshot location, or nil.
---@param name? any
---@return any
function assay_velero_Client:volume_snapshot_location(name) end

---The backup repositories.
---@param opts? table
---@return any
function assay_velero_Client:backup_repositories(opts) end

---A backup repository, or nil.
---@param name? any
---@return any
function assay_velero_Client:backup_repository(name) end

---How many schedules are enabled: enabled, disabled, total, disabled_names.
---@return any
function assay_velero_Client:all_schedules_enabled() end

---How many storage locations are available: available, unavailable, total, unavailable_names.
---@return any
function assay_velero_Client:all_bsl_available() end

---Whether the server has Velero's resource types; without them lists are empty.
---@return any
function assay_velero_Client:installed() end

---Starts a backup; `spec` as in Velero's API. With `spec.schedule` it is that schedule's template.
---@param name? any
---@param spec? any
---@return any
function assay_velero_Client:create_backup(name, spec) end

---Starts a restore; `spec.backupName` or `spec.scheduleName` names what of.
---@param name? any
---@param spec? any
---@return any
function assay_velero_Client:create_restore(name, spec) end

---Deletes a backup with its data.
---@param name? any
---@return any
function assay_velero_Client:delete_backup(name) end

---Makes a schedule; `spec.schedule` is the cron text, `spec.template` a backup's spec.
---@param name? any
---@param spec? any
---@return any
function assay_velero_Client:create_schedule(name, spec) end

---Deletes a schedule, not its backups; whether there was one.
---@param name? any
---@return any
function assay_velero_Client:delete_schedule(name) end

---Deletes a restore's object, not what it restored; whether there was one.
---@param name? any
---@return any
function assay_velero_Client:delete_restore(name) end

---Pauses a schedule.
---@param name? any
---@return any
function assay_velero_Client:pause_schedule(name) end

---Goes on with a schedule.
---@param name? any
---@return any
function assay_velero_Client:unpause_schedule(name) end

---Waits until a backup is completed and returns its status; one that failed is an error at once.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_velero_Client:wait_backup(name, timeout_secs, opts) end

---Waits until a restore is completed and returns its status; one that failed is an error at once.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_velero_Client:wait_restore(name, timeout_secs, opts) end

---Waits until a backup that is deleted is gone with its data.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_velero_Client:wait_backup_deleted(name, timeout_secs, opts) end

---Waits until a backup storage location is available.
---@param name? any
---@param timeout_secs? any
---@param opts? table
---@return any
function assay_velero_Client:wait_bsl_available(name, timeout_secs, opts) end

---What Velero keeps about a backup or restore beside its data, unpacked: `kind` is `BackupLog`, `BackupResults`, `BackupResourceList`, `BackupItemOperations`, `BackupVolumeInfos`, `RestoreLog`, `RestoreResults`, …. `opts`: timeout (60) and interval of the wait for its address, and `ca_cert`, `insecure`, `proxy` for the storage.
---@param kind? any
---@param name? any
---@param opts? table
---@return any
function assay_velero_Client:download(kind, name, opts) end

---The log of a backup as text; `opts` as for `download`.
---@param name? any
---@param opts? table
---@return any
function assay_velero_Client:backup_logs(name, opts) end

---The log of a restore as text; `opts` as for `download`.
---@param name? any
---@param opts? table
---@return any
function assay_velero_Client:restore_logs(name, opts) end

---The warnings and errors of a backup: `{ warnings, errors }`, each with lists of messages by `velero`, `cluster` and `namespaces`.
---@param name? any
---@param opts? table
---@return any
function assay_velero_Client:backup_results(name, opts) end

---The warnings and errors of a restore; see `backup_results`.
---@param name? any
---@param opts? table
---@return any
function assay_velero_Client:restore_results(name, opts) end

---The version of the Velero server and its plugins: `{ serverVersion, plugins, … }`. `opts`: timeout (60), interval (1).
---@param opts? table
---@return any
function assay_velero_Client:server_status(opts) end

---The file backups of volumes; `opts.backup`: of that backup, label_selector, limit.
---@param opts? table
---@return any
function assay_velero_Client:pod_volume_backups(opts) end

---The file restores of volumes; `opts.restore`: of that restore, label_selector, limit.
---@param opts? table
---@return any
function assay_velero_Client:pod_volume_restores(opts) end

---The snapshots that are moved to the storage; `opts.backup`: of that backup, label_selector, limit.
---@param opts? table
---@return any
function assay_velero_Client:data_uploads(opts) end

---The snapshots that are moved back; `opts.restore`: of that restore, label_selector, limit.
---@param opts? table
---@return any
function assay_velero_Client:data_downloads(opts) end

---Velero: backups, restores, schedules and storage locations.
---@class assay.velero
local assay_velero = {}

---`client(url, token, namespace, opts)` or `client(opts)`; the namespace is "velero" unless given. Without a URL that of the pod or the kubeconfig.
---@param ... any
---@return assay.velero.Client
function assay_velero.client(...) end

---A client of assay.zitadel.
---@class assay.zitadel.Client: assay.client
local assay_zitadel_Client = {}

---Makes `domain` the organisation's primary domain; whether that is so afterwards.
---@param domain? any
---@return any
function assay_zitadel_Client:ensure_primary_domain(domain) end

---The organisations that the client may see: `{ id, name, primaryDomain, … }`.
---@return any
function assay_zitadel_Client:orgs() end

---The id of the organisation of that name, which is created when there is none; the second result is whether. A client for it: `client:with { org_id = id }`.
---@param name? any
---@return any
function assay_zitadel_Client:ensure_org(name) end

---What ZITADEL knows about a token (`active`, `sub`, `scope`, …), asked as the API application with `opts.client_id` and `opts.client_secret`.
---@param access_token? any
---@param opts? table
---@return any
function assay_zitadel_Client:introspect(access_token, opts) end

---The claims about the user of a token; about the client's own unless given.
---@param access_token? any
---@return any
function assay_zitadel_Client:userinfo(access_token) end

---Whether the server is ready; the second result is the reason when it is not.
---@return any
function assay_zitadel_Client:ready() end

---Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
---@param opts? table
---@return any
function assay_zitadel_Client:wait_ready(opts) end

---A project by its name, or nil.
---@param name? any
---@return any
function assay_zitadel_Client:find_project(name) end

---Creates a project. `opts`: projectRoleAssertion, projectRoleCheck, hasProjectCheck, privateLabelingSetting.
---@param name? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_project(name, opts) end

---The project of that name, which is created when there is none.
---@param name? any
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_project(name, opts) end

---An application of a project by its name, or nil.
---@param project_id? any
---@param name? any
---@return any
function assay_zitadel_Client:find_app(project_id, name) end

---Creates an OIDC application. `opts`: name, subdomain, callbackPath, redirectUris, postLogoutRedirectUris, responseTypes, grantTypes, appType, authMethodType, accessTokenType, devMode, clockSkew, … as in ZITADEL's API.
---@param project_id? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_oidc_app(project_id, opts) end

---The OIDC application of that name, which is created when there is none. `opts.update`: one that is there gets the settings.
---@param project_id? any
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_oidc_app(project_id, opts) end

---Replaces the settings of an OIDC application; whether they differed. `opts` as for `create_oidc_app`.
---@param project_id? any
---@param app_id? any
---@param opts? table
---@return any
function assay_zitadel_Client:update_oidc_app(project_id, app_id, opts) end

---A new secret of an OIDC application; the old one ends.
---@param project_id? any
---@param app_id? any
---@return any
function assay_zitadel_Client:regenerate_oidc_secret(project_id, app_id) end

---Creates an application for an API, which checks tokens: `appId`, `clientId`, `clientSecret`. `opts.authMethodType`: `API_AUTH_METHOD_TYPE_BASIC` or `API_AUTH_METHOD_TYPE_PRIVATE_KEY_JWT`.
---@param project_id? any
---@param name? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_api_app(project_id, name, opts) end

---Deletes an application.
---@param project_id? any
---@param app_id? any
---@return any
function assay_zitadel_Client:delete_app(project_id, app_id) end

---Deletes a project with its applications.
---@param project_id? any
---@return any
function assay_zitadel_Client:delete_project(project_id) end

---The roles of a project: `{ key, displayName, group }`.
---@param project_id? any
---@return any
function assay_zitadel_Client:project_roles(project_id) end

---Adds the roles that a project does not have: a list of keys, or of `{ key, displayName, group }`. Returns how many.
---@param project_id? any
---@param roles? any
---@return any
function assay_zitadel_Client:ensure_project_roles(project_id, roles) end

---Removes a role of a project.
---@param project_id? any
---@param role_key? any
---@return any
function assay_zitadel_Client:delete_project_role(project_id, role_key) end

---Lets another organisation use a project, with some of its roles; returns `grantId`.
---@param project_id? any
---@param org_id? any
---@param role_keys? any
---@return any
function assay_zitadel_Client:grant_project(project_id, org_id, role_keys) end

---An identity provider by its name, or nil.
---@param name? any
---@return any
function assay_zitadel_Client:find_idp(name) end

---The id of the provider "Google", which is created when there is none; nil on failure. `opts`: clientId, clientSecret, scopes, providerOptions; update (one that is there gets them).
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_google_idp(opts) end

---The id of a provider of a kind with a form of its own (`google`, `github`, `gitlab`, `azure`, `github_es`, `gitlab_self_hosted`, `oauth`, `ldap`, `saml`, …), which is created when there is none; nil on failure. `opts` as in ZITADEL's API: name, clientId, clientSecret, …; update: one that is there gets them.
---@param kind? any
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_idp(kind, opts) end

---Deletes an identity provider.
---@param idp_id? any
---@return any
function assay_zitadel_Client:delete_idp(idp_id) end

---The id of an OIDC provider, which is created or brought up to date; nil on failure. `opts`: name, clientId, clientSecret, issuer, scopes, isIdTokenMapping, usePkce, autoLinking, providerOptions.
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_oidc_idp(opts) end

---Offers an identity provider at login; whether that is so afterwards.
---@param idp_id? any
---@return any
function assay_zitadel_Client:add_idp_to_login_policy(idp_id) end

---The login policy, or nil.
---@return any
function assay_zitadel_Client:get_login_policy() end

---Replaces the login policy; whether that worked.
---@param policy? any
---@return any
function assay_zitadel_Client:update_login_policy(policy) end

---Leaves only identity providers to log in with; whether that is so afterwards.
---@return any
function assay_zitadel_Client:disable_password_login() end

---Users that fit a query of ZITADEL's API: all pages unless it holds `query` (limit, offset).
---@param query? any
---@return any
function assay_zitadel_Client:search_users(query) end

---Sets a user's verified email address; whether that worked.
---@param user_id? any
---@param email? any
---@return any
function assay_zitadel_Client:update_user_email(user_id, email) end

---A user by its id, or nil.
---@param user_id? any
---@return any
function assay_zitadel_Client:user(user_id) end

---A user by its user name, or nil.
---@param user_name? any
---@return any
function assay_zitadel_Client:find_user(user_name) end

---Creates a human user and returns its id. `user` as in ZITADEL's API: `username`, `profile` (`givenName`, `familyName`), `email` (`email`, `isVerified`), `password` (`password`, `changeRequired`), …; or as in its older one for imports: `userName`, `profile` (`firstName`, `lastName`), `email` (`email`, `isEmailVerified`), `password`, `passwordChangeRequired`, …
---@param user? any
---@return any
function assay_zitadel_Client:create_human_user(user) end

---Locks a user out; `reactivate_user` takes that back.
---@param user_id? any
---@return any
function assay_zitadel_Client:deactivate_user(user_id) end

---Lets a user in again.
---@param user_id? any
---@return any
function assay_zitadel_Client:reactivate_user(user_id) end

---Deletes a user.
---@param user_id? any
---@return any
function assay_zitadel_Client:delete_user(user_id) end

---Creates a machine user and returns its id. `opts`: name, description, accessTokenType (`ACCESS_TOKEN_TYPE_BEARER`, `ACCESS_TOKEN_TYPE_JWT`).
---@param user_name? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_machine_user(user_name, opts) end

---The id of the machine user of that name, which is created when there is none; the second result is whether.
---@param user_name? any
---@param opts? table
---@return any
function assay_zitadel_Client:ensure_machine_user(user_name, opts) end

---A new key of a machine user, as `machine_key` of a client: `{ type, keyId, key, userId }`. `opts.expirationDate` (RFC 3339).
---@param user_id? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_machine_key(user_id, opts) end

---Deletes a key of a machine user.
---@param user_id? any
---@param key_id? any
---@return any
function assay_zitadel_Client:delete_machine_key(user_id, key_id) end

---A personal access token of a machine user, and its id. `opts.expirationDate` (RFC 3339).
---@param user_id? any
---@param opts? table
---@return any
function assay_zitadel_Client:create_pat(user_id, opts) end

---Revokes a personal access token by its id.
---@param user_id? any
---@param token_id? any
---@return any
function assay_zitadel_Client:delete_pat(user_id, token_id) end

---A new secret of a machine user, for the client credentials grant: `clientId`, `clientSecret`.
---@param user_id? any
---@return any
function assay_zitadel_Client:create_machine_secret(user_id) end

---Gives a user exactly these roles of a project; whether that changed something.
---@param user_id? any
---@param project_id? any
---@param role_keys? any
---@return any
function assay_zitadel_Client:ensure_user_grant(user_id, project_id, role_keys) end

---Makes a user a manager of the organisation, with roles such as `ORG_OWNER`; whether that changed something.
---@param user_id? any
---@param roles? any
---@return any
function assay_zitadel_Client:ensure_org_member(user_id, roles) end

---Makes a user a manager of the instance, with roles such as `IAM_OWNER`; whether that changed something.
---@param user_id? any
---@param roles? any
---@return any
function assay_zitadel_Client:ensure_instance_member(user_id, roles) end

---ZITADEL: projects, applications, identity providers, users, login policy.
---@class assay.zitadel
local assay_zitadel = {}

---`client(opts)`; `opts`: url, domain, and machine_key ({ userId, key, keyId }), machine_key_file, token, or client_id and client_secret (of a machine user). Further: host (`auth.<domain>`), issuer (`https://<host>`), org_id.
---@param opts? table
---@return assay.zitadel.Client
function assay_zitadel.client(opts) end
