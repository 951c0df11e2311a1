"""The same answers in SQL as somebody would write it by hand for this city: what the gate's price is measured against.

The city holds no joined people, no emergencies and no successions, so this SQL knows none; what it answers is compared
with what the pages show in every run, and a difference ends the bench with an error.
"""

FREE = "({0}.origin_id IS NULL OR {0}.released_on <= %(day)s)"
IN_FORCE = "{0}.from_day <= %(day)s AND ({0}.until_day IS NULL OR {0}.until_day >= %(day)s)"
ELSEWHERE = "('household', 'contact', 'plan', 'goal', 'action', 'item_title', 'item_question')"


def consented(person: str, category: str, agency: str = "%(agency)s", day: str = "%(day)s") -> str:
    """Whether `person` consents to `agency` for `category` on `day` (contract §2)."""

    def names(statement: str) -> str:
        return f"""(EXISTS (SELECT FROM cases_consent_recipients n WHERE n.consent_id = {statement}.id AND n.agency_id = {agency})
            OR EXISTS (SELECT FROM agencies_agencylist_agencies l
                       WHERE l.agencylist_id = {statement}.recipient_list_id AND l.agency_id = {agency}))"""

    return f"""EXISTS (
      SELECT FROM cases_consent s JOIN cases_person p ON p.id = s.person_id
      WHERE s.person_id = {person} AND s.kind = 'given' AND s.for_programme AND s.given_by = 'self'
        AND s.method IN ('written', 'electronic') AND s.given_on <= {day} AND {day} BETWEEN s.from_day AND s.until_day
        AND s.withdrawn_on IS NULL AND s.withdrawn_at IS NULL AND s.categories @> ARRAY[{category}]::smallint[]
        AND (p.died_on IS NULL OR p.died_on > {day}) AND {names("s")}
        AND NOT EXISTS (
          SELECT FROM cases_consent n WHERE n.person_id = s.person_id AND n.given_by = 'self' AND n.given_on >= s.given_on
            AND (EXISTS (SELECT FROM cases_consent_excluded e WHERE e.consent_id = n.id AND e.agency_id = {agency})
              OR n.kind IN ('refused', 'narrowed') AND (n.categories = '{{}}' OR n.categories @> ARRAY[{category}]::smallint[])
              AND (n.all_agencies OR {names("n")} OR n.recipient_list_id IS NULL
                   AND NOT EXISTS (SELECT FROM cases_consent_recipients a WHERE a.consent_id = n.id)))))"""


def every_pair(row: str = "r", **towards: str) -> str:
    """Whether every pair of the row is consented."""
    pair = consented("m.subject_id", "m.category", **towards)
    return f"""EXISTS (SELECT FROM cases_matter m WHERE m.row_id = {row}.id)
        AND NOT EXISTS (SELECT FROM cases_matter m WHERE m.row_id = {row}.id AND NOT {pair})"""


CONFLICTS = (
    "(SELECT person_id FROM cases_conflictofinterest WHERE user_id = %(user)s OR agency_id = %(agency)s)"
)
PART = (
    f"(SELECT t.case_id FROM cases_participation t WHERE t.agency_id = %(agency)s AND {IN_FORCE.format('t')})"
)
LED = f"(SELECT t.case_id FROM cases_leadterm t WHERE t.agency_id = %(agency)s AND {IN_FORCE.format('t')})"
TOOK_PART = (
    "(SELECT t.case_id FROM cases_participation t WHERE t.agency_id = %(agency)s AND t.from_day <= %(day)s)"
)
LIVE = """(SELECT f.id FROM cases_referral f LEFT JOIN cases_participation t ON t.id = f.participation_id
    WHERE f.to_agency_id = %(agency)s AND (f.ground = 'consent' OR f.ground <> '' AND f.ground_note <> '')
      AND (f.status = 'sent' OR f.status = 'accepted' AND t.id IS NOT NULL AND (t.until_day IS NULL OR t.until_day >= %(day)s)))"""
ACKNOWLEDGED = f"""EXISTS (SELECT FROM meetings_rosterterm t WHERE t.user_id = %(user)s AND t.agency_id = %(agency)s
    AND {IN_FORCE.format("t")} AND t.acknowledged_on <= %(day)s)"""
SEPARATED = """EXISTS (SELECT FROM cases_matter m JOIN cases_separation x ON x.lifted_by_id IS NULL
      AND (x.first_id = m.subject_id AND x.second_id = c.main_subject_id
        OR x.second_id = m.subject_id AND x.first_id = c.main_subject_id) WHERE m.row_id = r.id)"""
NO_CONFLICT = f"""c.main_subject_id NOT IN {CONFLICTS}
    AND NOT EXISTS (SELECT FROM cases_matter m WHERE m.row_id = r.id AND m.subject_id IN {CONFLICTS})"""
ASSIGNED = f"""(SELECT a.row_id FROM cases_assignment a JOIN cases_row r ON r.id = a.row_id JOIN cases_case c ON c.id = r.case_id
    WHERE a.agency_id = %(agency)s AND a.ended_on IS NULL AND r.kind IN ('decision', 'action')
      AND (r.origin_id IS NULL OR a.user_id = %(user)s AND {ACKNOWLEDGED})
      AND {NO_CONFLICT} AND NOT ({SEPARATED} AND c.id NOT IN {LED}))"""
CASE_VISIBLE = f"""(c.main_subject_id NOT IN {CONFLICTS} AND (
    {FREE.format("c")} AND (c.id IN {TOOK_PART} OR c.id IN (SELECT case_id FROM cases_referral WHERE id IN {LIVE}))
    OR c.opened_by_id = %(agency)s AND c.id IN {TOOK_PART}
    OR c.id IN (SELECT w.case_id FROM cases_row w WHERE w.id IN {ASSIGNED})))"""
REFERRED = """(SELECT e.row_id FROM cases_enclosure e JOIN cases_referral f ON f.id = e.referral_id
    WHERE e.removed_on IS NULL AND f.id IN {live} AND f.ground {how} 'consent')"""
# Rows r of cases c for 支援 (S1, S2, S3, S5, S6).
ROW_VISIBLE = f"""({CASE_VISIBLE} AND (
      {FREE.format("r")} AND ({FREE.format("c")} OR c.opened_by_id = %(agency)s) AND r.recorded_by_id = %(agency)s
      OR {FREE.format("r")} AND {FREE.format("c")} AND (
        r.id IN {REFERRED.format(live=LIVE, how="<>")}
        OR (r.case_id IN {PART} OR r.id IN {REFERRED.format(live=LIVE, how="=")}) AND {every_pair()})
      OR r.id IN {ASSIGNED})
    OR {FREE.format("r")} AND {FREE.format("c")} AND r.referral_id IN (
      SELECT f.id FROM cases_referral f WHERE f.from_agency_id = %(agency)s OR f.to_agency_id = %(agency)s
        AND (f.status IN ('sent', 'accepted') OR f.status = 'returned' AND f.answered_on >= %(day)s - 30)))
    AND NOT ({SEPARATED} AND c.id NOT IN {LED}) AND {NO_CONFLICT}"""
ROWS = "FROM cases_row r JOIN cases_case c ON c.id = r.case_id"

FIRST_CASES = "SELECT public_id FROM cases_case WHERE id <= 9 ORDER BY id"
ROWS_OF_CASE = (
    "SELECT r.public_id FROM cases_row r JOIN cases_case c ON c.id = r.case_id WHERE c.public_id = %(case)s"
)
CASE_MAY_SHOW = f"SELECT r.public_id {ROWS} WHERE c.public_id = %(case)s AND {ROW_VISIBLE}"
CASE_PRINT = f"""
SELECT r.public_id, r.kind, r.text, r.happened_on, g.name, o.method, o.next_step, o.next_on,
       (SELECT json_agg(json_build_array(m.category, p.name)) FROM cases_matter m JOIN cases_person p ON p.id = m.subject_id
        WHERE m.row_id = r.id)
{ROWS} JOIN agencies_agency g ON g.id = r.recorded_by_id LEFT JOIN cases_record o ON o.row_ptr_id = r.id
WHERE c.public_id = %(case)s AND r.kind NOT IN {ELSEWHERE} AND {ROW_VISIBLE}
ORDER BY r.happened_on DESC, r.recorded_at DESC, r.id DESC"""
CASE_PAGE = f"{CASE_PRINT} LIMIT 50"

MY_CASES = f"""
SELECT c.public_id, c.fiscal_year, c.serial, c.stage, c.urgency, c.opened_on, p.name, p.kana, p.birth_date,
       (SELECT json_agg(s) FROM cases_consent s WHERE s.case_id = c.id AND s.person_id = c.main_subject_id),
       (SELECT min(l.review_on) FROM cases_plan l JOIN cases_row r ON r.id = l.row_ptr_id
        WHERE r.case_id = c.id AND l.state IN ('draft', 'in_meeting', 'decided', 'running', 'evaluation') AND {ROW_VISIBLE}),
       (SELECT r.happened_on FROM cases_row r WHERE r.case_id = c.id AND r.kind = 'record' AND {ROW_VISIBLE}
        ORDER BY r.happened_on DESC LIMIT 1)
FROM cases_case c JOIN cases_person p ON p.id = c.main_subject_id
WHERE c.id IN {LED} AND c.stage NOT IN ('closed', 'suspended') AND {CASE_VISIBLE}
ORDER BY c.fiscal_year DESC, c.serial DESC LIMIT 25"""

KNOWN = f"""p.id NOT IN {CONFLICTS} AND (
    EXISTS (SELECT FROM cases_consultation q LEFT JOIN cases_case c ON c.id = q.case_id WHERE q.person_id = p.id
      AND q.agency_id = %(agency)s AND coalesce(c.main_subject_id, 0) NOT IN {CONFLICTS})
    OR EXISTS (SELECT FROM cases_case c WHERE c.main_subject_id = p.id AND {CASE_VISIBLE} AND (
      c.id IN {TOOK_PART} OR c.id IN (SELECT w.case_id FROM cases_row w WHERE w.id IN {ASSIGNED})
      OR c.id IN (SELECT f.case_id FROM cases_referral f WHERE f.id IN {LIVE} AND (
        f.ground <> 'consent' OR {consented("p.id", "1")}))))
    OR EXISTS (SELECT {ROWS} JOIN cases_matter m ON m.row_id = r.id WHERE m.subject_id = p.id AND {ROW_VISIBLE}))"""
NAMED = "FROM cases_person p WHERE (p.name_key LIKE %(words)s || '%%' OR p.kana_key LIKE %(words)s || '%%')"
SEARCH_LIST = f"SELECT p.public_id, p.name, p.kana, p.birth_date {NAMED} AND {KNOWN} ORDER BY p.kana_key, p.name_key, p.id LIMIT 51"
SEARCH_COUNT = f"SELECT count(*) {NAMED} AND {KNOWN}"

# A 重層的支援会議: M1–M6 for every attendee of every item of a sitting before its day, in one question.
NOT_APART = """NOT EXISTS (SELECT FROM cases_matter m JOIN cases_separation x ON x.lifted_by_id IS NULL
      AND m.subject_id IN (x.first_id, x.second_id) JOIN cases_case y ON y.main_subject_id IN (x.first_id, x.second_id)
      AND y.main_subject_id <> m.subject_id JOIN meetings_agendaitem j ON j.case_id = y.id
      JOIN meetings_segment h ON h.id = j.segment_id WHERE m.row_id = r.id AND h.meeting_id = g.meeting_id
      AND j.withdrawn_on IS NULL AND h.cancelled_on IS NULL)"""


def on_both_days(test: str) -> str:
    """Today and on the meeting's day (§3.3, d)."""
    return f"({test} AND {test.replace('%(day)s', 'h.day')})"


SOME = f"EXISTS (SELECT FROM cases_informationcategory k WHERE {consented('c.main_subject_id', 'k.number', 't.agency_id')})"
SOME_OTHER = SOME.replace("t.agency_id", "o.agency_id")
MATRIX = f"""
SELECT t.user_id, i.id, r.id
FROM meetings_agendaitem i JOIN meetings_segment g ON g.id = i.segment_id JOIN meetings_meeting h ON h.id = g.meeting_id
JOIN cases_case c ON c.id = i.case_id
JOIN meetings_attendance t ON t.item_id = i.id AND t.removed_on IS NULL
JOIN cases_row r ON r.item_id = i.id OR r.id IN (SELECT row_id FROM cases_enclosure e WHERE e.item_id = i.id AND e.removed_on IS NULL)
WHERE h.id = %(meeting)s AND h.day > %(day)s AND h.day <= %(day)s + 14 AND g.legal_basis = 'consent'
  AND g.confirmed_on <= %(day)s AND g.cancelled_on IS NULL AND g.closed_on IS NULL AND i.withdrawn_on IS NULL
  AND EXISTS (SELECT FROM meetings_attendance o WHERE o.item_id = i.id AND o.removed_on IS NULL
              AND o.agency_id <> i.brought_by_id AND {on_both_days(SOME_OTHER)})
  AND (i.brought_by_id = t.agency_id OR {on_both_days(SOME)})
  AND (r.recorded_by_id = t.agency_id OR {on_both_days(every_pair(agency="t.agency_id"))})
  AND {FREE.format("r")} AND {FREE.format("c")} AND {NOT_APART} AND NOT {SEPARATED}
  AND NOT EXISTS (SELECT FROM cases_conflictofinterest x WHERE (x.user_id = t.user_id OR x.agency_id = t.agency_id)
    AND (x.person_id = c.main_subject_id OR x.person_id IN (SELECT m.subject_id FROM cases_matter m WHERE m.row_id = r.id)))"""
