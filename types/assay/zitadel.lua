---@meta assay.zitadel
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.zitadel
local M
return M
