---@meta assay.vault
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.vault
local M
return M
