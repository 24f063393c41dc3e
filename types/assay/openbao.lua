---@meta assay.openbao
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.openbao
local M
return M
