"""Addresses of アウトリーチ等 (/outreach/) and 参加支援 (/participation/)."""

from django.urls import path

from outreach.views import approaches, corrections, hints, hosts, next_steps, placements, years

app_name = "outreach"

urlpatterns = [
    path("outreach/", hints.hints, name="hints"),
    path("outreach/hints/new/", hints.hint_new, name="hint_new"),
    path("outreach/hints/<str:public_id>/", hints.hint, name="hint"),
    path("outreach/hints/<str:public_id>/edit/", hints.hint_edit, name="hint_edit"),
    path("outreach/hints/<str:public_id>/print/", hints.hint_print, name="hint_print"),
    path("outreach/hints/<str:public_id>/watch/", next_steps.hint_watch, name="hint_watch"),
    path("outreach/hints/<str:public_id>/end/", next_steps.hint_end, name="hint_end"),
    path("outreach/hints/<str:public_id>/informant/", next_steps.hint_informant, name="hint_informant"),
    path("outreach/hints/<str:public_id>/open-case/", next_steps.hint_open_case, name="hint_open_case"),
    path("outreach/approaches/", approaches.approaches, name="approaches"),
    path("outreach/approaches/<str:public_id>/", approaches.approach, name="approach"),
    path("outreach/approaches/<str:public_id>/edit/", approaches.approach_edit, name="approach_edit"),
    path("outreach/year/<int:year>/", years.outreach_year, name="outreach_year"),
    path("cases/<str:public_id>/approaches/new/", approaches.approach_new, name="approach_new"),
    path("cases/<str:public_id>/approaches/print/", approaches.approach_print, name="approach_print"),
    path("participation/", placements.placements, name="placements"),
    path("participation/hosts/", hosts.hosts, name="hosts"),
    path("participation/hosts/new/", hosts.host_new, name="host_new"),
    path("participation/hosts/<str:public_id>/", hosts.host, name="host"),
    path("participation/hosts/<str:public_id>/edit/", hosts.host_edit, name="host_edit"),
    path("participation/placements/<str:public_id>/", placements.placement, name="placement"),
    path("participation/placements/<str:public_id>/move/", placements.placement_move, name="placement_move"),
    path(
        "participation/placements/<str:public_id>/follow-up/", placements.follow_up_new, name="follow_up_new"
    ),
    path(
        "participation/placements/<str:public_id>/print/", placements.placement_print, name="placement_print"
    ),
    path(
        "participation/texts/<str:public_id>/edit/",
        corrections.placement_text_edit,
        name="placement_text_edit",
    ),
    path("participation/year/<int:year>/", years.participation_year, name="participation_year"),
    path("cases/<str:public_id>/placements/new/", placements.placement_new, name="placement_new"),
]
