"""What the panel refuses."""

from pricing_service.panel import MissingTables


def test_a_refusal_names_the_tables_that_would_do():
    refused = MissingTables(("usage", "outcomes"), "needs one of them")
    assert refused.tables == ("usage", "outcomes")
    assert str(refused) == "needs one of them"
