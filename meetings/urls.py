from django.urls import path

from meetings.views import (
    assignments,
    enclosing,
    items,
    meetings,
    minutes,
    papers,
    people,
    records,
    releases,
    seeing_as,
    segments,
    snapshots,
    tables,
    whys,
)

app_name = "meetings"

urlpatterns = [
    # 会議の日と区分
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("meetings/<str:meeting_id>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("meetings/segments/<str:segment_id>/", segments.segment, name="segment"),
    path("meetings/segments/<str:segment_id>/confirm/", segments.segment_confirm, name="segment_confirm"),
    path("meetings/segments/<str:segment_id>/cancel/", segments.segment_cancel, name="segment_cancel"),
    path("meetings/segments/<str:segment_id>/hold/", segments.segment_hold, name="segment_hold"),
    path("meetings/segments/<str:segment_id>/close/", segments.segment_close, name="segment_close"),
    # 案件
    path("cases/<str:case_id>/bring/", items.item_bring, name="item_bring"),
    path("cases/<str:case_id>/bring/<str:segment_id>/", items.item_bring_to, name="item_bring_to"),
    path("cases/<str:case_id>/decisions/", minutes.case_decisions, name="case_decisions"),
    path("meetings/items/<str:item_id>/", items.item_prepare, name="item_prepare"),
    path("meetings/items/<str:item_id>/call/", items.item_call, name="item_call"),
    path("meetings/items/<str:item_id>/take-off/", items.item_take_off, name="item_take_off"),
    path("meetings/items/<str:item_id>/duration/", items.item_minutes, name="item_minutes"),
    path("meetings/items/<str:item_id>/people/", people.item_people, name="item_people"),
    path(
        "meetings/items/<str:item_id>/people/<int:seat_key>/remove/", people.seat_remove, name="seat_remove"
    ),
    path(
        "meetings/items/<str:item_id>/people/<int:seat_key>/designate/",
        people.seat_designate,
        name="seat_designate",
    ),
    path("meetings/items/<str:item_id>/check-in/", people.item_check_in, name="item_check_in"),
    path("meetings/items/<str:item_id>/why/", whys.item_why, name="item_why"),
    path("meetings/items/<str:item_id>/as/<int:seat_key>/", seeing_as.table_as, name="table_as"),
    path("meetings/items/<str:item_id>/enclose/", enclosing.item_enclose, name="item_enclose"),
    path(
        "meetings/items/<str:item_id>/enclose/<str:enclosure_id>/remove/",
        enclosing.enclosure_remove,
        name="enclosure_remove",
    ),
    path("meetings/items/<str:item_id>/answer/", enclosing.item_answer, name="item_answer"),
    # 会議の場
    path("meetings/tables/", tables.tables, name="tables"),
    path("meetings/items/<str:item_id>/table/", tables.table, name="table"),
    path("meetings/items/<str:item_id>/table/print/", papers.table_print, name="table_print"),
    path(
        "meetings/items/<str:item_id>/table/print/<int:seat_key>/",
        papers.table_print_for,
        name="table_print_for",
    ),
    path("meetings/items/<str:item_id>/screen/", tables.screen, name="screen"),
    path("meetings/items/<str:item_id>/minutes/", minutes.minutes, name="minutes"),
    path(
        "meetings/decisions/<str:decision_id>/to-plan/", minutes.decision_to_action, name="decision_to_action"
    ),
    # そのあと
    path("meeting-records/", records.records, name="records"),
    path("meeting-records/<str:item_id>/", records.record, name="record"),
    path("meeting-records/segments/<str:segment_id>/", snapshots.snapshots, name="snapshots"),
    path("meeting-records/snapshots/<str:snapshot_id>/", snapshots.snapshot, name="snapshot"),
    path("releases/", releases.releases, name="releases"),
    path("meetings/items/<str:item_id>/rows/<str:row_id>/release/", releases.release_ask, name="release_ask"),
    path("releases/<str:release_id>/", releases.release, name="release"),
    path("releases/<str:release_id>/grant/", releases.release_grant, name="release_grant"),
    path("releases/<str:release_id>/decline/", releases.release_decline, name="release_decline"),
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<str:row_id>/end/", assignments.assignment_end, name="assignment_end"),
]
