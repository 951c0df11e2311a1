"""Community work and the plan: grouped by noun, one name an act."""

from django.urls import path

from agencies.views import activities, approvals, consultation_days, courses, places, plan, successions

app_name = "agencies"

urlpatterns = [
    # 場・居場所・会場
    path("places/", places.places, name="places"),
    path("places/new/", places.place_new, name="place_new"),
    path("places/<str:public_id>/", places.place, name="place"),
    path("places/<str:public_id>/edit/", places.place_edit, name="place_edit"),
    path("places/<str:public_id>/print/", places.place_print, name="place_print"),
    path("places/<str:public_id>/activities/new/", activities.activity_new, name="place_activity_new"),
    # 活動の記録
    path("activities/", activities.activities, name="activities"),
    path("activities/new/", activities.activity_new, name="activity_new"),
    path("activities/<int:year>/<int:month>/", activities.activities_month, name="activities_month"),
    path("activities/<int:year>/<int:month>/print/", activities.activities_print, name="activities_print"),
    path("activities/<str:public_id>/edit/", activities.activity_edit, name="activity_edit"),
    # 福祉なんでも相談会
    path("consultation-days/", consultation_days.consultation_days, name="consultation_days"),
    path("consultation-days/new/", consultation_days.consultation_day_new, name="consultation_day_new"),
    path("consultation-days/<str:public_id>/", consultation_days.consultation_day, name="consultation_day"),
    path(
        "consultation-days/<str:public_id>/edit/",
        consultation_days.consultation_day_edit,
        name="consultation_day_edit",
    ),
    # 講座
    path("courses/", courses.courses, name="courses"),
    path("courses/new/", courses.course_new, name="course_new"),
    path("courses/<str:public_id>/", courses.course, name="course"),
    path("courses/<str:public_id>/edit/", courses.course_edit, name="course_edit"),
    # 機関の承継
    path("successions/", successions.successions, name="successions"),
    path("successions/new/", successions.succession_new, name="succession_new"),
    path("successions/<str:public_id>/confirm/", successions.succession_confirm, name="succession_confirm"),
    path(
        "successions/<str:public_id>/withdraw/", successions.succession_withdraw, name="succession_withdraw"
    ),
    # 承認待ちの変更(名簿管理)
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<str:public_id>/", approvals.approval, name="approval"),
    path("approvals/<str:public_id>/approve/", approvals.approval_approve, name="approval_approve"),
    path("approvals/<str:public_id>/reject/", approvals.approval_reject, name="approval_reject"),
    path("approvals/<str:public_id>/withdraw/", approvals.approval_withdraw, name="approval_withdraw"),
    # 計画と実績
    path("plan/", plan.plan, name="plan"),
    path("plan/<int:year>/", plan.plan_year, name="plan_year"),
    path("plan/<int:year>/<slug:programme>/", plan.programme_year, name="programme_year"),
    path("plan/<int:year>/<slug:programme>/print/", plan.programme_print, name="programme_print"),
]
