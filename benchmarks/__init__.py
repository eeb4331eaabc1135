"""How this project does beside its peers, measured in one run; see each module."""
