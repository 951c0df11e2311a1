"""Community work and the plan: grouped by noun, one name an act."""

from django.urls import path

from agencies.views import plan

app_name = "agencies"

urlpatterns = [
    # 計画と実績
    path("plan/", plan.plan, name="plan"),
    path("plan/<int:year>/", plan.plan_year, name="plan_year"),
    path("plan/<int:year>/<slug:programme>/", plan.programme_year, name="programme_year"),
    path("plan/<int:year>/<slug:programme>/print/", plan.programme_print, name="programme_print"),
]
