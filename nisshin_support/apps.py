from django.apps import AppConfig


class NisshinSupportConfig(AppConfig):
    name = "nisshin_support"
    verbose_name = "重層的支援"

    def ready(self):
        from nisshin_support import checks  # noqa: F401
