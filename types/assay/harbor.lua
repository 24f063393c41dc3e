---@meta assay.harbor
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.harbor
local M
return M
