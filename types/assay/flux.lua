---@meta assay.flux
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.flux
local M
return M
