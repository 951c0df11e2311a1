"""Views begun after an acknowledged act that closes them (`make races`): none may show what it closed."""
