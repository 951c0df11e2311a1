"""The table of contents: one prefix an app; names in English, no personal word in any address."""

from django.contrib import admin
from django.urls import include, path

from cases.views import searches
from nisshin_support import own_account, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("membership/", views.switch_membership, name="switch_membership"),
    path("account/code/", own_account.second_factor_code, name="second_factor"),
    path("account/code/enrol/", own_account.second_factor_enrol, name="second_factor_enrol"),
    path("account/code/recovery/", own_account.recovery_codes, name="recovery_codes"),
    path("account/code/renew/", own_account.second_factor_renew, name="second_factor_renew"),
    path("account/password/", own_account.password_change, name="password_change"),
    path("search/", searches.search, name="search"),
    path("admin/", admin.site.urls),
    path("", include("cases.urls")),
    path("", include("meetings.urls")),
    path("", include("outreach.urls")),
    path("", include("agencies.urls")),
]
