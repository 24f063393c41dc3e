---@meta assay.s3
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.s3
local M
return M
