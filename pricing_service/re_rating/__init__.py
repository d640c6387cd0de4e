"""Re-rating: the stored usage of every customer under any draft of the price book. Start reading in `simulation.py`."""

from pricing_service.re_rating.options import SimulationOptions

__all__ = ["SimulationOptions"]
