---@meta assay.eso
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.eso
local M
return M
