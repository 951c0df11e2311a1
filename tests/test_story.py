"""The whole story, played by five people in a real browser on the running site.

A counter worker logs and refers; the coordinator accepts, records consent for two of three agencies and four of six
categories, plans, and puts the case on an agenda; an agency inside the consent sees it, one outside does not; consent is
withdrawn and the item is gone at once; a 支援会議 with reason and necessity shows it to its members, and to nobody else.
With STORY_PICTURES=<folder> every step is kept as a picture.
"""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from agencies.models import Agency
from cases.models import Case
from meetings.models import AgendaItem, Segment
from nisshin_support import clock
from nisshin_support.demo import accounts
from nisshin_support.demo.meetings import make_roster, next_opening_day
from nisshin_support.wareki import wareki_short

expect.set_options(timeout=30_000)  # a busy machine is no mistake of the page

pytestmark = pytest.mark.browser

NAME, KANA = "物語 花子", "ものがたり はなこ"
SUMMARY = "母の介護と家賃の滞納が重なり、夜も眠れない。"
SECRET = "近隣から怒鳴り声の知らせが三度あった"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def stage(live_site, chromium, tmp_path_factory):
    """The site with the demonstration's accounts and roster, and a window for each person."""
    os.environ["NISSHIN_DEMO_ACCOUNTS"] = str(tmp_path_factory.mktemp("accounts") / "accounts.json")
    with live_site.as_owner():
        today = clock.today()
        start = today - timedelta(days=900)
        agencies = accounts.make_agencies(start)
        memberships = accounts.make_accounts(agencies, start)
        make_roster(memberships, today)
    stage = Stage(live_site, chromium, today)
    yield stage
    stage.close()


class Stage:
    """The people's windows, and the days of the story."""

    def __init__(self, site, chromium, today):
        self.site, self.chromium, self.today, self.windows = site, chromium, today, {}
        self.meeting_day = next_opening_day(today + timedelta(days=3))

    def window(self, username):
        """The person's own browser window, logged in."""
        if username not in self.windows:
            context = self.chromium.new_context(base_url=self.site.base_url, locale="ja-JP", viewport=DESK)
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("request", lambda request: _stays_at_home(request.url, self.site.base_url))
            self.site.log_in(page, username)
            self.windows[username] = page
        return self.windows[username]

    def picture(self, page, name):
        """Keep the step as a picture, on a desk and on a phone."""
        if folder := os.environ.get("STORY_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)
            page.set_viewport_size(PHONE)
            page.screenshot(path=f"{folder}/{name}-phone.png", full_page=True)
            page.set_viewport_size(DESK)

    def close(self):
        for page in self.windows.values():
            page.context.close()


def _stays_at_home(url, base_url):
    assert url.startswith((base_url, "data:")), f"a request left the city: {url}"


def check(page, *labels):
    """Tick boxes or choose radio buttons by their words."""
    for label in labels:
        page.get_by_label(label, exact=False).first.check()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def test_the_story(stage):
    case_url = the_counter_logs_and_refers(stage)
    the_coordinator_accepts(stage)
    consent_url = the_coordinator_records_consent(stage, case_url)
    the_coordinator_plans(stage, case_url)
    table_url = the_case_goes_on_the_agenda(stage, case_url)
    who_is_inside_sees_it_who_is_outside_does_not(stage, table_url)
    consent_is_withdrawn_and_the_item_is_gone(stage, consent_url, table_url)
    statute_url = the_case_goes_to_the_statutory_meeting(stage, case_url)
    its_members_see_it_and_nothing_of_it_gets_out(stage, case_url, statute_url)
    back_after_log_out_shows_nothing(stage, case_url)


def the_counter_logs_and_refers(stage):
    page = stage.window("hokatsu1")
    page.goto("/consultations/new/")
    page.locator("[name=summary]").fill(SUMMARY)
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=kana]").fill(KANA)
    page.get_by_label("生年月日").fill("S３０．１．１")
    check(page, "介護のこと", "家賃やローンの支払いのこと", "3日以内")
    stage.picture(page, "01-consultation")
    press(page, "受付を保存")
    expect(page.get_by_text(SUMMARY).first).to_be_visible()
    press(page, "多機関協働へ")
    expect(page).to_have_url(re.compile(r"/referrals/new/"))
    case_url = re.sub(r"referrals/new/.*", "", page.url)
    page.locator("[name=text]").fill("介護と家賃の件を一緒に考えてください。")
    check(page, "内部での利用")
    page.locator("[name=ground_note]").fill("市の事務として必要なため")
    page.locator("[name=own_role]").fill("訪問を続ける")
    for box in page.locator("[name=enclosed]").all():
        box.check()
    stage.picture(page, "02-referral")
    press(page, "つなぎを送る")
    expect(page.get_by_text("送付").first).to_be_visible()
    return case_url


def the_coordinator_accepts(stage):
    page = stage.window("suishin1")
    page.goto("/")
    stage.picture(page, "03-home-of-the-coordinator")
    page.goto("/referrals/")
    page.locator("main a[href^='/referrals/']").first.click()
    page.locator("[name=role_note]").fill("会議の準備と調整")
    stage.picture(page, "04-referral-received")
    press(page, "受理する")
    expect(page.get_by_text("受理").first).to_be_visible()


def the_coordinator_records_consent(stage, case_url):
    """Two of three agencies, four of six categories."""
    page = stage.window("suishin1")
    page.goto(f"{case_url}consents/new/")
    check(page, "書面", "①基本属性", "②健康", "⑤福祉制度の利用", "⑥生活歴")
    recipients = page.locator("fieldset", has_text="見られるようになる機関").last
    for agency in ("日進市 地域福祉課", "障害者相談支援センター"):
        recipients.get_by_label(agency, exact=False).first.check()
    stage.picture(page, "05-consent")
    expect(page.locator("#said")).to_contain_text("障害者相談支援センター")
    press(page, "変わることを確かめる")
    press(page, "同意を記録する")
    page.goto(case_url)
    page.locator("#consents a[href^='/consents/']").first.click()
    stage.picture(page, "06-consent-recorded")
    return page.url


def the_coordinator_plans(stage, case_url):
    page = stage.window("suishin1")
    page.goto(f"{case_url}plans/new/?type=coordination")
    page.locator("[name=text]").fill("介護の手立てと住まいを同時に整える。")
    page.locator("form[data-main-form] button.primary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("プラン")
    page.get_by_role("link", name="目標を加える").first.click()
    page.locator("[name=text]").fill("夜に眠れるようになる")
    page.locator("form[data-main-form] button.primary").click()
    expect(page.get_by_text("夜に眠れるようになる").first).to_be_visible()
    press(page, "会議にかける")
    stage.picture(page, "07-plan")


def the_case_goes_on_the_agenda(stage, case_url):
    page = stage.window("suishin1")
    page.goto("/meetings/new/")
    page.get_by_label("開催日").fill(wareki_short(stage.meeting_day))
    page.locator("[name$=legal_basis][value=consent]").first.check()
    press(page, "会議を保存")
    bring(stage, page, case_url, "consent")
    page.locator("[name=title]").fill("介護と住まいの分担")
    page.locator("[name=question]").fill("だれが最初に訪ねるか")
    press(page, "議題を提出")
    for box in page.locator("[name=rows]").all():
        box.check()
    if page.locator("[name=rows]").count():
        press(page, "選んだ資料を同封")
    item = newest_item(stage)
    choose_people(stage, page, item, "suishin1", "shogai", "kurashi")
    page.goto(f"/meetings/items/{item.public_id}/call/")
    press(page, "照会する")
    confirm(stage, page, item)
    stage.picture(page, "08-agenda-confirmed")
    return f"/meetings/items/{item.public_id}/table/"


def bring(stage, page, case_url, basis):
    with stage.site.as_owner():
        segment = Segment.objects.filter(legal_basis=basis, confirmed_on=None).latest("pk").public_id
    page.goto(f"{case_url}bring/{segment}/")


def newest_item(stage):
    with stage.site.as_owner():
        return AgendaItem.objects.select_related("segment").latest("pk")


def choose_people(stage, page, item, *usernames):
    page.goto(f"/meetings/items/{item.public_id}/people/")
    for details in page.locator("main details").all():
        details.evaluate("element => element.open = true")
    for username in usernames:
        page.get_by_label(accounts.ACCOUNTS[username][0], exact=False).first.check()
    press(page, "選んだ人を加える")


def confirm(stage, page, item):
    page.goto(f"/meetings/segments/{item.segment.public_id}/confirm/")
    page.locator("main form button.primary").click()
    page.goto(f"/meetings/segments/{item.segment.public_id}/")
    expect(page.locator(".stepper")).to_contain_text("確定")


def who_is_inside_sees_it_who_is_outside_does_not(stage, table_url):
    inside = stage.window("shogai")
    assert inside.goto(table_url).status == 200
    expect(inside.locator("main")).to_contain_text(NAME)
    expect(inside.locator("main")).to_contain_text("だれが最初に訪ねるか")
    stage.picture(inside, "09-table-inside-the-consent")
    outside = stage.window("kurashi")
    assert outside.goto(table_url).status == 404
    assert NAME not in outside.content()
    stage.picture(outside, "10-table-outside-the-consent")


def consent_is_withdrawn_and_the_item_is_gone(stage, consent_url, table_url):
    page = stage.window("suishin1")
    page.goto(f"{consent_url}withdraw/")
    for field in page.locator("form[data-main-form] textarea, form[data-main-form] input[type=text]").all():
        if not field.input_value():
            field.fill("本人から電話で聞いた")
    for radios in page.locator("form[data-main-form] fieldset:has(input[type=radio])").all():
        radios.locator("input[type=radio]").first.check()
    stage.picture(page, "11-withdrawal")
    main_button = "form[data-main-form] button[type=submit], form[data-main-form] button:not([type])"
    page.locator(main_button).first.click()
    # What changes is shown before it is saved.
    expect(page.locator("h1")).to_contain_text("変わること")
    page.locator(main_button).first.click()
    assert stage.window("shogai").goto(table_url).status == 404
    stage.picture(stage.window("shogai"), "12-gone-at-once")


def the_case_goes_to_the_statutory_meeting(stage, case_url):
    page = stage.window("suishin1")
    page.goto("/meetings/new/")
    page.get_by_label("開催日").fill(wareki_short(stage.meeting_day))
    page.locator("[name$=legal_basis][value=statute]").first.check()
    page.locator("select[name$=chair]").first.select_option(label=accounts.ACCOUNTS["kaicho"][0])
    press(page, "会議を保存")
    bring(stage, page, case_url, "statute")
    page.locator("[name=title]").fill("安全の確かめ方")
    page.locator("[name=question]").fill(SECRET)
    page.locator("[name=no_consent_reason]").select_option("withdrawn")
    page.locator("[name=reason_text]").fill("本人が同意を取りやめた")
    page.locator("[name=necessity]").fill("命に関わるおそれがある")
    stage.picture(page, "13-statutory-item")
    press(page, "議題を提出")
    chair, item = stage.window("kaicho"), newest_item(stage)
    choose_people(stage, chair, item, "kaicho", "suishin1", "moribito", "minsei")
    chair.goto(f"/meetings/items/{item.public_id}/call/")
    press(chair, "照会する")
    confirm(stage, chair, item)
    return f"/meetings/items/{item.public_id}/table/"


def its_members_see_it_and_nothing_of_it_gets_out(stage, case_url, statute_url):
    for username in ("moribito", "minsei"):
        page = stage.window(username)
        assert page.goto(statute_url).status == 200
        expect(page.locator("main")).to_contain_text(SECRET)
    stage.picture(stage.window("moribito"), "14-statutory-table")
    for username in ("shogai", "kurashi", "hokatsu1", "yosomono", "meibo1"):
        page = stage.window(username)
        assert page.goto(statute_url).status == 404
        for address in (case_url, "/", "/cases/", "/meetings/", "/referrals/"):
            page.goto(address)
            assert SECRET not in page.content(), f"{username} {address}"
    coordinator = stage.window("suishin1")
    coordinator.goto(case_url)
    assert SECRET not in coordinator.content()
    stage.picture(coordinator, "15-case-without-the-meeting")


def back_after_log_out_shows_nothing(stage, case_url):
    page = stage.window("hokatsu1")
    page.goto(case_url)
    expect(page.locator("main")).to_contain_text(NAME)
    press(page, "ログアウト")
    page.go_back()
    page.wait_for_load_state()
    assert NAME not in page.content()
    with stage.site.as_owner():
        assert Case.objects.filter(main_subject__name=NAME).count() == 1
        assert Agency.objects.exists()
