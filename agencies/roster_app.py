"""Makes the roster administrators' site the admin of this project."""

from django.contrib.admin.apps import AdminConfig


class RosterAdminConfig(AdminConfig):
    default_site = "agencies.roster_site.RosterSite"
