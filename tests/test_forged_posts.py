"""Posts that no page offered: things of people one knows nothing of, columns that are nobody's to set, the same twice."""

import secrets
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse

from agencies.models import User
from cases.models import Authority, Consultation, HouseholdMember, Plan, PlanAction, PlanGoal, Row
from meetings.models import AgendaItem
from tests.cast import DAY
from tests.factories import AgencyFactory, a_case, a_row, a_segment, a_viewer, an_item, seat
from tests.forms_on_pages import forms_of
from tests.route_table import TABLE
from tests.test_routes_by_cast import as_somebody, browser, log_ins, url_of  # noqa: F401

pytestmark = pytest.mark.django_db

POSTERS = ("lead", "partner")
APPS = ("agencies", "cases", "meetings", "outreach")
# What was looked at is remembered even when nothing is done; so is a key, and when somebody logged in.
REMEMBERED = {"cases.AuditEntry", "cases.FormSubmission", "cases.StoredSearch", "agencies.User"}
# Where two fields exclude each other: what is left empty.
LEFT_EMPTY = {
    "conflicts": {"user"},
    "consents": {"excluded", "authority", "recipient_list"},
    "referrals": {"consultation"},
}
OFF_LIMITS = {"logout", "login", "switch_membership"}


@pytest.fixture(scope="module")
def foreign(cast):
    """Things of the stranger's world, by the name of the field that would take them."""
    stranger, ended = cast.stranger, AgencyFactory(from_day=date(2020, 4, 1), until_day=date(2021, 3, 31))
    case = a_case(stranger)
    row, member = (
        a_row(case, stranger),
        a_row(case, stranger, model=HouseholdMember, name="架空 よそ", relation="妻"),
    )
    plan = a_row(case, stranger, model=Plan, categories=[6], type=Plan.Type.COORDINATION)
    goal = a_row(case, stranger, model=PlanGoal, categories=[6], plan=plan)
    action = a_row(case, stranger, model=PlanAction, categories=[5], plan=plan)
    consultation = Consultation.objects.create(
        taken_on=DAY,
        channel="visit",
        summary="よその相談",
        agency=stranger.agency,
        author=stranger.membership,
    )
    power = Authority.objects.create(
        person=case.main_subject,
        holder_name="架空 代理",
        kind="parent",
        from_day=DAY,
        recorded_by=stranger.membership,
    )
    item = an_item(a_segment(stranger), case, stranger)
    sitting = seat(item, stranger, by=stranger)
    person, retired = case.main_subject, a_viewer(agency=ended)
    return {
        **dict.fromkeys(("person", "subjects", "other", "others", "holder", "from_person"), person),
        **dict.fromkeys(("agency", "to_agency", "recipients", "excluded", "assignee"), ended),
        **dict.fromkeys(("rows", "row", "enclosed"), row),
        **dict.fromkeys(("member", "members", "approver", "people"), retired.membership),
        **dict.fromkeys(("user", "chair"), retired.user),
        **dict.fromkeys(("goal", "goals"), goal),
        **{"actions": action, "plan": plan, "authority": power, "consultation": consultation, "case": case},
        **{"item": item, "seat": sitting, "parent": member, "speaker": ended},
    }


def forms_for(poster, cast, browser, log_ins):  # noqa: F811
    """Every posting form on every page that this poster may open, once for each address."""
    as_somebody(browser, log_ins[poster])
    found = {}
    for line in TABLE:
        if line.method == "GET" and line.code_of(poster) == "o":
            url = url_of(line, cast)
            for form in forms_of(url, browser.get(url)):
                found.setdefault(form.action.split("#")[0], form)
    return [form for url, form in found.items() if url not in {reverse(route) for route in OFF_LIMITS}]


def sent(browser, form, data):  # noqa: F811
    """The answer to a post with a key of its own."""
    return browser.post(form.action, {"form_key": secrets.token_urlsafe(8)} | data)


def state_of_everything():
    """A digest of each table of the product: all that is confidential, and what the agencies keep."""
    models = [
        model for name in APPS for model in apps.get_app_config(name).get_models(include_auto_created=True)
    ]
    tables = [model._meta.db_table for model in models if model._meta.label not in REMEMBERED]
    asked = [
        f"SELECT '{table}', count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table: (number, digest) for table, number, digest in cursor.fetchall()}


def changed_by(act):
    """(what the act answered, the tables it changed); taken back."""
    with transaction.atomic():
        before = state_of_everything()
        answer = act()
        after = state_of_everything()
        transaction.set_rollback(True)
    return answer, sorted(table for table in after if after[table] != before[table])


def valid_data(browser, form):  # noqa: F811
    """What the form takes: as it stands, with what it asks for added, or with all typed; None when none of it does."""
    asked = form.data(typed=False)
    left = LEFT_EMPTY.get(form.action.split("/")[-3], set())
    for data in (
        asked,
        asked,
        form.data(),
        {name: form.data()[name] for name in form.data() if name not in left},
    ):
        answer, changed = changed_by(lambda data=data: sent(browser, form, data))
        if answer.status_code == 302 and changed:
            return data
        if again := next(
            (one for one in forms_of(form.action, answer) if set(one.fields) >= set(form.fields)), None
        ):
            asked |= {name: value for name, value in again.asked_for(asked).items() if value}
    return None


@pytest.fixture(scope="module", params=POSTERS)
def desk(request, cast, browser, log_ins, foreign):  # noqa: F811
    """(browser, forms with valid data or None) of one poster."""
    forms = forms_for(request.param, cast, browser, log_ins)
    as_somebody(browser, log_ins[request.param])
    return browser, [(form, valid_data(browser, form)) for form in forms]


def test_enough_forms_can_be_filled_in_to_mean_something(desk):
    _, forms = desk
    unfilled = sorted(form.action for form, data in forms if data is None)
    assert len(unfilled) * 4 < len(forms), unfilled


def test_things_of_people_one_knows_nothing_of_are_not_taken(desk, foreign):
    browser, forms = desk  # noqa: F811
    faults = []
    for form, data in forms:
        for name in set(form.fields) & set(foreign):
            thing = foreign[name]
            for value in {str(thing.pk), str(getattr(thing, "public_id", thing.pk))}:
                forged = (data or form.data()) | {name: [value]}
                answer, changed = changed_by(lambda forged=forged, form=form: sent(browser, form, forged))
                if changed or answer.status_code >= 500:
                    faults.append((form.action, name, answer.status_code, changed))
    assert faults == []


def test_columns_that_no_form_has_are_not_set(desk, foreign, cast):
    browser, forms = desk  # noqa: F811
    columns = {
        **{"recorded_by": foreign["case"].opened_by_id, "opened_by": foreign["case"].opened_by_id},
        **{"brought_by": foreign["case"].opened_by_id, "author": cast.stranger.membership.pk},
        **{"origin": foreign["item"].pk, "released_on": "2026-06-10", "main_subject": foreign["person"].pk},
        **{"is_superuser": "on", "is_staff": "on", "until_day": "", "version_of": "1", "lifted_by": "1"},
    }
    faults = []
    for form, data in forms:
        if data is None:
            continue
        extra = {name: value for name, value in columns.items() if name not in form.fields}
        if traces_left(browser, form, data, cast) != traces_left(browser, form, data | extra, cast):
            faults.append(form.action)
    assert faults == []


def traces_left(browser, form, data, cast):  # noqa: F811
    """What of the columns above is set after a post; taken back."""
    agency = cast.stranger.agency
    with transaction.atomic():
        sent(browser, form, data)
        rows = Row.objects.all()
        found = [
            rows.filter(recorded_by=agency).count(),
            rows.filter(brought_by=agency).count(),
            rows.filter(author=cast.stranger.membership).count(),
            rows.filter(origin__isnull=False).count(),
            rows.filter(released_on__isnull=False).count(),
            AgendaItem.objects.filter(brought_by=agency).count(),
            cast.case.__class__.objects.filter(opened_by=agency).count(),
            Consultation.objects.filter(agency=agency).count(),
            User.objects.filter(is_superuser=True).count() + User.objects.filter(is_staff=True).count(),
        ]
        transaction.set_rollback(True)
    return found


def test_a_form_sent_twice_has_one_effect(desk):
    browser, forms = desk  # noqa: F811
    faults = []
    for form, data in forms:
        if data is None:
            continue
        with transaction.atomic():
            keyed = data | {"form_key": "the-same-key"}
            first, after_first = browser.post(form.action, keyed), state_of_everything()
            second, after_second = browser.post(form.action, keyed), state_of_everything()
            transaction.set_rollback(True)
        if after_first != after_second or first["Location"] != second.headers.get("Location"):
            faults.append(form.action)
    assert faults == []
