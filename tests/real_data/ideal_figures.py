"""What real tables say of the score of ideal customers, as one printed line a rehearsal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def tell(name: str, found: Mapping[str, Any]) -> None:
    """Print the figures of a rehearsal: area, the rule's, the gain, skill and reliability."""
    rule, best = found["single_trait"], found["by_trait"][0]
    sys.stdout.write(
        f"\n{name}: {found['successes']} of {found['customers']} succeeded; area {_said(found['auc'])}, "
        f"picked rule {_said(rule['auc'])}, gain {_said(rule['gain'])}, best rule in hindsight {best['auc']:.3f} "
        f"({best['trait']}), skill {_said(found['brier_skill'])}, reliability p {found['reliability']['p_value']:.3f}\n"
    )


def _said(found: Mapping[str, Any]) -> str:
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
