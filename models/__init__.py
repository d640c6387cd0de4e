"""Pure statistics: arrays in, estimates out. No I/O, clock, settings, web, database or data frames."""
