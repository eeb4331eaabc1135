"""The entry: `streamlit run app.py`. It draws nothing; pages do, in the frame of ui/shell.py."""

import streamlit as st

from ui import shell, state

st.session_state[state.APP_RAN] = True
shell.navigation().run()
