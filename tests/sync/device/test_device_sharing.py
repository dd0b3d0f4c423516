"""A device's life with two real operators: invited, on, reporting, recorded, withdrawn, off."""

import dataclasses
import sqlite3
from pathlib import Path

import httpx
import pytest
from operators import KEY, LINES, WEAK, Wire, World, world_on

from hushkey.keyboard.keys import MasterKey, Passphrase
from hushkey.keyboard.paths import places_in
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.store import Store
from hushkey.sync.device.core import DO_NOT_TRACK, OTHER_TERMS
from hushkey.sync.device.sharing import Sharing
from hushkey.sync.device.store import SharingStore
from hushkey.sync.errors import (
    CodeRefused,
    PolicyRefused,
    ReceiptRefused,
    SharingOff,
    StoreRefused,
)
from hushkey.sync.privacy.accounting import Budget


def test_a_report_is_sent_recorded_and_receipted(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        status = sharing.now()
        assert (status.phase, status.live.stage, status.notes) == ("sent", "acknowledged", ())
        assert status.spent.reports == 1
        assert status.spent.epsilon > 0.0
        world.settle()
        sharing.now()
        (receipt,) = sharing.receipts()
        assert receipt.report.hex() == wire.uploads[0][0]
        assert sharing.verify_receipt(receipt.report.hex()) == receipt
        assert [record.sequence for record in sharing.log()][:2] == [0, 1]
        adapter = sharing.shared_adapter()
        assert adapter is not None
        assert adapter.norm() > 0.0
        assert profile.engine.shared is not None
        assert profile.engine.shared.to_bytes() == adapter.to_bytes()
        with pytest.raises(ReceiptRefused):
            sharing.verify_receipt("00" * 16)


def test_what_was_spent_and_followed_is_there_after_a_restart(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        before = sharing.now()
    with world.profile(home) as profile, world.sharing(profile) as sharing:
        assert sharing.status() == before


def test_a_command_line_sees_the_same_without_an_engine(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        before = sharing.now()
    with Sharing.open_at(places_in(home), KEY, clock=world.clock, environ={}) as sharing:
        assert sharing.status() == before
        assert sharing.off().unconfirmed is False


def test_a_throwaway_profile_shares_without_a_file(world: World, home):
    with Profile(Store.memory(), None, None, world.base) as profile:
        profile.import_lines(LINES, "app")
        with world.joined(profile) as sharing:
            assert sharing.now().live.stage == "acknowledged"
    assert not home.exists()


def test_the_next_report_waits_for_the_record(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        for _ in range(3):
            sharing.now()
        assert len({report for report, _ in wire.uploads}) == 1
        world.settle()
        sharing.now()
        sharing.now()
        assert len({report for report, _ in wire.uploads}) == 2


def test_a_lost_answer_is_followed_by_the_same_bytes(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        wire.on_request = lambda request: _lose(wire, request)
        status = sharing.now()
        assert status.live.stage == "acknowledged"
        assert len(wire.uploads) > 1
        assert len(set(wire.uploads)) == 1


def _lose(wire: Wire, request) -> None:
    if request.method == "PUT" and len(wire.uploads) == 1:
        wire.lose_answers = 1


def test_what_cannot_be_sent_now_waits_sealed_and_goes_later(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        wire.on_request = lambda request: _refuse_uploads(wire, request)
        status = sharing.now()
        assert status.phase == "sent"
        assert any("could not be reached" in note for note in status.notes)
        (sealed,) = (home / "reports").iterdir()
        assert sealed.read_bytes().startswith(b"HUSH")
        wire.on_request = lambda _: None
        assert sharing.now().live.stage == "acknowledged"
        assert len(set(wire.uploads)) == 1


def _refuse_uploads(wire: Wire, request) -> None:
    if request.method == "PUT":
        raise httpx.ConnectError("down")


def test_off_stops_at_once_and_withdraws(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        sharing.now()
        status = sharing.off()
        assert (status.phase, status.live.withdrawal, status.unconfirmed) == (
            "off",
            "withdrawn",
            False,
        )
        wire.asked.clear()
        sharing.now()
        assert wire.asked == []


def test_off_in_the_midst_of_a_training_lets_nothing_leave(world: World, home):
    wire = Wire()

    def train(*arguments, **options):
        sharing.off()
        return world.delta(*arguments, **options)

    with world.profile(home) as profile:
        sharing = world.joined(profile, transport=wire, train=train)
        with sharing:
            status = sharing.now()
            assert (status.phase, status.spent.reports, wire.uploads) == ("off", 0, [])


def test_forgetting_in_the_midst_of_a_training_lets_nothing_leave(world: World, home):
    wire = Wire()

    def train(*arguments, **options):
        profile.forget("theatre")
        return world.delta(*arguments, **options)

    with (
        world.profile(home) as profile,
        world.joined(profile, transport=wire, train=train) as sharing,
    ):
        status = sharing.now()
        assert (status.live, status.spent.reports, wire.uploads) == (None, 0, [])


def test_a_withdrawal_that_nobody_answers_is_asked_for_again(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        sharing.now()
        wire.down = True
        assert sharing.off().unconfirmed
        assert sharing.now().unconfirmed
        wire.down = False
        wire.asked.clear()
        status = sharing.now()
        assert (status.unconfirmed, status.live.withdrawal) == (False, "withdrawn")
        assert {line.rpartition("/")[2] for line in wire.asked} == {"withdrawals"}


def test_a_report_that_was_summed_cannot_be_withdrawn_and_is_said_so(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        sharing.now()
        world.settle()
        assert sharing.withdraw_live().live.withdrawal == "already-batched"


def test_forgetting_withdraws_what_was_sent(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        sharing.now()
        profile.forget("theatre")
        assert sharing.forgot().live.withdrawal == "withdrawn"


def test_forgetting_is_noticed_at_the_next_tick_and_drops_what_waits(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        wire.on_request = lambda request: _die_at_upload(wire, request)
        with pytest.raises(_DiedError):
            sharing.now()
        wire.on_request = lambda _: None
        profile.forget("theatre")
        assert not (home / "reports").exists()
        status = sharing.now()
        assert status.live.withdrawal == "withdrawn", (
            "it may have left: the process died at the upload"
        )


class _DiedError(BaseException):
    pass


def _die_at_upload(wire: Wire, request) -> None:
    if request.method == "PUT":
        raise _DiedError


def test_the_budget_is_the_owners_and_it_ends(world: World, home):
    with world.profile(home) as profile, world.sharing(profile) as sharing:
        terms = sharing.invite(world.code())
        little = dataclasses.replace(terms, budget=Budget(0.5), interval_s=0)
        sharing.consent(little)
        status = sharing.now()
        assert (status.phase, status.spent.reports, status.reports_left) == ("idle", 0, 0)


def test_do_not_track_is_respected(world: World, home):
    environ = {"DO_NOT_TRACK": "1"}
    wire = Wire()
    with world.profile(home) as profile:
        with (
            world.sharing(profile, environ=environ, transport=wire) as sharing,
            pytest.raises(SharingOff),
        ):
            sharing.invite(world.code())
        with world.joined(profile) as sharing:
            assert sharing.status().phase == "idle"
        with world.sharing(profile, environ=environ, transport=wire) as sharing:
            status = sharing.now()
            assert (status.phase, status.reason) == ("suspended", DO_NOT_TRACK)
        assert wire.asked == []
        with world.sharing(profile) as sharing:
            assert sharing.now().phase == "sent"


def test_a_demonstration_is_for_sample_profiles_alone(world: World, home):
    with world.profile(home) as profile:
        options = {"clock": world.clock, "environ": {}}
        with Sharing.open(profile, **options) as sharing, pytest.raises(PolicyRefused):
            sharing.invite(world.code())


def test_other_terms_than_agreed_to_suspend(world: World, home, monkeypatch):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        monkeypatch.setattr("hushkey.sync.device.consent.TERMS_VERSION", 2)
        status = sharing.now()
        assert (status.phase, status.reason) == ("suspended", OTHER_TERMS)
        assert wire.uploads == []
        monkeypatch.setattr("hushkey.sync.device.sharing.TERMS_VERSION", 2)
        sharing.consent(sharing.review())
        assert sharing.now().phase == "sent"


def test_a_task_of_other_operators_suspends(world: World, home, tmp_path):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        with world_on(_folder(tmp_path), world.base, name="another") as other:
            wire.on_request = lambda request: _ask_instead(request, world, other)
            status = sharing.now()
        assert status.phase == "suspended"
        assert wire.uploads == []


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def _ask_instead(request, world: World, other: World) -> None:
    """What a leader would do that shows another task in the place of the one that was agreed to."""
    path = request.url.path.replace(world.identity.hex(), other.identity.hex())
    request.url = httpx.URL(other.task.leader.url + path)


def test_a_code_that_was_used_enrols_nobody(world: World, home, tmp_path):
    code = world.code()
    with world.profile(home) as one, world.sharing(one) as sharing:
        sharing.consent(sharing.invite(code, budget=WEAK))
    with world.profile(tmp_path / "two") as two, world.sharing(two) as sharing:
        terms = sharing.invite(code, budget=WEAK)
        with pytest.raises(CodeRefused):
            sharing.consent(terms)
        assert sharing.status().phase == "off"


def test_the_preview_is_the_very_bundle_and_sends_nothing(world: World, home):
    wire = Wire()
    with world.profile(home) as profile, world.joined(profile, transport=wire) as sharing:
        wire.asked.clear()
        seen = sharing.preview()
        assert all(line.startswith("GET ") for line in wire.asked)
        assert (sharing.status().spent.reports, sharing.status().live) == (0, None)
        status = sharing.now()
        assert status.live is not None
        assert {tensor.name for tensor in seen.tensors} == {"lstm_bias", "output"}
        assert sum(seen.histogram) == seen.terms.numbers
        assert seen.norm_along == seen.norm_before > 0.0
        assert seen.norm_after == pytest.approx(seen.weight * seen.terms.task.clip_norm)
        assert seen.size.delta == 4 * seen.terms.numbers
        (_, sent) = wire.uploads[0]
        assert sent
        assert seen.size.wire < seen.size.full_model
        assert seen.terms.report_bytes <= seen.size.wire <= seen.terms.report_bytes + 200


def test_another_key_opens_nothing(world: World, home):
    with world.profile(home) as profile, world.joined(profile):
        pass
    with pytest.raises(StoreRefused):
        SharingStore.open(home / "sharing.db", MasterKey(b"x" * 32).sharing_key())


def test_the_database_refuses_to_change_a_charge(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        sharing.now()
    store = SharingStore.open(home / "sharing.db", KEY.sharing_key())
    for statement in ("DELETE FROM charges", "UPDATE charges SET rho = 0.001"):
        with pytest.raises(StoreRefused), store.writing() as database:
            database.execute(statement)
    store.close()


def test_nothing_on_the_disk_is_readable(world: World, home):
    with world.profile(home) as profile, world.joined(profile) as sharing:
        report = sharing.now().live.report
    for path in home.rglob("*"):
        if path.is_file():
            assert world.task.leader.url.encode() not in path.read_bytes()
            assert bytes.fromhex(report) not in path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(home / "sharing.db").execute("SELECT * FROM charges").fetchall()


def test_a_wipe_takes_sharing_along(world: World, home):
    profile = open_profile(home, passphrase=Passphrase("a long one"), base=world.base)
    with world.joined(profile) as sharing:
        sharing.now()
    profile.wipe()
    assert [path.name for path in home.rglob("*") if "sharing" in path.name] == []
    assert not (home / "reports").exists()
