"""Work done in a fork: the same result, and the same fault where there is one."""

import os
import sys

import pytest

from dilemma.report import aside

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks here")


def test_the_result_is_that_of_the_work():
    assert [1, "ü"] == aside.begin(lambda: [1, "ü"])()


@FORKS
def test_the_work_is_done_by_another_process(monkeypatch):
    monkeypatch.setattr(aside, "cores", lambda: 2)
    assert os.getpid() != aside.begin(os.getpid)()


@pytest.mark.parametrize("cores", [1, 2])
def test_a_fault_in_the_work_reaches_the_caller(monkeypatch, cores):
    monkeypatch.setattr(aside, "cores", lambda: cores)
    with pytest.raises(ZeroDivisionError):
        aside.begin(lambda: 1 / 0)()


@FORKS
def test_where_the_fork_falls_the_caller_does_the_work(monkeypatch):
    monkeypatch.setattr(aside, "cores", lambda: 2)
    caller = os.getpid()
    assert caller == aside.begin(lambda: os.getpid() if os.getpid() == caller else os._exit(9))()


@FORKS
def test_a_fork_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(aside, "cores", lambda: 2)
    monkeypatch.setattr(aside, "LONGEST", 0.1)
    caller = os.getpid()
    assert "here" == aside.begin(lambda: "here" if os.getpid() == caller else os.read(os.pipe()[0], 1))()


def test_on_a_single_core_nothing_is_forked(monkeypatch):
    monkeypatch.setattr(aside, "cores", lambda: 1)
    assert os.getpid() == aside.begin(os.getpid)()
