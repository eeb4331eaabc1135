"""Lets Streamlit forget uploaded files once they are read. What was read is the pages' matter.

Streamlit keeps every file as long as its widget shows it, and as long as a session may come back:
25 photographs of 20 MB are 500 MB. It has no call to let go of one, so this module reaches into
its memory of uploads, which may look different in another version: tests/ui/test_uploads.py.
"""

from __future__ import annotations

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec


def take(file: UploadedFile) -> bytes:
    """The content of a file, the only time that it can be had."""
    content = file.getvalue()
    release(file)
    return content


def release(file: UploadedFile) -> None:
    """Forget the content of a file, and nothing else.

    Name and number stay, so that for Streamlit the widget has not changed. `file` is the object in
    st.session_state: a widget gives a copy, and the session would go on holding the content.
    """
    file.seek(0)
    file.truncate()
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    if context and isinstance(manager, MemoryUploadedFileManager):
        empty = UploadedFileRec(file.file_id, file.name, file.type, b"")
        manager.add_file(context.session_id, empty)
