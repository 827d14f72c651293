"""Makes Jupyter's import half as long for whoever imports this module first."""

import sys

# jsonschema imports them when it can, for checks of texts that no notebook needs.
for absent in ("rfc3987_syntax", "isoduration"):
    sys.modules.setdefault(absent, None)
