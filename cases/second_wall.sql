-- 第二の壁 (docs/decisions/second-wall.md): row-level security under the web role, applied by `grant_web`.
--
-- Coarse on purpose: it knows in which cases and meetings somebody has a part at all, not what was consented. The gate
-- (cases/visibility) decides; this wall holds when a view forgets to ask it. Whatever the gate needs in order to decide
-- (consents, separations, who attends) is open to every case worker, or a hidden row would change the decision.
-- Blanks: __ROLE__ the web role, __INNER__ and __OUTER__ the padded key of the signature (HMAC-SHA256).

CREATE SCHEMA IF NOT EXISTS second_wall;
REVOKE ALL ON SCHEMA second_wall FROM PUBLIC;
GRANT USAGE ON SCHEMA second_wall TO __ROLE__;

-- --- who acts: signed by the application, kept for one transaction --------------------------------------------------

CREATE TABLE IF NOT EXISTS second_wall.signing_key (single boolean PRIMARY KEY DEFAULT true CHECK (single), inner_pad bytea, outer_pad bytea);
INSERT INTO second_wall.signing_key VALUES (true, '\x__INNER__', '\x__OUTER__')
  ON CONFLICT (single) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad;

CREATE UNLOGGED TABLE IF NOT EXISTS second_wall.entered (
  pid integer PRIMARY KEY, begun timestamptz, nonce bigint, txid xid8,
  user_id bigint, membership_id bigint, agency_id bigint, role text, day date,
  acknowledged boolean, cases bigint[], items bigint[], table_rows bigint[]);
REVOKE ALL ON ALL TABLES IN SCHEMA second_wall FROM PUBLIC, __ROLE__;

-- Raises unless the application has signed exactly this, for this connection, later than anything before.
CREATE OR REPLACE FUNCTION second_wall.enter(the_user bigint, the_membership bigint, today date, the_nonce bigint, signature text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  signing second_wall.signing_key; member record; started timestamptz; message bytea; agencies bigint[]; last_one record;
  support boolean; sits boolean; terms boolean; my_items bigint[];
BEGIN
  SELECT * INTO signing FROM second_wall.signing_key;
  message := convert_to(concat_ws('|', pg_backend_pid(), the_user, the_membership, today, the_nonce), 'UTF8');
  IF encode(sha256(signing.outer_pad || sha256(signing.inner_pad || message)), 'hex') IS DISTINCT FROM signature THEN
    RAISE insufficient_privilege USING MESSAGE = 'second wall: not signed';
  END IF;
  SELECT backend_start INTO started FROM pg_stat_get_activity(pg_backend_pid());
  SELECT nonce, begun INTO last_one FROM second_wall.entered WHERE pid = pg_backend_pid();
  IF last_one.begun = started AND last_one.nonce >= the_nonce THEN
    RAISE insufficient_privilege USING MESSAGE = 'second wall: signed before';
  END IF;
  SELECT m.agency_id, m.role INTO STRICT member FROM agencies_membership m WHERE m.id = the_membership AND m.user_id = the_user;
  agencies := ARRAY[member.agency_id] || ARRAY(
    SELECT old_id FROM agencies_succession WHERE new_id = member.agency_id AND confirmed_on IS NOT NULL AND from_day <= today);
  support := member.role IN ('counter', 'chief', 'outreach', 'participation', 'coordinator');
  sits := support OR member.role IN ('chair', 'external');
  terms := EXISTS (SELECT FROM meetings_rosterterm WHERE user_id = the_user AND agency_id = member.agency_id
                   AND from_day <= today AND until_day >= today AND acknowledged_on <= today);
  my_items := ARRAY(
    SELECT item_id FROM meetings_attendance WHERE sits AND user_id = the_user AND agency_id = member.agency_id
    UNION SELECT id FROM meetings_agendaitem WHERE sits AND brought_by_id = member.agency_id
    UNION SELECT i.id FROM meetings_agendaitem i JOIN meetings_segment s ON s.id = i.segment_id
          WHERE member.role = 'chair' AND the_user IN (s.chair_id, s.deputy_id));
  INSERT INTO second_wall.entered AS mine VALUES (
    pg_backend_pid(), started, the_nonce, pg_current_xact_id(), the_user, the_membership, member.agency_id, member.role, today, terms,
    ARRAY(
      SELECT case_id FROM cases_participation WHERE support AND agency_id = ANY(agencies) AND from_day <= today
      UNION SELECT id FROM cases_case WHERE support AND opened_by_id = ANY(agencies)
      UNION SELECT case_id FROM cases_referral WHERE support AND (from_agency_id = member.agency_id OR to_agency_id = member.agency_id)
      UNION SELECT case_id FROM cases_emergencydisclosure WHERE support AND to_agency_id = member.agency_id AND ended_on IS NULL
            AND from_day <= today AND until_day >= today
      UNION SELECT r.case_id FROM cases_assignment a JOIN cases_row r ON r.id = a.row_id
            WHERE support AND a.agency_id = member.agency_id AND a.ended_on IS NULL
      ORDER BY 1),
    my_items,
    ARRAY(SELECT row_id FROM cases_enclosure WHERE item_id = ANY(my_items) AND removed_on IS NULL))
  ON CONFLICT (pid) DO UPDATE SET begun = excluded.begun, nonce = excluded.nonce, txid = excluded.txid, user_id = excluded.user_id,
    membership_id = excluded.membership_id, agency_id = excluded.agency_id, role = excluded.role, day = excluded.day,
    acknowledged = excluded.acknowledged, cases = excluded.cases, items = excluded.items, table_rows = excluded.table_rows;
END $$;

-- Needs no signature: it only takes sight away.
CREATE OR REPLACE FUNCTION second_wall.leave() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ UPDATE second_wall.entered SET txid = NULL WHERE pid = pg_backend_pid() $$;

CREATE OR REPLACE FUNCTION second_wall.who() RETURNS second_wall.entered LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT * FROM second_wall.entered WHERE pid = pg_backend_pid() AND txid = pg_current_xact_id_if_assigned() $$;
CREATE OR REPLACE FUNCTION second_wall.user_id() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT (second_wall.who()).user_id $$;
CREATE OR REPLACE FUNCTION second_wall.membership_id() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT (second_wall.who()).membership_id $$;
CREATE OR REPLACE FUNCTION second_wall.agency_id() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT (second_wall.who()).agency_id $$;
CREATE OR REPLACE FUNCTION second_wall.role() RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT (second_wall.who()).role $$;
CREATE OR REPLACE FUNCTION second_wall.cases() RETURNS bigint[] LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT (second_wall.who()).cases $$;
-- Roles that work with cases or sit in meetings.
CREATE OR REPLACE FUNCTION second_wall.works() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
$$ SELECT coalesce((second_wall.who()).role IN ('counter', 'chief', 'outreach', 'participation', 'coordinator', 'chair', 'external'), false) $$;
CREATE OR REPLACE FUNCTION second_wall.is_role(VARIADIC roles text[]) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
$$ SELECT coalesce((second_wall.who()).role = ANY(roles), false) $$;
-- The slow ways, asked only where the quick one failed. Functions, so that a policy costs the planner nothing.
CREATE OR REPLACE FUNCTION second_wall.has_part_in(the_item bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE me second_wall.entered := second_wall.who(); BEGIN
  RETURN the_item IS NOT NULL AND (the_item = ANY (me.items) OR me.role = 'coordinator' AND EXISTS (
    SELECT FROM meetings_agendaitem i JOIN meetings_segment s ON s.id = i.segment_id
    WHERE i.id = the_item AND (s.legal_basis <> 'statute' OR me.acknowledged)));
END $$;
CREATE OR REPLACE FUNCTION second_wall.knows_row(the_row bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE me second_wall.entered := second_wall.who(); found cases_row; BEGIN
  SELECT * INTO found FROM cases_row WHERE id = the_row;
  RETURN coalesce(found.case_id = ANY (me.cases) OR me.agency_id IN (found.recorded_by_id, found.brought_by_id)
    OR second_wall.has_part_in(found.item_id) OR second_wall.has_part_in(found.origin_id) OR found.id = ANY (me.table_rows)
    OR me.role = 'coordinator' AND EXISTS (
      SELECT FROM cases_enclosure e WHERE e.row_id = found.id AND e.removed_on IS NULL AND second_wall.has_part_in(e.item_id)), false);
END $$;
CREATE OR REPLACE FUNCTION second_wall.knows_case(the_case bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE me second_wall.entered := second_wall.who(); BEGIN
  RETURN coalesce(the_case = ANY (me.cases), false)
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = the_case AND c.opened_by_id = me.agency_id)
    OR EXISTS (SELECT FROM meetings_agendaitem i WHERE i.case_id = the_case AND second_wall.has_part_in(i.id))
    OR EXISTS (SELECT FROM cases_row r WHERE r.case_id = the_case AND r.id = ANY (me.table_rows));
END $$;
CREATE OR REPLACE FUNCTION second_wall.knows_person(the_person bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER COST 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE me second_wall.entered := second_wall.who(); BEGIN
  RETURN EXISTS (SELECT FROM cases_case c WHERE c.main_subject_id = the_person AND second_wall.knows_case(c.id))
    OR EXISTS (SELECT FROM cases_consultation t WHERE t.person_id = the_person AND (t.agency_id = me.agency_id OR EXISTS (
         SELECT FROM cases_referral f WHERE f.consultation_id = t.id AND f.to_agency_id = me.agency_id)))
    OR EXISTS (SELECT FROM cases_matter m WHERE m.subject_id = the_person AND second_wall.knows_row(m.row_id))
    OR EXISTS (SELECT FROM outreach_hint h WHERE h.person_id = the_person AND h.agency_id = me.agency_id);
END $$;

-- The next number of a 年度: counted over all cases, which nobody may see.
CREATE OR REPLACE FUNCTION second_wall.next_serial(year integer) RETURNS integer LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(max(serial), 0) + 1 FROM cases_case WHERE fiscal_year = year $$;

CREATE OR REPLACE FUNCTION second_wall.note_who_entered() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN NEW.entered_by_id := coalesce(second_wall.agency_id(), NEW.entered_by_id); RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER note_who_entered BEFORE INSERT ON cases_person FOR EACH ROW EXECUTE FUNCTION second_wall.note_who_entered();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA second_wall FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA second_wall TO __ROLE__;

-- --- the policies: dropped and made anew, so that this file alone says what stands -----------------------------------

DO $$ DECLARE old record; BEGIN
  FOR old IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' AND policyname LIKE 'wall%' LOOP
    EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);
  END LOOP;
END $$;

-- The web role sees and writes what fulfils the condition, if it works with cases at all.
CREATE OR REPLACE FUNCTION second_wall.guard(guarded text, holds text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
  EXECUTE format('CREATE POLICY wall ON %I TO __ROLE__ USING ((SELECT second_wall.works()) AND (%s))', guarded, holds);
END $$;
REVOKE ALL ON FUNCTION second_wall.guard FROM PUBLIC, __ROLE__;

DO $$
DECLARE
  my_case text := 'case_id = ANY ((SELECT second_wall.cases())::bigint[])';
  mine text := 'agency_id = (SELECT second_wall.agency_id())';
  part text;
BEGIN
  -- Who sits where, which rows lie where and whom a row is about: keys without names, which every table's rule needs.
  FOREACH part IN ARRAY ARRAY['cases_matter', 'cases_enclosure', 'cases_assignment', 'meetings_agendaitem', 'meetings_attendance',
                              'cases_emergencydisclosure_rows', 'cases_consent_recipients', 'cases_consent_excluded'] LOOP
    PERFORM second_wall.guard(part, 'true');
  END LOOP;
  PERFORM second_wall.guard('cases_participation', my_case || ' OR ' || mine || ' OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('cases_leadterm', my_case || ' OR ' || mine || ' OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('cases_leadoffer', my_case || ' OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('cases_case', 'id = ANY ((SELECT second_wall.cases())::bigint[]) OR opened_by_id = (SELECT second_wall.agency_id())'
    ' OR second_wall.knows_case(id)');
  PERFORM second_wall.guard('cases_consent', my_case || ' OR recorded_by_id = (SELECT second_wall.agency_id()) OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('cases_recallentry', my_case || ' OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('cases_authority', 'second_wall.knows_person(person_id)');
  PERFORM second_wall.guard('cases_separation', 'second_wall.knows_person(first_id) OR second_wall.knows_person(second_id)');
  PERFORM second_wall.guard('cases_conflictofinterest', 'second_wall.knows_person(person_id)');
  PERFORM second_wall.guard('cases_personlink', '(SELECT second_wall.is_role(''coordinator''))');
  PERFORM second_wall.guard('cases_person', '(SELECT second_wall.is_role(''coordinator'')) OR entered_by_id = (SELECT second_wall.agency_id())'
    ' OR second_wall.knows_person(id)');
  PERFORM second_wall.guard('cases_consultation', mine || ' OR EXISTS (SELECT FROM cases_referral f WHERE f.consultation_id = cases_consultation.id'
    ' AND f.to_agency_id = (SELECT second_wall.agency_id()))');
  PERFORM second_wall.guard('cases_referral', '(SELECT second_wall.agency_id()) IN (from_agency_id, to_agency_id)');
  PERFORM second_wall.guard('cases_emergencydisclosure', my_case || ' OR (SELECT second_wall.agency_id()) IN (from_agency_id, to_agency_id)'
    ' OR approver_id = (SELECT second_wall.membership_id())');
  -- The most guarded: only the lead's, and what was handed to one's agency.
  PERFORM second_wall.guard('cases_concealedcontact', 'EXISTS (SELECT FROM cases_leadterm l WHERE l.case_id = cases_concealedcontact.case_id AND l.' || mine || ')');
  PERFORM second_wall.guard('cases_concealedhandover', mine || ' OR EXISTS (SELECT FROM cases_concealedcontact c WHERE c.id = contact_id)');
  PERFORM second_wall.guard('outreach_hint', mine);
  PERFORM second_wall.guard('outreach_informant', 'EXISTS (SELECT FROM outreach_hint h WHERE h.id = hint_id)');
  PERFORM second_wall.guard('meetings_release', 'second_wall.has_part_in(item_id) OR second_wall.knows_row(row_id) OR second_wall.knows_case(case_id)');
  PERFORM second_wall.guard('meetings_snapshot', 'EXISTS (SELECT FROM meetings_agendaitem i WHERE i.segment_id = meetings_snapshot.segment_id AND second_wall.has_part_in(i.id))');
  -- What hangs from a row, whole.
  FOREACH part IN ARRAY ARRAY['cases_record', 'cases_contactdetail', 'cases_householdmember', 'cases_plan', 'cases_plangoal', 'cases_planaction',
    'cases_evaluation', 'outreach_approach', 'outreach_placement', 'outreach_placementfollowup', 'meetings_minutesparagraph', 'meetings_decision'] LOOP
    PERFORM second_wall.guard(part, 'second_wall.knows_row(row_ptr_id)');
  END LOOP;
  PERFORM second_wall.guard('cases_rowversion', 'second_wall.knows_row(row_id)');
END $$;

ALTER TABLE cases_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall_read ON cases_row FOR SELECT TO __ROLE__ USING (
  (SELECT second_wall.works()) AND (case_id = ANY ((SELECT second_wall.cases())::bigint[])
    OR recorded_by_id = (SELECT second_wall.agency_id()) OR second_wall.knows_row(id)));
CREATE POLICY wall_write ON cases_row FOR INSERT TO __ROLE__ WITH CHECK (
  recorded_by_id = (SELECT second_wall.agency_id()) AND author_id = (SELECT second_wall.membership_id()));
CREATE POLICY wall_change ON cases_row FOR UPDATE TO __ROLE__ USING ((SELECT second_wall.works())) WITH CHECK ((SELECT second_wall.works()));
CREATE POLICY wall_enter ON cases_person FOR INSERT TO __ROLE__ WITH CHECK ((SELECT second_wall.works()));

-- 承継 is an act of 名簿管理: who takes part passes from one agency to another.
CREATE POLICY wall_succession ON cases_participation TO __ROLE__ USING ((SELECT second_wall.is_role('roster')));
CREATE POLICY wall_succession ON cases_leadterm TO __ROLE__ USING ((SELECT second_wall.is_role('roster')));
CREATE POLICY wall_succession ON cases_assignment TO __ROLE__ USING ((SELECT second_wall.is_role('roster')));

-- 統計 counts over everybody, 監査 reads the numbers of cases; names stand elsewhere.
CREATE POLICY wall_numbers ON cases_case FOR SELECT TO __ROLE__ USING ((SELECT second_wall.is_role('statistics', 'audit')));
DO $$ DECLARE counted text; BEGIN
  FOREACH counted IN ARRAY ARRAY['cases_row', 'cases_consultation', 'cases_referral', 'cases_plan', 'cases_evaluation', 'outreach_approach',
                                 'outreach_placement', 'outreach_placementfollowup', 'meetings_agendaitem'] LOOP
    EXECUTE format('CREATE POLICY wall_counted ON %I FOR SELECT TO __ROLE__ USING ((SELECT second_wall.is_role(''statistics'')))', counted);
  END LOOP;
END $$;
CREATE POLICY wall_numbered ON meetings_agendaitem FOR SELECT TO __ROLE__ USING ((SELECT second_wall.is_role('audit')));

-- The trail: one's own entries, those of one's cases and items (the recall list), all of them for 監査.
ALTER TABLE cases_auditentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall_read ON cases_auditentry FOR SELECT TO __ROLE__ USING (
  user_id IS NOT DISTINCT FROM (SELECT second_wall.user_id()) OR (SELECT second_wall.is_role('audit'))
  OR (SELECT second_wall.works()) AND (case_id = ANY ((SELECT second_wall.cases())::bigint[]) OR second_wall.has_part_in(item_id)));
CREATE POLICY wall_write ON cases_auditentry FOR INSERT TO __ROLE__ WITH CHECK (
  user_id IS NOT DISTINCT FROM (SELECT second_wall.user_id()) AND membership_id IS NOT DISTINCT FROM (SELECT second_wall.membership_id()));

-- Words somebody searched for: one's own.
ALTER TABLE cases_storedsearch ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON cases_storedsearch TO __ROLE__ USING (user_id = (SELECT second_wall.user_id()));
