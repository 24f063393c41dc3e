---@meta assay.crossplane
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.crossplane
local M
return M
