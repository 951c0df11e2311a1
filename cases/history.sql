-- 時間をさかのぼる (contract §5; docs/decisions/time-travel.md): what was known when, of every fact the gate decides by.
--
-- A trigger keeps each version of such a row, without its words (a text is kept as "there is one"). To travel, the
-- versions known at a moment are laid into temporary tables of the same names, and the very same gate is asked.
-- Blanks: __ROLE__ the web role.

CREATE SCHEMA IF NOT EXISTS history;
REVOKE ALL ON SCHEMA history FROM PUBLIC;
GRANT USAGE ON SCHEMA history TO __ROLE__;
CREATE TABLE IF NOT EXISTS history.version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, table_name text NOT NULL, key bigint NOT NULL, scope bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(), gone boolean NOT NULL, data jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS version_by_scope ON history.version (table_name, scope, key, at);
REVOKE ALL ON history.version FROM PUBLIC, __ROLE__;

-- Which tables, and by which column a journey finds their rows ('' for small tables: all of them).
CREATE OR REPLACE FUNCTION history.kept() RETURNS TABLE (name text, scope text, found_by text) LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  VALUES ('agencies_agency', '', ''), ('agencies_agencylist_agencies', '', ''), ('agencies_citysetting', '', ''), ('agencies_succession', '', ''),
    ('cases_separation', '', ''), ('cases_conflictofinterest', '', ''), ('cases_personlink', '', ''), ('meetings_rosterterm', '', ''),
    ('meetings_meeting', '', ''), ('meetings_segment', '', ''),
    ('cases_case', 'id', 'case'), ('cases_row', 'case_id', 'case'), ('cases_participation', 'case_id', 'case'), ('cases_leadterm', 'case_id', 'case'),
    ('cases_referral', 'case_id', 'case'), ('cases_emergencydisclosure', 'case_id', 'case'), ('meetings_agendaitem', 'case_id', 'case'),
    ('cases_matter', 'row_id', 'row'), ('cases_enclosure', 'row_id', 'row'), ('cases_assignment', 'row_id', 'row'), ('cases_emergencydisclosure_rows', 'row_id', 'row'),
    ('cases_person', 'id', 'person'), ('cases_consent', 'person_id', 'person'), ('cases_authority', 'person_id', 'person'),
    ('cases_consent_recipients', 'consent_id', 'consent'), ('cases_consent_excluded', 'consent_id', 'consent'),
    ('meetings_attendance', 'item_id', 'item')
$$;

CREATE OR REPLACE FUNCTION history.without_words(said jsonb, words text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE word text; BEGIN
  FOREACH word IN ARRAY string_to_array(words, ',') LOOP
    IF said ->> word <> '' THEN said := jsonb_set(said, ARRAY[word], '"x"'); END IF;
  END LOOP;
  RETURN said;
END $$;

CREATE OR REPLACE FUNCTION history.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE said jsonb := history.without_words(to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END), TG_ARGV[1]); BEGIN
  IF TG_OP <> 'UPDATE' OR said IS DISTINCT FROM history.without_words(to_jsonb(OLD), TG_ARGV[1]) THEN
    INSERT INTO history.version (table_name, key, scope, gone, data)
    VALUES (TG_TABLE_NAME, (said ->> 'id')::bigint, coalesce((said ->> TG_ARGV[0])::bigint, 0), TG_OP = 'DELETE', said);
  END IF;
  RETURN NULL;
END $$;

DO $$ DECLARE kept record; words text; BEGIN
  FOR kept IN SELECT * FROM history.kept() LOOP
    SELECT coalesce(string_agg(attname, ','), '') INTO words FROM pg_attribute
    WHERE attrelid = ('public.' || kept.name)::regclass AND attnum > 0 AND atttypid IN ('text'::regtype, 'varchar'::regtype)
      AND attname NOT IN ('kind', 'status', 'method', 'given_by', 'ground', 'legal_basis', 'birth_precision', 'no_consent_reason', 'stage', 'learned');
    EXECUTE format('CREATE OR REPLACE TRIGGER history_of AFTER INSERT OR UPDATE OR DELETE ON public.%I FOR EACH ROW EXECUTE FUNCTION history.note(%L, %L)',
                   kept.name, kept.scope, words);
  END LOOP;
END $$;

-- Lay out what was known of one case at a moment. Only for whom the second wall lets near the case.
CREATE OR REPLACE FUNCTION history.travel(the_case bigint, known_at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp, public AS $$
DECLARE kept record; wanted bigint[]; BEGIN
  IF NOT (second_wall.works() AND second_wall.knows_case(the_case)) THEN
    RAISE insufficient_privilege USING MESSAGE = 'history: not your case';
  END IF;
  PERFORM history.arrive();
  FOR kept IN SELECT * FROM history.kept() LOOP
    wanted := CASE kept.found_by WHEN '' THEN ARRAY[0] WHEN 'case' THEN ARRAY[the_case] END;
    IF kept.found_by = 'row' THEN
      EXECUTE 'SELECT array_agg(id) FROM pg_temp.cases_row' INTO wanted;
    ELSIF kept.found_by = 'person' THEN
      EXECUTE 'WITH about AS (SELECT main_subject_id AS id FROM pg_temp.cases_case UNION SELECT subject_id FROM pg_temp.cases_matter)
        SELECT array_agg(DISTINCT id) FROM (SELECT id FROM about
          UNION SELECT second_id FROM pg_temp.cases_personlink WHERE first_id IN (SELECT id FROM about)
          UNION SELECT first_id FROM pg_temp.cases_personlink WHERE second_id IN (SELECT id FROM about)) everybody' INTO wanted;
    ELSIF kept.found_by = 'consent' THEN
      EXECUTE 'SELECT array_agg(id) FROM pg_temp.cases_consent' INTO wanted;
    ELSIF kept.found_by = 'item' THEN
      EXECUTE 'SELECT array_agg(id) FROM pg_temp.meetings_agendaitem' INTO wanted;
    END IF;
    EXECUTE format('CREATE TEMP TABLE %1$I ON COMMIT DROP AS SELECT (jsonb_populate_record(NULL::public.%1$I, data)).* FROM (
        SELECT DISTINCT ON (key) data, gone FROM history.version WHERE table_name = %1$L AND scope = ANY ($2) AND at <= $1
        ORDER BY key, at DESC, id DESC) latest WHERE NOT gone', kept.name) USING known_at, coalesce(wanted, '{}');
    EXECUTE format('GRANT SELECT ON pg_temp.%I TO __ROLE__', kept.name);
  END LOOP;
  -- Kept plans read the tables of today; a table that comes before another in the path does not wake them.
  EXECUTE 'DISCARD PLANS';
END $$;

-- Back to today.
CREATE OR REPLACE FUNCTION history.arrive() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE kept record; BEGIN
  FOR kept IN SELECT * FROM history.kept() LOOP
    EXECUTE format('DROP TABLE IF EXISTS pg_temp.%I', kept.name);
  END LOOP;
  EXECUTE 'DISCARD PLANS';
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA history FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.travel, history.arrive TO __ROLE__;
