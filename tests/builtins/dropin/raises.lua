-- Shared by the scripts of this folder: they are written as scripts of the original are.
local M = {}

--- Calls a function that must fail with a message that contains the last argument.
function M.raises(f, ...)
  local args = table.pack(...)
  local want = args[args.n]
  local ok, err = pcall(f, table.unpack(args, 1, args.n - 1))
  if ok then error("no error; expected: " .. want, 2) end
  if not tostring(err):find(want, 1, true) then
    error("got:      " .. tostring(err) .. "\nexpected: " .. want, 2)
  end
end

return M
