-- Backtracking: all solutions of the N queens problem.
-- long: 13
local N = tonumber(arg and arg[1]) or 12

local function solve(n)
  local solutions, board = 0, {}
  local columns, up, down = {}, {}, {}
  local checksum = 0
  local function place(row)
    if row > n then
      solutions = solutions + 1
      for i = 1, n do checksum = (checksum * 7 + board[i]) % 1000003 end
      return
    end
    for c = 1, n do
      if not columns[c] and not up[row + c] and not down[row - c + n] then
        board[row] = c
        columns[c], up[row + c], down[row - c + n] = true, true, true
        place(row + 1)
        columns[c], up[row + c], down[row - c + n] = false, false, false
      end
    end
  end
  place(1)
  return solutions, checksum
end

for n = 4, N do print("queens", n, solve(n)) end
