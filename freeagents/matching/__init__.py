"""The matcher: from frozen arrays of people, seats, hard rules and soft scores to the best plan, explained."""

from freeagents.matching._allowed import allowed, keeps_out, qualifies, qualifying
from freeagents.matching._assign import Assignment, assign
from freeagents.matching._availability import Free, Segment, Segments, merge_availabilities, merge_availability
from freeagents.matching._blocking import BlockingPairs, blocking_pairs
from freeagents.matching._certificate import Certificate, Cover
from freeagents.matching._errors import Fault, PolicyError, ProblemError
from freeagents.matching._explain import CriterionContribution, PairExplanation, explain, explain_placed
from freeagents.matching._index import Index
from freeagents.matching._keys import keys
from freeagents.matching._limits import Breach, Limit, Minimum, Separate, SideRule, Team
from freeagents.matching._nearest import Nearest, nearest
from freeagents.matching._places import Near, Places, haversine_km
from freeagents.matching._plan import Plan
from freeagents.matching._policy import (
    LIMITED_BY,
    MOST_PEOPLE,
    PARTS,
    PRICED,
    RANGES,
    STABLE,
    UNITS_PER_POINT,
    Objective,
    Points,
    Policy,
    policy_from_toml,
)
from freeagents.matching._problem import Fit, Problem
from freeagents.matching._reasons import (
    LEFT_OUT,
    LeftOut,
    Reason,
    Reasons,
    Unfilled,
    alone_counts,
    explain_plan,
    keeps_from,
)
from freeagents.matching._rules import All, Apart, Differs, Flag, Holds, Lasts, Rule, Rungs, Within
from freeagents.matching._score import score_parts
from freeagents.matching._second import second_opinion
from freeagents.matching._shares import Shares
from freeagents.matching._solve import solve
from freeagents.matching._tables import Levels, Pairs
from freeagents.matching._trial import Trial
from freeagents.matching._verify import verify
from freeagents.matching._whatif import Change, Move, WhatIf

__all__ = [
    "LEFT_OUT",
    "LIMITED_BY",
    "MOST_PEOPLE",
    "PARTS",
    "PRICED",
    "RANGES",
    "STABLE",
    "UNITS_PER_POINT",
    "All",
    "Apart",
    "Assignment",
    "BlockingPairs",
    "Breach",
    "Certificate",
    "Change",
    "Cover",
    "CriterionContribution",
    "Differs",
    "Fault",
    "Fit",
    "Flag",
    "Free",
    "Holds",
    "Index",
    "Lasts",
    "LeftOut",
    "Levels",
    "Limit",
    "Minimum",
    "Move",
    "Near",
    "Nearest",
    "Objective",
    "PairExplanation",
    "Pairs",
    "Places",
    "Plan",
    "Points",
    "Policy",
    "PolicyError",
    "Problem",
    "ProblemError",
    "Reason",
    "Reasons",
    "Rule",
    "Rungs",
    "Segment",
    "Segments",
    "Separate",
    "Shares",
    "SideRule",
    "Team",
    "Trial",
    "Unfilled",
    "WhatIf",
    "Within",
    "allowed",
    "alone_counts",
    "assign",
    "blocking_pairs",
    "explain",
    "explain_placed",
    "explain_plan",
    "haversine_km",
    "keeps_from",
    "keeps_out",
    "keys",
    "merge_availabilities",
    "merge_availability",
    "nearest",
    "policy_from_toml",
    "qualifies",
    "qualifying",
    "score_parts",
    "second_opinion",
    "solve",
    "verify",
]
