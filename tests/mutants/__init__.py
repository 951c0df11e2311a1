"""Changed copies of the policy: each must be noticed (`make mutants`)."""
