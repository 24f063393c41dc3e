--- @module assay.openbao
--- @description OpenBao: the same table as assay.vault, whose API it shares.

return require("assay.vault")
