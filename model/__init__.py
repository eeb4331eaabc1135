"""Everything that knows no Streamlit: data, networks, training and pictures; see each module."""
