"""The entry: `streamlit run app.py`. It draws nothing; pages do, in the frame of ui/shell.py.

Streamlit imports this file once as the module `app`, to run its server with our guard in front and
our route for what moves, and runs it as a script for every visitor. A host that knows scripts alone
serves the same pages.
"""

import os

# Before NumPy is imported: our products are small, and the second thread that OpenBLAS lets spin
# for each takes processor time from everybody else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st

if __name__ == "__main__":
    from ui import shell, state

    st.session_state[state.APP_RAN] = True
    shell.navigation().run()
else:
    from ui import allocator, guard, live
    from ui.train import progress

    allocator.few_heaps()
    app = st.App(
        __file__,
        routes=live.routes([progress.VIEW]),
        middleware=guard.middleware(),
        lifespan=guard.announced,
    )
