"""Every route and what each of the cast is answered: written by hand from docs/visibility.md, one line a route.

A line is `method route arguments key=value … | codes`. Arguments name something of the cast's world (`case`, `row`,
`item next_seat`) or are themselves numbers or slugs; `key=value` is posted. The codes stand in the order of PEOPLE:

    o  the page, or the form again      r  sent on after an act, or because there is nothing to do
    .  404: it does not exist           >  sent to the log-in
"""

from dataclasses import dataclass

PEOPLE = [
    *("lead", "partner", "bare", "past", "receiver", "coordinator"),
    *("chair", "member"),
    "stranger",
    *("roster", "statistics", "audit"),
    "anonymous",
]

# Who begins, and whose rights come from nothing but being logged in (§3, roles and their purposes).
SITE = """
                                                       LPBQRC HM X NSA -
GET  home                                            | oooooo oo o ooo >
GET  login                                           | rrrrrr rr r rrr o
POST logout                                          | >>>>>> >> > >>> >
POST switch_membership                               | ...... .. . ... >
GET  second_factor                                   | ...... .. . ... >
GET  second_factor_enrol                             | ...... .. . ... >
GET  recovery_codes                                  | ...... .. . ... >
GET  second_factor_renew                             | ...... .. . ... >
GET  password_change                                 | oooooo oo o ooo >
GET  search                                          | oooooo .. o ... >
GET  admin:index                                     | ...... .. . o.. >
"""

# §1 (before a case, concealed contact, consents), §3.1 (case, header, S1–S6), §4 (who writes, leads, answers).
CASES = """
                                                       LPBQRC HM X NSA -
GET  cases:consultations                             | oooooo .. o ... >
GET  cases:consultation_new                          | oooooo .. o ... >
POST cases:consultation_candidates                   | oooooo .. o ... >
GET  cases:consultation consultation                 | o..... .. . ... >
GET  cases:consultation_edit consultation            | o..... .. . ... >
GET  cases:consultation_print consultation           | o..... .. . ... >
POST cases:consultation_open_case consultation       | r..... .. . ... >
POST cases:consultation_settle consultation outcome=informed | r..... .. . ... >
GET  cases:person_edit subject                       | o..... .. . ... >
GET  cases:cases                                     | oooooo .. o ... >
GET  cases:case_export                               | oooooo .. o ... >
GET  cases:case case                                 | oooooo .. . ... >
GET  cases:case_print case                           | oooooo .. . ... >
POST cases:case_stage case stage=intake              | rrr..r .. . ... >
GET  cases:case_close case                           | o..... .. . ... >
GET  cases:case_reopen closed_case                   | oo.... .. . ... >
GET  cases:participation_note case                   | ooo..o .. . ... >
GET  cases:lead_hand_over case                       | o..... .. . ... >
POST cases:lead_answer offer answer=accept           | .r.... .. . ... >
GET  cases:record_new case                           | ooo..o .. . ... >
GET  cases:who_sees case                             | ooo..o .. . ... >
GET  cases:record row                                | oo..oo .. . ... >
GET  cases:record past_row                           | oo.o.o .. . ... >
GET  cases:record separated_row                      | o..... .. . ... >
GET  cases:record_why row                            | oo..oo .. . ... >
GET  cases:record_why past_row                       | oo.o.o .. . ... >
GET  cases:record_why separated_row                  | o..... .. . ... >
GET  cases:case_seen_by case                         | oooooo .. . ... >
GET  cases:looking_back case                         | o....o .. . ... >
GET  cases:case_as case partner_agency               | o....o .. . ... >
GET  cases:cases_as partner_agency                   | o....o .. . ... >
GET  cases:search_as partner_agency                  | o....o .. . ... >
GET  cases:record_edit row                           | o..... .. . ... >
GET  cases:record_edit past_row                      | ...... .. . ... >
GET  cases:household_new case                        | ooo..o .. . ... >
GET  cases:household_edit household                  | o..... .. . ... >
GET  cases:household_end household                   | o..... .. . ... >
GET  cases:contact_new case                          | ooo..o .. . ... >
GET  cases:concealed case                            | o..... .. . ... >
GET  cases:concealed_reveal case                     | o..... .. . ... >
GET  cases:concealed_edit case                       | o..... .. . ... >
GET  cases:concealed_hand_over case                  | o..... .. . ... >
POST cases:concealed_lift case                       | r..... .. . ... >
GET  cases:separations case                          | o..... .. . ... >
GET  cases:separation_new case                       | o..... .. . ... >
POST cases:separation_lift case other_side           | r..... .. . ... >
GET  cases:conflict_new case                         | ooo..o .. . ... >
GET  cases:referrals                                 | oooooo .. o ... >
GET  cases:referral_new case                         | ooo..o .. . ... >
GET  cases:referral referral                         | o...o. .. . ... >
GET  cases:referral_print referral                   | o...o. .. . ... >
POST cases:referral_accept referral                  | ....o. .. . ... >
POST cases:referral_return referral                  | ....o. .. . ... >
POST cases:referral_recall referral                  | r..... .. . ... >
GET  cases:disclosures                               | oooooo .. o ... >
GET  cases:disclosure_new case                       | ooo..o .. . ... >
GET  cases:disclosure disclosure                     | ooo.oo .. . ... >
GET  cases:disclosure_print disclosure               | ooo.oo .. . ... >
POST cases:disclosure_approve disclosure             | .....r .. . ... >
POST cases:disclosure_refuse disclosure reason=試験  | .....r .. . ... >
POST cases:disclosure_end disclosure reason=試験     | r..... .. . ... >
GET  cases:plan_new case                             | ooo..o .. . ... >
GET  cases:plan plan                                 | oo...o .. . ... >
GET  cases:plan_edit plan                            | o..... .. . ... >
POST cases:plan_move plan state=decided              | rr...r .. . ... >
GET  cases:plan_print plan                           | oo...o .. . ... >
GET  cases:plan_replan plan                          | rr...r .. . ... >
GET  cases:plan_take_over plan                       | oo...o .. . ... >
GET  cases:goal_new plan                             | oo...o .. . ... >
GET  cases:action_new plan                           | oo...o .. . ... >
GET  cases:evaluation_new plan                       | oo...o .. . ... >
GET  cases:goal_edit goal                            | o..... .. . ... >
GET  cases:action action                             | oo...o .. . ... >
GET  cases:action_edit action                        | o..... .. . ... >
GET  cases:action_end action                         | oo...r .. . ... >
GET  cases:consent_new case                          | ooo..o .. . ... >
GET  cases:consent_blank case                        | ooo..o .. . ... >
GET  cases:refusal_new case                          | ooo..o .. . ... >
GET  cases:authority_new case                        | o..... .. . ... >
GET  cases:consent consent                           | o....o .. . ... >
GET  cases:consent_print consent                     | o....o .. . ... >
GET  cases:consent_withdraw consent                  | oo...o .. . ... >
GET  cases:consent_narrow consent                    | o....o .. . ... >
GET  cases:recall_list consent                       | o....o .. . ... >
GET  cases:recall_print consent                      | o....o .. . ... >
GET  cases:recall_settle recall                      | o....o .. . ... >
GET  cases:identity                                  | .....o .. . ... >
GET  cases:identity_search                           | .....o .. . ... >
GET  cases:identity_join twin other_twin             | .....o .. . ... >
GET  cases:identity_link link                        | .....o .. . ... >
POST cases:identity_confirm link                     | .....r .. . ... >
POST cases:identity_undo link reason=試験             | .....r .. . ... >
GET  cases:audit                                     | ...... .. . ..o >
GET  cases:statistics                                | ...... .. . .o. >
GET  cases:statistics_file                           | ...... .. . .o. >
"""

# §§3.2–3.4 and §4 (bring, call, plan, select, confirm, check in, close; paper). `next_…` is in preparation and called,
# `item`/`statute_item` are confirmed for the 20th, `today_…` is being held, `past_…` has shut.
MEETINGS = """
                                                       LPBQRC HM X NSA -
GET  meetings:meetings                               | oooooo oo o ... >
GET  meetings:meeting_new                            | .....o .. . ... >
GET  meetings:meeting_edit next_meeting              | .....o .. . ... >
GET  meetings:segment segment                        | oo...o .. . ... >
GET  meetings:segment next_segment                   | oo...o .. . ... >
GET  meetings:segment statute_segment                | .....o oo . ... >
GET  meetings:segment next_statute_segment           | .....o oo . ... >
GET  meetings:segment_confirm next_segment           | .....o .. . ... >
GET  meetings:segment_confirm next_statute_segment   | ...... o. . ... >
POST meetings:segment_cancel next_segment            | .....r .. . ... >
POST meetings:segment_hold segment                   | .....r .. . ... >
GET  meetings:segment_close today_segment            | .....o .. . ... >
GET  meetings:item_bring case                        | ooo..o .. . ... >
GET  meetings:item_bring_to case next_segment        | ooo..o .. . ... >
GET  meetings:case_decisions case                    | oooooo .. . ... >
GET  meetings:item_prepare next_item                 | oo...o .. . ... >
GET  meetings:item_prepare next_statute_item         | .....o oo . ... >
GET  meetings:item_call next_item                    | .....r .. . ... >
POST meetings:item_take_off next_item                | .....r .. . ... >
POST meetings:item_minutes next_item                 | .....r .. . ... >
GET  meetings:item_people next_item                  | .....o .. . ... >
GET  meetings:item_people next_statute_item          | ...... o. . ... >
POST meetings:seat_remove next_item next_seat        | .....r .. . ... >
GET  meetings:seat_designate next_statute_item next_statute_seat | ...... o. . ... >
GET  meetings:item_why next_item                     | .....o .. . ... >
GET  meetings:item_why next_statute_item             | .....o o. . ... >
GET  meetings:table_as next_item next_seat           | .....o .. . ... >
GET  meetings:item_check_in today_item               | .....o .. . ... >
GET  meetings:item_enclose next_item                 | oo...o .. . ... >
GET  meetings:item_enclose next_statute_item         | .o...o oo . ... >
POST meetings:enclosure_remove next_item next_enclosure | r..... .. . ... >
GET  meetings:item_answer next_item                  | oo...o .. . ... >
GET  meetings:item_answer next_statute_item          | .....o oo . ... >
GET  meetings:tables                                 | oooooo oo o ... >
GET  meetings:table item                             | oo...o .. . ... >
GET  meetings:table statute_item                     | .....o oo . ... >
GET  meetings:table next_item                        | ...... .. . ... >
GET  meetings:table past_item                        | ...... .. . ... >
GET  meetings:table_print item                       | oo...o .. . ... >
GET  meetings:table_print statute_item               | .....o o. . ... >
GET  meetings:table_print_for item seat              | .....o .. . ... >
GET  meetings:screen item                            | .....o .. . ... >
GET  meetings:screen statute_item                    | .....o o. . ... >
GET  meetings:minutes today_item                     | .....o .. . ... >
POST meetings:decision_to_action decision            | rr...r .. . ... >
GET  meetings:records                                | .....o o. . ... >
GET  meetings:record past_item                       | .....o .. . ... >
GET  meetings:snapshots past_segment                 | .....o .. . ... >
GET  meetings:snapshot snapshot                      | .....o .. . ... >
GET  meetings:releases                               | oooooo oo o ... >
GET  meetings:release_ask statute_item statute_question | ...... o. . ... >
GET  meetings:release release                        | ...... o. . ... >
POST meetings:release_grant release                  | ...... r. . ... >
POST meetings:release_decline release note=試験       | ...... r. . ... >
GET  meetings:assignments                            | oooooo .. o ... >
POST meetings:assignment_end decision                | .r.... .. . ... >
"""

# §1 (hint and informant: the agency that took them alone); approaches and placements are rows; hosts name nobody.
OUTREACH = """
                                                       LPBQRC HM X NSA -
GET  outreach:hints                                  | oooooo .. o ... >
GET  outreach:hint_new                               | oooooo .. o ... >
GET  outreach:hint hint                              | o..... .. . ... >
GET  outreach:hint_edit hint                         | o..... .. . ... >
GET  outreach:hint_print hint                        | o..... .. . ... >
POST outreach:hint_watch hint                        | o..... .. . ... >
POST outreach:hint_end hint                          | r..... .. . ... >
GET  outreach:hint_informant hint                    | o..... .. . ... >
GET  outreach:hint_open_case hint                    | o..... .. . ... >
GET  outreach:approaches                             | oooooo .. o ... >
GET  outreach:approach approach                      | oo...o .. . ... >
GET  outreach:approach_edit approach                 | o..... .. . ... >
GET  outreach:outreach_year 2026                     | oooooo .. o ... >
GET  outreach:approach_new case                      | ooo..o .. . ... >
GET  outreach:approach_print case                    | oooooo .. . ... >
GET  outreach:placements                             | oooooo .. o ... >
GET  outreach:hosts                                  | oooooo .. o ... >
GET  outreach:host_new                               | oooooo .. o ... >
GET  outreach:host host                              | oooooo .. o ... >
GET  outreach:host_edit host                         | o..... .. . ... >
GET  outreach:placement placement                    | oo...o .. . ... >
POST outreach:placement_move placement               | o..... .. . ... >
GET  outreach:follow_up_new placement                | oo...o .. . ... >
GET  outreach:placement_print placement              | oo...o .. . ... >
GET  outreach:placement_text_edit placement          | o..... .. . ... >
GET  outreach:participation_year 2026                | oooooo .. o ... >
GET  outreach:placement_new case                     | ooo..o .. . ... >
"""

# Community work names nobody: each agency changes its own and reads the others'; the plan is open to all staff.
AGENCIES = """
                                                       LPBQRC HM X NSA -
GET  agencies:places                                 | oooooo .. o ... >
GET  agencies:place_new                              | oooooo .. o ... >
GET  agencies:place place                            | oooooo .. o ... >
GET  agencies:place_edit place                       | o..... .. . ... >
GET  agencies:place_print place                      | oooooo .. o ... >
GET  agencies:place_activity_new place               | oooooo .. o ... >
GET  agencies:activities                             | rrrrrr .. r ... >
GET  agencies:activity_new                           | oooooo .. o ... >
GET  agencies:activities_month 2026 6                | oooooo .. o ... >
GET  agencies:activities_print 2026 6                | oooooo .. o ... >
GET  agencies:activity_edit activity                 | o..... .. . ... >
GET  agencies:consultation_days                      | oooooo .. o ... >
GET  agencies:consultation_day_new                   | oooooo .. o ... >
GET  agencies:consultation_day consultation_day      | oooooo .. o ... >
GET  agencies:consultation_day_edit consultation_day | o..... .. . ... >
GET  agencies:courses                                | oooooo .. o ... >
GET  agencies:course_new                             | oooooo .. o ... >
GET  agencies:course course                          | oooooo .. o ... >
GET  agencies:course_edit course                     | o..... .. . ... >
GET  agencies:successions                            | ...... .. . o.. >
GET  agencies:succession_new                         | ...... .. . o.. >
POST agencies:succession_confirm succession          | ...... .. . r.. >
POST agencies:succession_withdraw succession         | ...... .. . r.. >
GET  agencies:approvals                              | ...... .. . o.. >
GET  agencies:approval approval                      | ...... .. . o.. >
POST agencies:approval_approve approval              | ...... .. . r.. >
POST agencies:approval_reject approval reason=x      | ...... .. . r.. >
POST agencies:approval_withdraw approval             | ...... .. . o.. >
GET  agencies:plan                                   | rrrrrr rr r rrr >
GET  agencies:plan_year 2026                         | oooooo oo o ooo >
GET  agencies:programme_year 2026 community          | oooooo oo o ooo >
GET  agencies:programme_print 2026 community         | oooooo oo o ooo >
"""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    method: str
    route: str
    arguments: tuple[str, ...]
    posted: tuple[tuple[str, str], ...]
    codes: str

    def __str__(self):
        return " ".join([self.method, self.route, *self.arguments])

    def code_of(self, person):
        """The one letter of this person."""
        return self.codes[PEOPLE.index(person)]


def parsed(text):
    """The lines of one table, below its heading."""
    for written in text.strip("\n").splitlines()[1:]:
        request, codes = written.split("|")
        method, route, *words = request.split()
        posted = tuple(tuple(word.split("=", 1)) for word in words if "=" in word)
        arguments = tuple(word for word in words if "=" not in word)
        yield Line(method, route, arguments, posted, codes.replace(" ", ""))


TABLE = [line for text in (SITE, CASES, MEETINGS, OUTREACH, AGENCIES) for line in parsed(text)]
