"""Duties as postings word them, turned to what follows "You'll"."""

import pytest

from text_to_video.script.second_person import is_duty, second_person
from text_to_video.script.verbs import base_of, is_gerund, is_third_person


@pytest.mark.parametrize(
    ("posted", "turned"),
    [
        ("Design services", "design services"),
        ("Designing services", "design services"),
        ("Designs services", "design services"),
        ("Designs and builds services", "design and build services"),
        ("Designing, building and running services", "design, build and run services"),
        ("You will design services", "design services"),
        ("You’ll design services", "design services"),
        ("You design services", "design services"),
        ("Will design services", "design services"),
        ("The engineer will design services", "design services"),
        ("As our first baker, you will run the night shift", "run the night shift"),
        ("In this role you'll also run the night shift", "run the night shift"),
        ("Responsible for managing the tills", "manage the tills"),
        ("You will be responsible for managing the tills", "manage the tills"),
        ("Your focus will be on building ovens", "build ovens"),
        ("Planning routes and briefing drivers", "be planning routes and briefing drivers"),
        ("Leads the team and manages the budget", "lead the team and manage the budget"),
        ("Weighing flour, ensuring an even dough", "weigh flour, ensuring an even dough"),
        ("Ovens: Keep four stone ovens at the right heat", "keep four stone ovens at the right heat"),
        ("Own the ovens – Keep four of them hot", "keep four of them hot"),
        ("Channel Management Share Acme's biggest loaves with all", "share Acme's biggest loaves with all"),
        ("Country launches Lead the setup of new shops", "lead the setup of new shops"),
        ("Proactively fix our mixers", "proactively fix the mixers"),
        ("Help us to run the shop", "help run the shop"),
        ("We are looking for a baker to run the night shift", "run the night shift"),
        ("To run the night shift", "run the night shift"),
        ("Market our bread", "market the bread"),
        ("Process orders", "process orders"),
        ("Frobnicate the dough", "frobnicate the dough"),
        ("Co-own the roadmap", "co-own the roadmap"),
    ],
)
def test_turns(posted: str, turned: str) -> None:
    assert second_person(posted, certain=True) == turned


@pytest.mark.parametrize(
    "posted",
    [
        "Market research and analysis",
        "Process automation",
        "Project management across all shops",
        "Contact Center Innovation Expertise: a knack for telephones",
        "Logging, monitoring, alerts",
        "Clear communicator who listens",
        "Engineer leads of the night shift",
        "Free mental health support",
        "Marketing operations",
        "Operations across four shops",
        "You are a morning person",
        "With a smile for every guest",
        "Strong sense of smell",
        "A warm bakery",
        "Bakers",
    ],
)
def test_leaves_what_only_names_things(posted: str) -> None:
    assert second_person(posted, certain=True) is None


def test_prose_must_say_who_does_it() -> None:
    assert second_person("Run the night shift and sleep by day", certain=False) is None
    assert second_person("You will run the night shift", certain=False) == "run the night shift"


@pytest.mark.parametrize(
    "turned",
    [
        "enjoy free bread",
        "be part of a family",
        "love what we do",
        "have 5 years of experience",
        "work from home",
        "do other duties as assigned",
        "read more about life at the bakery",
        "meet the team here",
        "bake in the following ovens",
        "clean the oven and repeat 1-3",
    ],
)
def test_knows_what_is_no_work(turned: str) -> None:
    assert not is_duty(turned)


@pytest.mark.parametrize("turned", ["bake bread", "be planning routes", "get to know every farm", "ship U.S. orders"])
def test_knows_what_is_work(turned: str) -> None:
    assert is_duty(turned)


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("running", "run"),
        ("planning", "plan"),
        ("making", "make"),
        ("carries", "carry"),
        ("focuses", "focus"),
        ("sees", None),
        ("bring", "bring"),
    ],
)
def test_base_forms(word: str, base: str | None) -> None:
    assert base_of(word) == base


def test_forms() -> None:
    assert is_gerund("baking")
    assert not is_gerund("bring")
    assert is_third_person("bakes")
    assert not is_third_person("focus")
