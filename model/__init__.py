"""Everything that knows no Streamlit, in six rooms; tests/test_architecture.py has their order."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
