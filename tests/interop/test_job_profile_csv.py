"""Tables of what a job asks for: ours, ESCO's and O*NET's, and what is wrong with one told by line."""

import pytest

from cbe.domain.errors import Invalid
from cbe.domain.job_profile import Item, Need
from cbe.interop.job_profile_csv import read_items


def test_our_own_table_is_read_and_the_same_twice_is_one():
    found = read_items(
        "\ufefftitle,need,uri\nSQL,nice,https://e.example/1\nSQL,must,https://e.example/1\nTalk,,\n".encode()
    )
    assert found == (Item("SQL", Need.MUST, ("https://e.example/1",)), Item("Talk", Need.MUST))


def test_a_list_of_esco_is_read():
    table = (
        "occupationUri,relationType,skillType,skillUri,skillLabel\n"
        "http://data.europa.eu/esco/occupation/1,essential,skill,http://data.europa.eu/esco/skill/7,manage data\n"
        "http://data.europa.eu/esco/occupation/1,optional,knowledge,http://data.europa.eu/esco/skill/8,statistics\n"
    )
    assert read_items(table.encode()) == (
        Item("manage data", Need.MUST, ("http://data.europa.eu/esco/skill/7",)),
        Item("statistics", Need.NICE, ("http://data.europa.eu/esco/skill/8",)),
    )


def test_a_list_of_onet_is_read_by_its_importance():
    table = (
        "O*NET-SOC Code\tTitle of job\tElement ID\tElement Name\tScale ID\tData Value\n"
        "15-2051.00\tData Scientists\t2.A.1.a\tReading\tIM\t4.12\n"
        "15-2051.00\tData Scientists\t2.A.1.a\tReading\tLV\t5.00\n"
        "15-2051.00\tData Scientists\t2.A.2.d\tMonitoring\tIM\t2.75\n"
    )
    assert read_items(table.encode()) == (
        Item("Reading", Need.MUST, ("2.A.1.a",)),
        Item("Monitoring", Need.NICE, ("2.A.2.d",)),
    )


@pytest.mark.parametrize(
    ("table", "at"),
    [
        ("skill\nSQL\n", "/lines/1"),
        ("title,need\n,must\n", "/lines/2/title"),
        ("title,need\nSQL,perhaps\n", "/lines/2/need"),
        ("title,data value\nSQL,much\n", "/lines/2/data value"),
        ("title\n" + "x" * 201 + "\n", "/lines/2/title"),
        ("title\n" + "".join(f"Skill {number}\n" for number in range(101)), ""),
        ("element name,scale id\nReading,LV\n", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(table, at):
    with pytest.raises(Invalid) as caught:
        read_items(table.encode())
    assert [place for place, _ in caught.value.problems] == [at]
