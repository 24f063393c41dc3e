---@meta assay.kargo
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.kargo
local M
return M
