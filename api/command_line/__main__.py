"""``python -m api.command_line``: the same as ``pricing-service``."""

from api.command_line import main

main()
