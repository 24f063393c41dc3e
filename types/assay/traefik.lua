---@meta assay.traefik
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.traefik
local M
return M
