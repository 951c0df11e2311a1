import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Agency, AgencyList, Commission, Holiday, Place, PlannedNumber, PlanRow
from agencies.towns import ROSTER_FOLDER, towns

pytestmark = pytest.mark.django_db


def load(*arguments):
    said = StringIO()
    call_command("load_roster", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "roster"
    shutil.copytree(ROSTER_FOLDER, copy)
    return copy


def change(path: Path, old: str, new: str, encoding="utf-8-sig"):
    path.write_text(path.read_text("utf-8-sig").replace(old, new), encoding, newline="")


def test_the_plan_has_its_nineteen_rows_and_two_layers():
    assert load().count("\n") == 1
    assert PlanRow.objects.count() == 19
    numbers = PlannedNumber.objects.filter(fiscal_year=2026)
    assert numbers.count() == 20
    assert PlannedNumber.objects.filter(fiscal_year=2025).count() == 20
    layers = numbers.filter(plan_row__code="coordinator").values_list("layer", "number")
    assert sorted(layers) == [("第1層", 3), ("第2層", 3)]


@pytest.mark.parametrize(
    ("code", "form", "number", "unit"),
    [
        ("chiiki-hokatsu", "commissioned", 3, "か所"),
        ("shogai-sodan", "designated", 1, "か所"),
        ("kodomo-katei", "direct", 1, "か所"),
        ("tsusho-hojo", "subsidised", 3, "か所"),
        ("parat-home", "commissioned", 7, "か所"),
        ("kaigo-supporter", "commissioned", 1, "事業"),
        ("chiiki-katsudo", "registered", 2, "か所"),
        ("kosodate-center", "commissioned", 2, "か所"),
        ("suishin-in", "direct", 2, "人"),
        ("nandemo-sodan", "direct", 6, "か所"),
        ("machi-no-mamoribito", "commissioned", 7, "か所"),
        ("shakai-sanka", "commissioned", 1, "か所"),
    ],
)
def test_the_numbers_are_the_plans(code, form, number, unit):
    load()
    found = PlannedNumber.objects.get(plan_row__code=code, fiscal_year=2025)
    assert (found.form, found.number, found.unit) == (form, number, unit)


def test_a_line_without_public_explanation_carries_its_status():
    load()
    found = PlannedNumber.objects.get(plan_row__code="network-system", fiscal_year=2026)
    assert found.status == "稼働の状況は未確認"


def test_unverified_names_are_marked_and_verified_ones_are_not():
    load()
    assert Agency.objects.get(code="hokatsu-1").provisional
    assert not Agency.objects.get(name="にっしん子育て総合支援センター").provisional
    assert not Agency.objects.get(name="日進市障害者福祉センター").provisional
    assert Place.objects.filter(plan_row__code="parat-home", provisional=True).count() == 7
    assert AgencyList.objects.get().agencies.count() == 8
    assert Commission.objects.get(agency__code="coordinator", layer="第1層").headcount == 3
    assert Holiday.objects.filter(day=date(2026, 12, 29)).exists()


def test_a_second_loading_keeps_what_the_administrator_changed():
    load()
    counts = [model.objects.count() for model in (Agency, Commission, Place, PlanRow, PlannedNumber)]
    Agency.objects.filter(code="hokatsu-1").update(name="改めた名称", provisional=False)
    assert "新しく0件" in load()
    assert counts == [model.objects.count() for model in (Agency, Commission, Place, PlanRow, PlannedNumber)]
    assert Agency.objects.get(code="hokatsu-1").name == "改めた名称"
    load("--refresh")
    assert Agency.objects.get(code="hokatsu-1").name == "地域包括支援センター 1"


def test_another_city_starts_from_its_own_folder(folder):
    change(folder / "city.csv", "日進市", "試験市")
    change(folder / "agencies.csv", "日進市 地域福祉課", "試験市 福祉課", encoding="cp932")
    load("--from", str(folder))
    assert Agency.objects.get(code="chiiki-fukushi").name == "試験市 福祉課"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "agencies.csv",
            "相談支援機関",
            "相談の機関",
            "agencies.csv の3行目: 種別「相談の機関」は選べません。",
        ),
        ("commissions.csv", "shakai-sanka", "nai", "「nai」という符号の"),
        ("places.csv", "2025-04-01", "R7.2.30", "places.csv の2行目: 令和7年2月30日という日付はありません。"),
        ("planned_numbers.csv", ",3,か所", ",三,か所", "planned_numbers.csv の2行目"),
    ],
)
def test_a_faulty_file_changes_nothing_and_says_where(folder, file, old, new, words):
    change(folder / file, old, new)
    with pytest.raises(CommandError, match=words):
        load("--from", str(folder))
    assert not PlanRow.objects.exists()


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(CommandError, match="フォルダーを確かめてください"):
        load("--from", str(tmp_path))


def test_the_towns_are_offered_once_each():
    assert "赤池一丁目" in towns()
    assert len(towns()) == len(set(towns()))
