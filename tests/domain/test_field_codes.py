"""Codes for the field: unique, stable, and a slip of the pen is noticed."""

from hypothesis import assume, given
from hypothesis import strategies as st

from cbe.domain.field_codes import ALPHABET, COMPETENCY, LEARNER, Codebook, codes_of, is_whole

ids = st.sets(st.text(min_size=1, max_size=12), min_size=1, max_size=60)


@given(ids, st.sampled_from([COMPETENCY, LEARNER]))
def test_every_code_means_one_id(found: set[str], least: int) -> None:
    codes = codes_of(found, least)
    assert len(set(codes.values())) == len(found)
    assert all(is_whole(code) and Codebook(found).find(code) == [key] for key, code in codes.items())


@given(ids, st.text(min_size=1, max_size=12))
def test_a_printed_code_stays_good_when_others_come(found: set[str], newcomer: str) -> None:
    codes = codes_of(found, LEARNER)
    assert all(key in Codebook(found | {newcomer}).find(code) for key, code in codes.items())


@given(st.text(min_size=1), st.integers(0, 3), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(key: str, place: int, wrong: str) -> None:
    code = codes_of([key], LEARNER)[key]
    assume(code[place] != wrong)
    assert not is_whole(code[:place] + wrong + code[place + 1 :])


@given(st.text(min_size=1), st.integers(0, 3))
def test_two_neighbours_swapped_are_noticed(key: str, place: int) -> None:
    code = codes_of([key], LEARNER)[key]
    assume(code[place] != code[place + 1])
    assert not is_whole(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def test_what_looks_alike_is_read_as_what_was_printed() -> None:
    code = codes_of(["html"], LEARNER)["html"]
    assert is_whole(code.lower())
    assert not set("01ILOUZ") & set(ALPHABET)


def test_nothing_and_nonsense_are_no_codes() -> None:
    assert not any(is_whole(text) for text in ("", "2", "häuser", "2" * 40))
