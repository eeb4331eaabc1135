"""Two habits of Streamlit's server that this app ends, with the guard before it or without.

Both reach into Streamlit's inside; tests/ui/test_guard.py notices when that has moved. Importing
this module is all there is to do: app.py's guard does it, and every page by ui/shell.py.
"""

from __future__ import annotations

import functools
from typing import Any

from starlette.exceptions import HTTPException
from streamlit import net_util
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from ui import bounds


def no_external_address() -> None:
    """Streamlit would ask the internet for it on every websocket of a foreign page, for 2 s."""


def bounded(add_file: Any) -> Any:
    """MemoryUploadedFileManager.add_file that refuses a file beyond bounds.upload_fault.

    Streamlit calls it at the end of an upload, where its own refusals are HTTPExceptions, too.
    """

    @functools.wraps(add_file)
    def add(manager: Any, session_id: str, file: Any) -> None:
        if fault := bounds.upload_fault(manager, session_id, len(file.data)):
            raise HTTPException(413, fault)
        add_file(manager, session_id=session_id, file=file)

    return add


net_util.get_external_ip = no_external_address
if not hasattr(MemoryUploadedFileManager.add_file, "__wrapped__"):  # once, however often imported
    MemoryUploadedFileManager.add_file = bounded(MemoryUploadedFileManager.add_file)
