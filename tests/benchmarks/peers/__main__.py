"""`make bench-peers`: run ours and other people's programs on the same data, and print one table.

What is compared with must be installed; a benchmark that misses it says how to, and counts as broken.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], Path(__file__).parent))
