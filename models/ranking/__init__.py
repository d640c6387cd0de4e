"""The verdict on value metrics: which one is best, how probable that is, and when to say "cannot tell".

Every score of every metric is computed on the same bootstrap draws of the same customers. In each draw the
metrics that clear all bars compete and the one with the smallest spread wins; the share of draws won is the
probability of being the best. Eligibility thus comes from the same draws as the order, and a difference
between two metrics is judged in pairs. There is no composite score: what else a metric offers stands beside.

Notation
--------
B : draws       a(m, b) : metric m clears every bar in draw b       S(m, b) : its spread in draw b
P(m) = share of draws in which a(m, b) holds and S(m, b) is the least of all that hold
"""

from models.ranking.contest import FEWEST_CUSTOMERS, SAME
from models.ranking.draws import scores
from models.ranking.paired import rank
from models.ranking.standing import Eligible, Ranking, Standing, Verdict

__all__ = ["FEWEST_CUSTOMERS", "SAME", "Eligible", "Ranking", "Standing", "Verdict", "rank", "scores"]
