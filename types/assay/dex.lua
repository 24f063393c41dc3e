---@meta assay.dex
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.dex
local M
return M
