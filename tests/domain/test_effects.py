"""What a change of mastery opens and closes, against the states and requirements asked one by one."""

from hypothesis import given
from hypothesis import strategies as st

from cbe.domain.effects import effect_of
from cbe.domain.graph import compile_program
from cbe.domain.program import leaf_credits, parse_program
from cbe.domain.progress import State, states
from cbe.domain.requirements import is_met
from tests.domain.strategies import programs
from tests.programs import web_document

WEB = compile_program(parse_program(web_document()))


def test_mastering_html_opens_what_stands_on_it_alone() -> None:
    effect = effect_of(WEB, {"sql"}, {"sql", "html"})
    assert effect.mastered == ("html",)
    assert effect.opens == ("css", "js", "php")
    assert effect.claimable == ()


def test_the_last_step_makes_a_credential_claimable_unless_it_is_held_or_withheld() -> None:
    assert effect_of(WEB, {"html"}, {"html", "css"}).claimable == ("style-badge",)
    assert effect_of(WEB, {"html"}, {"html", "css"}, held={"style-badge"}).claimable == ()
    assert effect_of(WEB, {"html"}, {"html", "css"}, withheld={"style-badge"}).claimable == ()


def test_losing_a_mastery_closes_what_stood_on_it_and_leaves_a_credential_unfounded() -> None:
    effect = effect_of(WEB, {"html", "css"}, {"html"}, held={"style-badge"})
    assert (effect.lost, effect.closes, effect.unfounded) == (("css",), ("a11y",), ("style-badge",))


@given(st.data())
def test_the_effect_is_the_difference_of_states_and_met_requirements(data: st.DataObject) -> None:
    compiled = compile_program(data.draw(programs()))
    before, after = (data.draw(st.sets(st.sampled_from(compiled.ids))) for _ in range(2))
    effect = effect_of(compiled, before, after)
    were, are = states(compiled, before), states(compiled, after)
    assert set(effect.opens) == {key for key in are if are[key] is State.READY and were[key] is State.LOCKED}
    assert set(effect.closes) == {key for key in are if were[key] is State.READY and are[key] is State.LOCKED}
    assert (set(before) | set(effect.mastered)) - set(effect.lost) == after
    met = [
        {
            key
            for key, one in compiled.credentials.items()
            if is_met(one.requires, mastered, frozenset(), leaf_credits(compiled.program))
        }
        for mastered in (before, after)
    ]
    assert (set(effect.claimable), set(effect.unfounded)) == (met[1] - met[0], met[0] - met[1])
