"""The table of contents: one prefix an app; names in English, no personal word in any address."""

from django.contrib import admin
from django.urls import include, path

from cases.views import searches
from nisshin_support import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("membership/", views.switch_membership, name="switch_membership"),
    path("search/", searches.search, name="search"),
    path("admin/", admin.site.urls),
    path("", include("cases.urls")),
    path("", include("meetings.urls")),
    path("", include("outreach.urls")),
    path("", include("agencies.urls")),
]
