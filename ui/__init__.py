"""What the pages share and only Streamlit needs; the pages themselves are in `pages/`."""
