"""Counter, cases, referrals: grouped by noun, one name an act."""

from django.urls import path

from cases.views import (
    audit_log,
    authorities,
    case_list,
    case_page,
    closing,
    concealed,
    consents,
    consultations,
    disclosures,
    evaluations,
    household,
    identity,
    participations,
    people,
    plan_steps,
    plans,
    records,
    referrals,
    separations,
    statistics,
    whys,
    withdrawals,
)

app_name = "cases"

urlpatterns = [
    # 相談受付
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/new/", consultations.consultation_new, name="consultation_new"),
    path("consultations/candidates/", consultations.consultation_candidates, name="consultation_candidates"),
    path("consultations/<str:public_id>/", consultations.consultation, name="consultation"),
    path("consultations/<str:public_id>/edit/", consultations.consultation_edit, name="consultation_edit"),
    path("consultations/<str:public_id>/print/", consultations.consultation_print, name="consultation_print"),
    path(
        "consultations/<str:public_id>/case/",
        consultations.consultation_open_case,
        name="consultation_open_case",
    ),
    path(
        "consultations/<str:public_id>/outcome/",
        consultations.consultation_settle,
        name="consultation_settle",
    ),
    path("people/<str:public_id>/edit/", people.person_edit, name="person_edit"),
    # ケースの一覧
    path("cases/", case_list.cases, name="cases"),
    path("cases.xlsx", case_list.case_export, name="case_export"),
    # ケース
    path("cases/<str:public_id>/", case_page.case, name="case"),
    path("cases/<str:public_id>/print/", case_page.case_print, name="case_print"),
    path("cases/<str:public_id>/stage/", case_page.case_stage, name="case_stage"),
    path("cases/<str:public_id>/close/", closing.case_close, name="case_close"),
    path("cases/<str:public_id>/reopen/", closing.case_reopen, name="case_reopen"),
    path(
        "cases/<str:public_id>/participation/", participations.participation_note, name="participation_note"
    ),
    path("cases/<str:public_id>/lead/", participations.lead_hand_over, name="lead_hand_over"),
    path("lead-offers/<str:public_id>/", participations.lead_answer, name="lead_answer"),
    # 支援経過・世帯・連絡先
    path("cases/<str:public_id>/records/new/", records.record_new, name="record_new"),
    path("cases/<str:public_id>/who-sees/", records.who_sees, name="who_sees"),
    path("records/<str:public_id>/", records.record, name="record"),
    path("records/<str:public_id>/edit/", records.record_edit, name="record_edit"),
    path("cases/<str:public_id>/household/new/", household.household_new, name="household_new"),
    path("household/<str:public_id>/edit/", household.household_edit, name="household_edit"),
    path("household/<str:public_id>/end/", household.household_end, name="household_end"),
    path("cases/<str:public_id>/contacts/new/", household.contact_new, name="contact_new"),
    # なぜ見えるか
    path("records/<str:public_id>/why/", whys.record_why, name="record_why"),
    path("cases/<str:public_id>/seen-by/", whys.case_seen_by, name="case_seen_by"),
    # 秘匿・分離・利害関係
    path("cases/<str:public_id>/concealed/", concealed.concealed, name="concealed"),
    path("cases/<str:public_id>/concealed/open/", concealed.concealed_reveal, name="concealed_reveal"),
    path("cases/<str:public_id>/concealed/edit/", concealed.concealed_edit, name="concealed_edit"),
    path(
        "cases/<str:public_id>/concealed/hand-over/",
        concealed.concealed_hand_over,
        name="concealed_hand_over",
    ),
    path("cases/<str:public_id>/concealed/lift/", concealed.concealed_lift, name="concealed_lift"),
    path("cases/<str:public_id>/separations/", separations.separations, name="separations"),
    path("cases/<str:public_id>/separations/new/", separations.separation_new, name="separation_new"),
    path(
        "cases/<str:public_id>/separations/<str:person_id>/lift/",
        separations.separation_lift,
        name="separation_lift",
    ),
    path("cases/<str:public_id>/conflicts/new/", separations.conflict_new, name="conflict_new"),
    # つなぎ
    path("referrals/", referrals.referrals, name="referrals"),
    path("cases/<str:public_id>/referrals/new/", referrals.referral_new, name="referral_new"),
    path("referrals/<str:public_id>/", referrals.referral, name="referral"),
    path("referrals/<str:public_id>/print/", referrals.referral_print, name="referral_print"),
    path("referrals/<str:public_id>/accept/", referrals.referral_accept, name="referral_accept"),
    path("referrals/<str:public_id>/return/", referrals.referral_return, name="referral_return"),
    path("referrals/<str:public_id>/recall/", referrals.referral_recall, name="referral_recall"),
    # 緊急提供
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("cases/<str:public_id>/disclosures/new/", disclosures.disclosure_new, name="disclosure_new"),
    path("disclosures/<str:public_id>/", disclosures.disclosure, name="disclosure"),
    path("disclosures/<str:public_id>/print/", disclosures.disclosure_print, name="disclosure_print"),
    path("disclosures/<str:public_id>/approve/", disclosures.disclosure_approve, name="disclosure_approve"),
    path("disclosures/<str:public_id>/refuse/", disclosures.disclosure_refuse, name="disclosure_refuse"),
    path("disclosures/<str:public_id>/end/", disclosures.disclosure_end, name="disclosure_end"),
    # プラン
    path("cases/<str:case_id>/plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<str:plan_id>/", plans.plan, name="plan"),
    path("plans/<str:plan_id>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<str:plan_id>/move/", plans.plan_move, name="plan_move"),
    path("plans/<str:plan_id>/print/", plans.plan_print, name="plan_print"),
    path("plans/<str:plan_id>/replan/", plans.plan_replan, name="plan_replan"),
    path("plans/<str:plan_id>/take-over/", plans.plan_take_over, name="plan_take_over"),
    path("plans/<str:plan_id>/goals/new/", plan_steps.goal_new, name="goal_new"),
    path("plans/<str:plan_id>/actions/new/", plan_steps.action_new, name="action_new"),
    path("plans/<str:plan_id>/evaluations/new/", evaluations.evaluation_new, name="evaluation_new"),
    path("goals/<str:goal_id>/edit/", plan_steps.goal_edit, name="goal_edit"),
    path("actions/<str:action_id>/", plan_steps.action, name="action"),
    path("actions/<str:action_id>/edit/", plan_steps.action_edit, name="action_edit"),
    path("actions/<str:action_id>/end/", plan_steps.action_end, name="action_end"),
    # 同意
    path("cases/<str:public_id>/consents/new/", consents.consent_new, name="consent_new"),
    path("cases/<str:public_id>/consents/print/", consents.consent_blank, name="consent_blank"),
    path("cases/<str:public_id>/refusals/new/", withdrawals.refusal_new, name="refusal_new"),
    path("cases/<str:public_id>/authorities/new/", authorities.authority_new, name="authority_new"),
    path("consents/<str:public_id>/", consents.consent, name="consent"),
    path("consents/<str:public_id>/print/", consents.consent_print, name="consent_print"),
    path("consents/<str:public_id>/withdraw/", withdrawals.consent_withdraw, name="consent_withdraw"),
    path("consents/<str:public_id>/narrow/", withdrawals.consent_narrow, name="consent_narrow"),
    # 名寄せ
    path("identity/", identity.identity, name="identity"),
    path("identity/search/", identity.identity_search, name="identity_search"),
    path("identity/join/<str:first_id>/<str:second_id>/", identity.identity_join, name="identity_join"),
    path("identity/<str:public_id>/", identity.identity_link, name="identity_link"),
    path("identity/<str:public_id>/confirm/", identity.identity_confirm, name="identity_confirm"),
    path("identity/<str:public_id>/undo/", identity.identity_undo, name="identity_undo"),
    # 監査と統計
    path("audit/", audit_log.audit_log, name="audit"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.xlsx", statistics.statistics_file, name="statistics_file"),
]
