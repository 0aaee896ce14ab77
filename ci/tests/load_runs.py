"""Load runs made by hand: rounds without users, servers and processes."""

from dataclasses import replace

import numpy as np

from ci.loads.data import Facts, as_data
from ci.loads.design import AB
from ci.loads.judging import beside, judge
from ci.plan import Step
from ci.question import ARMS
from ci.tests.helpers import ROOT
from harness.processes.interpreter import Interpreter
from load import shapes, thresholds, ways
from load.arm import Arm
from load.comparison import counts, harms, weighed
from load.metrics import METRICS
from load.round import SERIES, Round

THRESHOLDS = thresholds.read(ROOT / "ci" / "thresholds.toml")


def a_round(arm, number=0, way="safe", shape=AB.shape, noise=None, **dearer):
    """A round in which everything costs 100, except the metrics that are said to be so many times dearer."""
    noise = noise or np.random.default_rng(number).normal(0, 0.005)
    metrics = {one.name: 100.0 * (1 + noise) * dearer.get(one.name, 1) for one in METRICS}
    seconds = range(int(shape.seconds))
    series = {name: [(float(at), 10.0 + at + number) for at in seconds] for name in SERIES}
    series["users"] = [(float(at), float(shape.at(at).users)) for at in seconds]
    return Round(arm, way, shape.name, 1.7e9 + 10 * number, metrics, [0.01, 0.02], series, 2, 2, 2)


def rounds_of(names=ARMS, shape=AB.shape, **dearer):
    """Ten rounds of each; what is dearer is so on the last one."""
    return [
        a_round(name, number, shape=shape, noise=0.001 * (number + place), **(dearer if name == names[-1] else {}))
        for number in range(10)
        for place, name in enumerate(names)
    ]


def data_of(kind="stacks", rounds=None, shape=AB.shape, stack="some-stack"):
    """The content of load.json of a run."""
    names = ARMS if kind == "stacks" else [way.name for way in ways.WAYS]
    rounds = rounds_of(names, shape) if rounds is None else rounds
    pins = {"celery": "5.7.0", "celery-batches": "0.11"}
    arms = [
        Arm(name, Interpreter(stack, "/none", pins, None, "3.12.1"), name if kind == "ways" else "safe")
        for name in names
    ]
    told = weighed(rounds, ARMS, THRESHOLDS) if kind == "stacks" else []
    bad = harms(rounds, ARMS)
    verdict = judge(told, bad) if kind == "stacks" else beside({name: counts(rounds, name) for name in names})
    design = replace(AB, shape=shape)
    facts = Facts("20260301T030000Z-1a2b", "./ci/preflight load", kind, "embedded", design, (0.5, 1.25))
    return as_data(facts, arms, rounds, told, verdict, [Step("load them", str, "done", 12.5), Step("rest", str)])


RAMP = shapes.find("ramp")
