"""What a packed file may hold grows with its size, up to a bound."""

from __future__ import annotations

from pricing_service.ingest.packing import MAX_INFLATED, most_unpacked


def test_a_table_as_it_comes_from_an_export_unpacks_whatever_its_size():
    for megabytes in (1, 10, 100):
        assert most_unpacked(megabytes << 20) > 20 * (megabytes << 20)


def test_a_file_made_to_unpack_to_a_thousand_times_its_size_is_too_much():
    for megabytes in (1, 10, 100):
        assert most_unpacked(megabytes << 20) < 1000 * (megabytes << 20)


def test_no_size_allows_more_than_the_bound():
    assert most_unpacked(1 << 50) == MAX_INFLATED
