from agencies.admin import city, members, plan, staff, units

__all__ = ["city", "members", "plan", "staff", "units"]
