-- §3.4.10, §6.11: the traceback of an error shows `(...tail calls...)` where a function took the place
-- of its caller. Here `fail` is shown as "local 'f'": an error leaves the positions of calls, not the
-- functions, and f is no `local function` that is known to have the same value ever since.
local function fail() local x = nil + 1 end
local f
f = function() return fail() end
local _, trace = xpcall(function() f() end, debug.traceback)
assert(trace:find("(...tail calls...)", 1, true) and not trace:find("'f'", 1, true), trace)
